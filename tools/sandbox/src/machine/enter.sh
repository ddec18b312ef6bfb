#!/bin/bash
# From the host into a machine's namespaces. usage: enter.sh NETWORK GROUP   (an ns file; a cgroup2 folder, or nothing)
set -u
network=$1 group=$2
if [ -n "$group" ]; then echo $$ >"$group/cgroup.procs" || exit 1; fi
# A pipe, not the socket the host gave: the machine's console is opened by name, which a socket does not allow.
exec > >(cat) 2>&1
exec nsenter "--net=$network" unshare --mount --pid --uts --ipc --cgroup --fork --kill-child -- bash "${0%/*}/root.sh"
