#!/bin/bash
# Builds a Debian with systemd, cloud-init and Docker for the boots under a real systemd; some minutes, 800 MB.
# usage: build-root.sh FOLDER   (as root; needs debootstrap: apt-get install -y debootstrap systemd-container)
set -euo pipefail
root=$1
mirror=$({ cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true; } | sed -nE 's,^(URIs:|deb) +(https?://[^ ]+/debian)/?( .*)?$,\2,p' | head -n 1)
debootstrap --variant=minbase --include=ca-certificates,curl,iproute2,iptables,procps,git,sudo,systemd,systemd-sysv,dbus,udev bookworm "$root" ${mirror:+"$mirror"}
cp -a /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/"
cp /etc/resolv.conf "$root/etc/resolv.conf"
chroot "$root" apt-get update -qq
DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get install -y -qq --no-install-recommends cloud-init docker.io busybox-static

# Only what runs user-data: the rest would look for disks, keys and networks that a container has not.
cat >"$root/etc/cloud/cloud.cfg.d/99_boots.cfg" <<'CONFIG'
datasource_list: [NoCloud]
network: {config: disabled}
cloud_init_modules: [write-files, users-groups]
cloud_config_modules: [runcmd]
cloud_final_modules: [scripts-user, final-message]
CONFIG
echo 'policy: enabled' >"$root/etc/cloud/ds-identify.cfg"

# Docker under systemd-nspawn: a data folder that is no overlay, and control groups of version 1 that can be written.
mkdir -p "$root/etc/systemd/system/docker.service.d" "$root/var/lib/docker"
cat >"$root/etc/systemd/system/docker.service.d/nspawn.conf" <<'CONFIG'
[Service]
ExecStartPre=mount -t tmpfs docker /var/lib/docker
ExecStartPre=-/bin/sh -c 'for group in /sys/fs/cgroup /sys/fs/cgroup/*/; do mount -o remount,bind,rw $$group; done'
CONFIG
