#!/bin/bash
# First process of a machine-like root: an overlay in memory over LOWER, alone with itself but for the network. Then it waits.
# usage: enter-root.sh LOWER FILES     (FILES: laid over the root; in namespaces of its own)
set -eu
[ $$ = 1 ] || { echo 'enter-root.sh is for a PID namespace of its own' >&2; exit 99; }
lower=$1 files=$2
mount --make-rprivate /
mount -t tmpfs -o mode=755,size=16g disk /mnt
mkdir /mnt/upper /mnt/work /mnt/root
mount -t overlay -o "lowerdir=$lower,upperdir=/mnt/upper,workdir=/mnt/work" root /mnt/root
cd /mnt/root
# A machine has none of this; what is sealed there must not be the host's thousands of files.
for folder in root home tmp var/tmp var/log run srv opt; do
  mkdir -p "$folder"
  mount -t tmpfs -o mode=755 empty "$folder"
done
chmod 1777 tmp var/tmp
mount -t proc proc proc
[ ! -e proc/sysrq-trigger ] || mount --bind /dev/null proc/sysrq-trigger
mount -t tmpfs -o mode=755,size=1m dev dev
for device in null zero full random urandom tty; do
  : >"dev/$device"
  mount --bind "/dev/$device" "dev/$device"
done
ln -s /proc/self/fd dev/fd
# The console is this process's own output, which the host keeps.
ln -s /proc/1/fd/1 dev/console
cp -a "$files"/* .
mkdir host
pivot_root . host
cd /
umount -l /host
rmdir /host
echo ready
exec sleep infinity
