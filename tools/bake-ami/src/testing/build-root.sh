#!/bin/bash
# Builds a small Debian, as a base AMI is one, for the provisioning with Debian's own packages; a minute, 300 MB.
# usage: build-root.sh FOLDER [SUITE]   (as root; needs debootstrap: apt-get install -y debootstrap)
set -euo pipefail
root=$1 suite=${2:-trixie}
mirror=$({ cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true; } | sed -nE 's,^(URIs:|deb) +(https?://[^ ]+/debian)/?( .*)?$,\2,p' | head -n 1)
debootstrap --variant=minbase --include=ca-certificates,curl "$suite" "$root" ${mirror:+"$mirror"}
cp -a /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/"
cp /etc/resolv.conf "$root/etc/resolv.conf"
