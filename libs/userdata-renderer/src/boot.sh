#!/bin/bash
# tinqs-ci: this machine serves one CI job and is gone. No value below is shell text: numbers are checked, all else is base64.
# shellcheck disable=SC2015 # fail does not return
set -u
umask 077
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TZ=UTC0
BOOT=@@BOOT@@ IDLE=@@IDLE@@ JOB=@@JOB@@ LIFE=@@LIFE@@ SINGLE=@@SINGLE@@ WALL=@@WALL@@ SUDO=@@SUDO@@ IMAGE=@@IMAGE@@

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
@@LOG@@
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
@@CREDENTIAL@@
SECRET
base64 -d >/var/lib/ci/config.yaml <<'B64' || fail
@@CONFIG@@
B64
base64 -d >/run/ci/git-cred <<'SECRET' || fail
@@GITCREDENTIAL@@
SECRET
base64 -d >/run/ci/git-config <<'B64' || fail
@@GITCONFIG@@
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
@@SUPERVISE@@
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
