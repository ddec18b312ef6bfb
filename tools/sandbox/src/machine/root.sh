#!/bin/bash
# First process of a machine: gives it a root of its own, over the host's read-only one, and becomes its init.
# environment: MACHINE_DIR, RUNNER (a file, or nothing), DISK_MIB, HIDE (one folder a line), NAME_SERVERS (one a line)
set -eu
[ $$ = 1 ] || { echo 'root.sh is for a PID namespace of its own' >&2; exit 99; }
here=$(cd "${0%/*}" && pwd)
mount --make-rprivate /

root=$MACHINE_DIR/root
mkdir -p "$root"
mount -t tmpfs -o "size=${DISK_MIB}m,mode=755" disk "$root"
mkdir "$root/upper" "$root/work" "$root/machine" "$root/firmware" "$root/tmp" "$root/hidden"
cp "$here/init.sh" "$here/power.sh" "$MACHINE_DIR/user-data" "$root/firmware/"
mount -t overlay -o "lowerdir=/,upperdir=$root/upper,workdir=$root/work" machine "$root/machine"
cd "$root/machine"

chmod 1777 "$root/tmp"
# Bound from the machine's own disk, so that its size is the limit everywhere.
while read -r folder; do
  [ -d ".$folder" ] || continue
  empty=$(mktemp -d "$root/hidden/XXXX")
  chmod 755 "$empty"
  mount --bind "$empty" ".$folder"
done <<<"$HIDE"
mount -t tmpfs -o mode=755,size=64m run run
mount --bind "$root/tmp" tmp
mount -t proc proc proc
mount -t tmpfs -o mode=755,size=1m dev dev
for device in null zero full random urandom tty; do
  : >"dev/$device"
  mount --bind "/dev/$device" "dev/$device"
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
mount -t tmpfs -o mode=1777,size=64m shm dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
# The console is init's own output, which the host keeps.
ln -s /proc/1/fd/1 dev/console
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup 2>/dev/null || true
# These reach the host's kernel: its power button, its settings, its memory.
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
for file in proc/sysrq-trigger proc/kcore proc/kmsg; do [ ! -e "$file" ] || mount --bind /dev/null "$file"; done

# A machine nobody has logged in to: no user, no state of the host's own runners.
rm -rf home/ci var/lib/ci var/log/tinqs-ci.log etc/sudoers.d/ci
hostname "$MACHINE_NAME"
rm -f etc/resolv.conf
{ while read -r server; do echo "nameserver $server"; done <<<"$NAME_SERVERS"; echo 'options use-vc'; } >etc/resolv.conf
printf '127.0.0.1 localhost %s\n::1 localhost\n' "$MACHINE_NAME" >etc/hosts
mkdir -p usr/local/sbin usr/local/bin run/firmware
for command in systemctl systemd-run shutdown poweroff halt reboot; do install -m 755 "$root/firmware/power.sh" "usr/local/sbin/$command"; done
if [ -n "$RUNNER" ]; then
  rm -f usr/local/bin/act_runner
  : >usr/local/bin/act_runner
  mount --bind "$RUNNER" usr/local/bin/act_runner
fi
[ ! -d "$MACHINE_DIR/files" ] || cp -a "$MACHINE_DIR/files/." .
install -m 700 "$root/firmware/user-data" "$root/firmware/init.sh" run/firmware/

mkdir run/host
pivot_root . run/host
cd /
umount -l /run/host
rmdir /run/host
# No device nodes, kernel modules, clock, mounts: what is left is what a container engine leaves, and this network's.
keep=+chown,+dac_override,+dac_read_search,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+net_bind_service,+net_raw,+net_admin,+sys_chroot,+sys_ptrace,+sys_nice,+sys_resource,+audit_write,+setfcap
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
  setpriv "--bounding-set=-all,$keep" --inh-caps=-all /bin/bash /run/firmware/init.sh
