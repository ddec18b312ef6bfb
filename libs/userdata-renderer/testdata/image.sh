#!/bin/bash
# tinqs-ci: this machine serves one CI job and is gone. No value below is shell text: numbers are checked, all else is base64.
# shellcheck disable=SC2015 # fail does not return
set -u
umask 077
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TZ=UTC0
BOOT=300 IDLE=300 JOB=3600 LIFE=4800 SINGLE=1 WALL=0 SUDO=1 IMAGE=1

# Milestones also go to the console, where they can be read after the machine is gone. They never hold a secret.
say() {
  local line
  printf -v line '%(%FT%TZ)T tinqs-ci: %s' -1 "$*"
  printf '%s\n' "$line" >>/run/ci/log
  printf '%s\n' "$line" >/dev/console
} 2>/dev/null
# An accepted request is not yet a machine that is off: each way is followed by a harder one.
hard_off() {
  systemctl --force --force poweroff
  sleep 5
  poweroff -f
  sleep 5
  echo o >/proc/sysrq-trigger
}
off() {
  trap - EXIT
  say "powering off: $1"
  systemctl poweroff || shutdown -P now
  sleep 30
  hard_off
}
# In the trap itself LINENO is 1.
fail() {
  line=${BASH_LINENO[0]}
  exit 1
}
has_systemd() { [ -d /run/systemd/system ]; }

# The last way to power off is nothing but a timer; it is armed before anything can go wrong.
{ has_systemd && systemd-run --quiet --unit=ci-deadman --on-active="${LIFE}s" --timer-property=AccuracySec=1s systemctl --force poweroff; } ||
  { (sleep "$LIFE" && hard_off) </dev/null >/dev/null 2>&1 & }
trap 'off "the boot script failed${line:+ in line $line}"' EXIT
trap 'exit 143' TERM INT HUP

mkdir -p /run/ci && chmod 711 /run/ci || fail
log=$(base64 -d <<'B64'
L3Zhci9sb2cvdGlucXMtY2kubG9n
B64
) || fail
# A disk without space must not silence the machine.
{ mkdir -p "${log%/*}" && : >>"$log" && chmod 600 "$log"; } 2>/dev/null || { log=/run/ci/full-disk.log && : >"$log"; }
ln -sfn "$log" /run/ci/log || fail
[ ! -e /var/lib/ci/served ] || { off 'this machine has booted before'; exit 1; }

if has_systemd; then
  # /run is empty after a reboot, and user-data would not run again: such a machine would wait for ever.
  mkdir -p /etc/systemd/system/sysinit.target.wants /etc/systemd/system/poweroff.target.d || fail
  cat >/etc/systemd/system/ci-second-boot.service <<'UNIT' || fail
[Unit]
Description=tinqs-ci: a machine boots once
DefaultDependencies=no
Before=sysinit.target
ConditionPathExists=!/run/ci/armed
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'systemctl --force --force poweroff'
UNIT
  ln -sf ../ci-second-boot.service /etc/systemd/system/sysinit.target.wants/ci-second-boot.service || fail
  cat >/etc/systemd/system/poweroff.target.d/ci.conf <<'UNIT' || fail
[Unit]
JobTimeoutSec=60
JobTimeoutAction=poweroff-immediate
UNIT
  chmod 644 /etc/systemd/system/ci-second-boot.service /etc/systemd/system/poweroff.target.d/ci.conf || fail
fi
: >/run/ci/armed || fail

id ci >/dev/null 2>&1 || useradd --create-home --shell /bin/bash ci || fail
mkdir -p /var/lib/ci /home/ci/work && chmod 755 /var/lib/ci && : >/var/lib/ci/served || fail
base64 -d >/var/lib/ci/.runner <<'SECRET' || fail
eyJpZCI6NDIsInV1aWQiOiI3YjFmM2MzZS01OGExLTRhNGItOWM4ZS0wZDNhMGE2ZjNmMTAiLCJu
YW1lIjoidGlucXMtY2ktYTEtZ28tMSIsInRva2VuIjoiMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw
MDAwMDAwMDAwMDAwMDAwMCIsImFkZHJlc3MiOiJodHRwczovL2dpdC5leGFtcGxlLmNvbSIsImxh
YmVscyI6WyJnbzpkb2NrZXI6Ly9yZWdpc3RyeS5leGFtcGxlLmNvbTo1MDAwL2NpL25vZGU6MjIi
LCJsaW51eDpkb2NrZXI6Ly9yZWdpc3RyeS5leGFtcGxlLmNvbTo1MDAwL2NpL25vZGU6MjIiXSwi
ZXBoZW1lcmFsIjp0cnVlfQo=
SECRET
base64 -d >/var/lib/ci/config.yaml <<'B64' || fail
eyJsb2ciOnsibGV2ZWwiOiJpbmZvIn0sInJ1bm5lciI6eyJmaWxlIjoiL3Zhci9saWIvY2kvLnJ1
bm5lciIsImNhcGFjaXR5IjoxLCJ0aW1lb3V0IjoiNDgwMHMiLCJzaHV0ZG93bl90aW1lb3V0Ijoi
NDgwMHMiLCJmZXRjaF90aW1lb3V0IjoiMzBzIiwiZmV0Y2hfaW50ZXJ2YWwiOiI2MHMiLCJmZXRj
aF9pbnRlcnZhbF9tYXgiOiI2MHMiLCJpbnNlY3VyZSI6ZmFsc2UsImVudl9maWxlIjoiIiwiZW52
cyI6eyJHT0RFQlVHIjoiIn19LCJjYWNoZSI6eyJlbmFibGVkIjpmYWxzZX0sImhvc3QiOnsid29y
a2Rpcl9wYXJlbnQiOiIvaG9tZS9jaS93b3JrIn0sImNvbnRhaW5lciI6eyJkb2NrZXJfaG9zdCI6
Ii0iLCJwcml2aWxlZ2VkIjpmYWxzZSwidmFsaWRfdm9sdW1lcyI6W10sImZvcmNlX3B1bGwiOmZh
bHNlLCJyZXF1aXJlX2RvY2tlciI6dHJ1ZSwiZG9ja2VyX3RpbWVvdXQiOiI2MHMifX0K
B64
base64 -d >/run/ci/git-cred <<'SECRET' || fail
dXNlcm5hbWU9b2F1dGgyCnBhc3N3b3JkPXJlYWQtb25seQo=
SECRET
base64 -d >/run/ci/git-config <<'B64' || fail
W2NyZWRlbnRpYWwgImh0dHBzOi8vZ2l0LmV4YW1wbGUuY29tIl0KCWhlbHBlciA9ICIhZigpIHsg
dGVzdCBcIiQxXCIgPSBnZXQgJiYgY2F0IC9ydW4vY2kvZ2l0LWNyZWQ7IH07IGYiCltjcmVkZW50
aWFsICJodHRwczovL2V4YW1wbGUuY29tOjg0NDMiXQoJaGVscGVyID0gIiFmKCkgeyB0ZXN0IFwi
JDFcIiA9IGdldCAmJiBjYXQgL3J1bi9jaS9naXQtY3JlZDsgfTsgZiIK
B64
chown ci: /var/lib/ci/.runner /var/lib/ci/config.yaml /home/ci/work /run/ci/git-cred && chmod 400 /run/ci/git-cred || fail
if [ -s /run/ci/git-config ]; then
  cat /run/ci/git-config >>/etc/gitconfig && chmod 644 /etc/gitconfig || fail
fi
if [ "$SUDO" = 1 ]; then
  mkdir -p /etc/sudoers.d && echo 'ci ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/ci && chmod 440 /etc/sudoers.d/ci || fail
fi
if [ "$IMAGE" = 1 ]; then
  usermod -aG docker ci || say 'no docker group: containers will not start'
fi
cat >/run/ci/supervise <<'SUPERVISE' || fail
# supervise.sh
SUPERVISE

say "booted: boot $BOOT s, idle $IDLE s, job $JOB s, life $LIFE s"
if has_systemd; then
  # An out-of-memory kill inside the job is the job's own failure: the runner still has to report it.
  cat >/etc/systemd/system/ci-runner.service <<UNIT || fail
[Unit]
Description=tinqs-ci: one runner, one job
SuccessAction=poweroff
FailureAction=poweroff-force
[Service]
ExecStart=/bin/bash /run/ci/supervise $BOOT $IDLE $JOB $SINGLE $WALL $SUDO $IMAGE
Restart=no
RuntimeMaxSec=$LIFE
KillMode=control-group
TimeoutStopSec=30
Delegate=yes
OOMPolicy=continue
TasksMax=infinity
UNIT
  { chmod 644 /etc/systemd/system/ci-runner.service && systemctl daemon-reload && systemctl start --no-block ci-runner.service; } || fail
else
  (bash /run/ci/supervise "$BOOT" "$IDLE" "$JOB" "$SINGLE" "$WALL" "$SUDO" "$IMAGE"; off 'the supervisor is done') </dev/null >/dev/null 2>&1 &
fi
trap - EXIT
