#!/bin/bash
# tinqs-ci: looks from inside whether a machine that booted from the AMI is what the AMI says, and fit for the boot script.
set -uo pipefail
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root
RUN=@@RUN@@ LIFE=@@LIFE@@
TOOLS=/opt/tinqs/tools FACTS=/etc/tinqs-ci

say() { printf 'tinqs-ci bake %s: %s\n' "$RUN" "$*" >/dev/console; }
{ [[ -d /run/systemd/system ]] && systemd-run --quiet --unit=tinqs-ci-bake-end --on-active="${LIFE}s" systemctl --force poweroff; } ||
  { (sleep "$LIFE" && systemctl --force poweroff) </dev/null >/dev/null 2>&1 & }
problems=()
problem() { problems+=("$1"); }
say looking

# What libs/userdata-renderer/src/boot.sh and supervise.sh call.
for command in act_runner base64 curl docker find grep id ip iptables pkill sed setpriv setsid ss sudo systemctl useradd usermod; do
  command -v "$command" >/dev/null || problem "missing: $command"
done
# The boot script refuses a machine that has served, and makes its own user.
[[ ! -e /var/lib/ci ]] || problem 'has served before: /var/lib/ci'
! id ci >/dev/null 2>&1 || problem 'has the user ci'

[[ -s $FACTS/baked.tsv ]] || problem "missing: $FACTS/baked.tsv"
while IFS=$'\t' read -r kind name value _; do
  case $kind in
    tool) compgen -G "$TOOLS/$name/$value/*.complete" >/dev/null || problem "missing: $name $value" ;;
    package) [[ $(dpkg-query --show --showformat '${Version}' "$name" 2>/dev/null) == "$value" ]] || problem "expected the package $name $value" ;;
    image) docker image inspect "$name" >/dev/null 2>&1 </dev/null || problem "missing: image $name" ;;
  esac
done <"$FACTS/baked.tsv"
# As a job sees it, who is nobody special.
cd /
home=$(mktemp -d) && chown 65534:65534 "$home"
nobody() { HOME=$home setpriv --reuid=65534 --regid=65534 --clear-groups "$@" 2>&1; }
if ! seen=$(nobody tinqs-manifest); then
  problem "a tool does not start: ${seen##*$'\n'}"
elif [[ $seen != "$(<"$FACTS/manifest.json")" ]]; then
  problem "$FACTS/manifest.json is not what is here"
fi
runner=$(nobody act_runner --version) || problem "the runner does not start: $runner"
version=$(sed -n 's/^tool\trunner\t\([^\t]*\).*/\1/p' "$FACTS/baked.tsv" 2>/dev/null)
[[ -n $version && $runner == *"$version"* ]] || problem "expected act_runner $version, it says: $runner"
timeout 60 docker info >/dev/null 2>&1 </dev/null || problem 'docker does not answer'

[[ -s /etc/machine-id ]] || problem 'no machine id was made at this boot'
for left in /root/.ssh/authorized_keys /root/.docker /root/.npmrc /root/.bash_history /run/tinqs-ci-bake; do
  [[ ! -e $left ]] || problem "not sealed: $left"
done
free=$(df --output=avail -BM / | tr -dc 0-9)
((free >= 3000)) || problem "only $free MiB are free on /"

if ((${#problems[@]} > 0)); then
  printf '%s\n' "${problems[@]}" >/dev/console
  say "failed: ${#problems[@]} problems, the first: ${problems[0]}"
  exit 1
fi
read -r up _ </proc/uptime
say "done after ${up%.*} s"
