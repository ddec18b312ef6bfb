#!/bin/bash
# Builds a Debian with systemd and cloud-init for the boots under a real systemd; some minutes, half a gigabyte.
# usage: build-root.sh FOLDER   (as root; needs debootstrap: apt-get install -y debootstrap systemd-container)
set -euo pipefail
root=$1
mirror=$({ cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true; } | sed -nE 's,^(URIs:|deb) +(https?://[^ ]+/debian)/?( .*)?$,\2,p' | head -n 1)
debootstrap --variant=minbase --include=ca-certificates,curl,iproute2,iptables,procps,git,sudo,systemd,systemd-sysv,dbus,udev bookworm "$root" ${mirror:+"$mirror"}
cp -a /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/"
cp /etc/resolv.conf "$root/etc/resolv.conf"
chroot "$root" apt-get update -qq
DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get install -y -qq --no-install-recommends cloud-init

# Only what runs user-data: the rest would look for disks, keys and networks that a container has not.
cat >"$root/etc/cloud/cloud.cfg.d/99_boots.cfg" <<'CONFIG'
datasource_list: [NoCloud]
network: {config: disabled}
cloud_init_modules: [write-files, users-groups]
cloud_config_modules: [runcmd]
cloud_final_modules: [scripts-user, final-message]
CONFIG
echo 'policy: enabled' >"$root/etc/cloud/ds-identify.cfg"
