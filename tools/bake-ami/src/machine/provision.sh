#!/bin/bash
# tinqs-ci: makes of a plain Debian what the fleet's machines boot from. Numbers and the run's id are checked, all else is base64.
# Its console says each step; the last word is "done after N s" or "failed: …". It never powers off by itself but by the timer:
# who waits for the word stops the machine, and makes the AMI of its disk.
set -euo pipefail
umask 022
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root DEBIAN_FRONTEND=noninteractive
RUN=@@RUN@@ LIFE=@@LIFE@@
TOOLS=/opt/tinqs/tools FACTS=/etc/tinqs-ci WORK=/run/tinqs-ci-bake
step=starting

# /run is memory: nothing of the making is in what is made.
mkdir -p "$WORK"
exec >>"$WORK/log" 2>&1
say() { printf 'tinqs-ci bake %s: %s\n' "$RUN" "$*" | tee -a "$WORK/log" >/dev/console; }
begin() {
  step=$1
  say "$step"
}
fail() {
  trap - EXIT
  tail -n 40 "$WORK/log" >/dev/console
  say "failed: $step: $*"
  exit 1
}
trap 'fail "exit $? in line $LINENO"' EXIT
arm_timer() {
  { [[ -d /run/systemd/system ]] && systemd-run --quiet --unit=tinqs-ci-bake-end --on-active="${LIFE}s" systemctl --force poweroff; } ||
    { (sleep "$LIFE" && systemctl --force poweroff) </dev/null >/dev/null 2>&1 & }
}
unpack() { base64 -d >"$WORK/$1"; }

arm_timer
unpack pins <<'B64'
@@PINS@@
B64
unpack images <<'B64'
@@IMAGES@@
B64
unpack manifest <<'B64'
@@MANIFEST@@
B64
unpack facts <<'B64'
@@FACTS@@
B64
unpack registry <<'B64'
@@REGISTRY@@
B64

case $(uname -m) in
  x86_64) ARCH=amd64 ;;
  aarch64) ARCH=arm64 ;;
  *) fail "expected x86_64 or aarch64, this is $(uname -m)" ;;
esac

begin 'packages of Debian'
# A machine that lives for one job needs no upkeep; a timer's apt would also hold the lock that we need.
for unit in apt-daily.timer apt-daily-upgrade.timer apt-daily.service apt-daily-upgrade.service unattended-upgrades.service man-db.timer e2scrub_all.timer fstrim.timer dpkg-db-backup.timer; do
  ln -sfn /dev/null "/etc/systemd/system/$unit"
done
# cloud-init has changed files of packages: an upgrade must not ask which to keep.
apt() { apt-get -qq -y -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@" </dev/null; }
# What the boot script calls, what actions and most jobs expect, what cgo and native modules are built with, what Godot loads.
packages=(bash git git-lfs openssh-client curl ca-certificates tar gzip xz-utils zstd unzip jq tzdata
  iproute2 iptables procps util-linux passwd sudo docker.io build-essential pkg-config python3 fontconfig)
apt update
apt upgrade
apt --no-install-recommends install "${packages[@]}"
# Parts of Docker that Debian 12 has not, or not apart.
for package in docker-cli docker-buildx; do
  [[ -z $(apt-cache --names-only search "^$package\$") ]] || { apt --no-install-recommends install "$package" && packages+=("$package"); }
done

fetch() {
  if [[ $1 == npm:* ]]; then
    local folder registry
    folder=$(mktemp -d "$WORK/npm.XXXXXX") registry=$(<"$WORK/registry")
    (cd "$folder" && NPM_CONFIG_CACHE=$folder/cache ${registry:+env NPM_CONFIG_REGISTRY="$registry"} npm pack "${1#npm:}" --logs-max=0 --update-notifier=false >/dev/null </dev/null)
    mv -- "$folder"/*.tgz "$2"
  else
    curl -q --fail --silent --show-error --location --retry 4 --retry-connrefused --connect-timeout 20 --max-time 900 --output "$2" -- "$1" || fail "could not download $1"
  fi
}
unpack_go() { tar -x -z -o -f "$1" -C "$2" --strip-components=1; }
unpack_node() { tar -x -J -o -f "$1" -C "$2" --strip-components=1; }
unpack_pnpm() {
  local entry
  tar -x -z -o -f "$1" -C "$2" --strip-components=1
  mkdir "$2/path"
  for entry in "$2"/bin/pnpm.?js "$2"/bin/pnpx.?js; do
    chmod 755 "$entry"
    ln -s "../bin/${entry##*/}" "$2/path/$(basename -- "${entry%.*}")"
  done
}
unpack_aws-cli() {
  unzip -q "$1" 'aws/dist/*' -d "$2"
  mv -- "$2/aws/dist" "$2/dist"
  rmdir -- "$2/aws"
  mkdir "$2/bin"
  chmod 755 "$2/dist/aws"
  ln -s ../dist/aws "$2/bin/aws"
}
unpack_godot() {
  unzip -q "$1" -d "$2/bin"
  mv -- "$2"/bin/Godot_* "$2/bin/godot"
  chmod 755 "$2/bin/godot"
}
unpack_runner() { install -D -m 755 "$1" "$2/bin/act_runner"; }

# Folders as the actions look for them: <tool>/<version>/<architecture> beside <architecture>.complete.
install_tool() {
  local tool=$1 version=$2 algorithm=$3 sum=$4 url=$5 target=$TOOLS/$1/$2/$ARCH work actual program
  if [[ ! -e $target.complete ]]; then
    mkdir -p "${target%/*}"
    rm -rf -- "$target"
    work=$(mktemp -d "$target.XXXXXX")
    fetch "$url" "$work/download"
    actual=$("${algorithm}sum" <"$work/download")
    [[ ${actual%% *} == "$sum" ]] || fail "$url is not what was expected: $algorithm is ${actual%% *}, expected $sum"
    mkdir "$work/tool"
    "unpack_$tool" "$work/download" "$work/tool"
    chmod -R go-w,a+rX "$work/tool"
    mv -- "$work/tool" "$target"
    rm -rf -- "$work"
    : >"$target.complete"
  fi
  for program in "$target"/bin/* "$target"/path/*; do
    [[ $program == "$target/bin/"* && -d $target/path ]] || [[ ! -x $program ]] || ln -sfn "$program" "/usr/local/bin/${program##*/}"
  done
}
shopt -s nullglob
while IFS=$'\t' read -r tool version algorithm sum url; do
  begin "$tool $version"
  install_tool "$tool" "$version" "$algorithm" "$sum" "$url"
done <"$WORK/pins"

while read -r image; do
  begin "image $image"
  docker pull --quiet "$image" </dev/null || fail "could not pull $image: the builder has no credentials, so the image must be public"
done <"$WORK/images"

begin manifest
install -m 755 "$WORK/manifest" /usr/local/bin/tinqs-manifest
mkdir -p "$FACTS"
tinqs-manifest >"$FACTS/manifest.json" || fail 'a tool does not start'
act_runner --version || fail 'the runner does not start'
{
  cat "$WORK/facts"
  while IFS=$'\t' read -r tool version algorithm sum url; do printf 'tool\t%s\t%s\t%s:%s\n' "$tool" "$version" "$algorithm" "$sum"; done <"$WORK/pins"
  while read -r image; do printf 'image\t%s\t%s\n' "$image" "$(docker image inspect --format '{{index .RepoDigests 0}}' "$image" </dev/null)"; done <"$WORK/images"
  # shellcheck disable=SC2016 # the format of dpkg-query
  dpkg-query --show --showformat 'package\t${Package}\t${Version}\n' "${packages[@]}"
} >"$FACTS/baked.tsv"

begin sealing
mkdir -p /etc/systemd/journald.conf.d /etc/cloud/cloud.cfg.d
printf '[Journal]\nStorage=volatile\n' >/etc/systemd/journald.conf.d/tinqs-ci.conf
printf 'datasource_list: [Ec2]\npackage_update: false\npackage_upgrade: false\n' >/etc/cloud/cloud.cfg.d/99-tinqs-ci.cfg
apt clean
rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /tmp/* /var/tmp/* /root/.npm /root/.cache /root/.docker /root/.ssh /root/.bash_history /root/.wget-hsts
rm -rf /var/log/journal/* /var/lib/dhcp/* /var/lib/systemd/random-seed /var/lib/dbus/machine-id /etc/ssh/ssh_host_* /etc/netplan/50-cloud-init.yaml /etc/udev/rules.d/70-persistent-net.rules
find /var/log -type f -exec truncate --size 0 {} +
# Our own script is among what cloud-init keeps; the shell has it open.
rm -rf /var/lib/cloud/*
# Empty, not absent: systemd then makes an id at each first boot, without asking anything.
: >/etc/machine-id
fstrim --all || true
sync
read -r up _ </proc/uptime
trap - EXIT
say "done after ${up%.*} s"
# cloud-init writes down whatever ends; until the stop nothing does.
exec sleep "$LIFE"
