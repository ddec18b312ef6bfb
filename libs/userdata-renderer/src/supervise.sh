#!/bin/bash
# Serves one job with one runner, then exits; whoever started it powers the machine off.
# usage: supervise BOOT IDLE JOB SINGLE WALL SUDO IMAGE   (seconds, then switches 0 or 1)
set -u
shopt -s nullglob dotglob
boot_limit=$1 idle_limit=$2 job_limit=$3 single=$4 wall=$5 sudo=$6 image=$7
log=/run/ci/log work=/home/ci/work imds=http://169.254.169.254/latest
stage=booting over='' token='' declared=0 asked=-9 quiet_since=0 notice='' restarted=''

say() {
  local line
  printf -v line '%(%FT%TZ)T tinqs-ci: %s' -1 "$*"
  printf '%s\n' "$line" >>"$log"
  printf '%s\n' "$line" >/dev/console
} 2>/dev/null

# Every limit counts the kernel's uptime: the wall clock may jump.
tell_time() {
  local up
  read -r up _ </proc/uptime
  now=${up%.*}
}
count() { grep -cE "$1" "$log"; }

# A control group for the Spot watch (the wall lets it pass) and one for the job (to signal all of it).
make_groups() {
  local mount own
  own=$(sed -n 's/^0:://p' /proc/self/cgroup)
  for mount in /sys/fs/cgroup /sys/fs/cgroup/unified; do
    if [ -e "$mount/cgroup.procs" ] && mkdir -p "$mount${own%/}/ci-watch" "$mount${own%/}/ci-job"; then
      groups=$mount${own%/} watch_path=${own%/}/ci-watch
      return
    fi
  done
  groups='' watch_path=''
} 2>/dev/null
enter() { [ -z "$groups" ] || echo "$BASHPID" >"$groups/$1/cgroup.procs"; } 2>/dev/null

# Instance metadata is closed to everything on this machine, containers included, but the Spot watch. Docker
# rewrites the filter table's FORWARD chain whenever it starts; it leaves mangle alone.
wall_off() {
  local command=$1 address=$2
  if "$command" -w 5 -t mangle -I FORWARD -d "$address" -j DROP && "$command" -w 5 -I OUTPUT -d "$address" -j REJECT; then
    [ -n "$groups" ] && "$command" -w 5 -I OUTPUT -d "$address" -m cgroup --path "$watch_path" -j ACCEPT && return
    say "no control group for the Spot watch: notices for $address come from outside only"
  else
    ip route replace prohibit "$address"
  fi
} 2>>"$log"
raise_wall() {
  wall_off iptables 169.254.169.254 || return 1
  [ ! -e /proc/net/if_inet6 ] || wall_off ip6tables fd00:ec2::254
}

ask_metadata() {
  (enter ci-watch && exec curl -s -m 1 --noproxy '*' "$@")
}
# 404 until a notice exists. The token is good for six hours; it never shows in an argument list.
spot_notice() {
  local status
  [ -n "$token" ] || token=$(ask_metadata -f -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 21600' "$imds/api/token") || token=''
  [ -n "$token" ] || return 1
  status=$(ask_metadata -o /dev/null -w '%{http_code}' -H @- "$imds/meta-data/spot/instance-action" <<<"X-aws-ec2-metadata-token: $token")
  [ "$status" != 401 ] || token=''
  [ "$status" = 200 ]
} 2>/dev/null

start_runner() {
  local variables=(HOME=/home/ci USER=ci LOGNAME=ci PATH="$PATH" LANG=C.UTF-8) privileges=(--reuid=ci "--regid=$(id -g ci)" --init-groups --inh-caps=-all)
  # Over HTTP/2 a server's window updates look like answers; jobs get this variable back empty, by the configuration.
  [ "$single" = 0 ] || variables+=(GODEBUG=http2client=0)
  [ "$sudo" = 1 ] || privileges+=(--no-new-privs)
  declared=$(count 'declare successfully') quiet_since=0 restarted=''
  (
    enter ci-job
    cd /var/lib/ci && exec setsid env -i "${variables[@]}" setpriv "${privileges[@]}" "$runner" daemon --config /var/lib/ci/config.yaml
  ) </dev/null >>"$log" 2>&1 &
  pid=$!
}
job_containers() { [ "$image" = 1 ] && docker ps "$@" --filter name=GITEA-ACTIONS-TASK- 2>/dev/null; }
alive() { kill -0 "$pid" 2>/dev/null; }
has_begun() {
  local traces=("$work"/*)
  grep -qE 'task [0-9]+ repo is ' "$log" || [ ${#traces[@]} -gt 0 ] || [ -n "$(job_containers -aq)" ]
}
# True when the runner surely waits for no answer: each of its connections has received after it has sent.
# Equal times mean that the next request left with the answer. Zeros are not printed.
no_open_request() {
  local lines line sent received
  lines=$(ss -tniHpO 2>/dev/null) || return 1
  while read -r line; do
    [[ $line == *"pid=$pid,"* ]] || continue
    sent=0 received=0
    [[ $line =~ lastsnd:([0-9]+) ]] && sent=${BASH_REMATCH[1]}
    [[ $line =~ lastrcv:([0-9]+) ]] && received=${BASH_REMATCH[1]}
    [ "$received" -lt "$sent" ] && [ "$received" -ge 300 ] || return 1
  done <<<"$lines"
}
signal_job() {
  local member
  kill "-$1" -- "-$pid"
  if [ -n "$groups" ]; then
    while read -r member; do kill "-$1" "$member"; done <"$groups/ci-job/cgroup.procs"
  else
    pkill "-$1" -u ci
  fi
} 2>/dev/null
# Waits up to $1 tenths of a second for the runner's end.
await_end() {
  local tenths
  for ((tenths = 0; tenths < $1; tenths++)); do
    alive || return 0
    sleep 0.1
  done
  ! alive
}

# An idle runner leaves at once on SIGTERM; one that has just been given a job stays with it, and so do we.
stop_idle_runner() {
  kill -TERM "$pid" 2>/dev/null
  await_end 30 && return
  if has_begun; then
    mark_begun
    return 1
  fi
  say 'the runner ignores SIGTERM'
  signal_job KILL
  await_end 30
}
# With every process of the job signalled, the runner reports a failure at once; the daemon alone would go on.
stop_job() {
  local container
  say "ending the job: $1"
  signal_job TERM
  for container in $(job_containers -q); do docker kill "$container" >/dev/null; done
  await_end 100 || signal_job KILL
}
# EC2 gives the reason of a machine's end once. One that powers itself off here would look as if its job had failed, so it
# waits to be taken; a minute late, nobody takes it.
await_taking() {
  sleep 110
  say 'EC2 took this machine neither at the time of its notice nor later'
}
mark_begun() {
  tell_time
  stage=busy since=$now
  say 'job started'
}

# An answer that is given up can lose its job for good (servers whose claim is single-shot), so idle ends wait for it.
leave() {
  [ -n "$over" ] || { over=$1 leaving=$now; }
  [ "$single" = 0 ] || [ "$stage" = booting ] || no_open_request || [ $((now - leaving)) -ge 35 ] || return
  if ! has_begun && stop_idle_runner && ! has_begun; then
    say "$over"
    exit 0
  fi
}
look_before_job() {
  if has_begun; then
    over=''
    mark_begun
  elif [ "$(count 'unregistered runner')" -gt 0 ]; then
    say 'the registration is gone'
    signal_job KILL
    exit 0
  elif [ "$stage" = booting ] && [ "$(count 'declare successfully')" -gt 0 ]; then
    stage=idle since=$now
    say 'runner online'
  elif [ "$stage" = booting ] && [ $((now - since)) -ge "$boot_limit" ]; then
    leave 'boot limit: the runner never came online'
  elif [ "$stage" = idle ] && [ $((now - since)) -ge "$idle_limit" ]; then
    leave 'idle limit: no job came'
  elif [ -n "$notice" ]; then
    leave 'Spot notice: no job had begun'
  elif [ "$single" = 1 ] && [ "$(count 'declare successfully')" -gt "$declared" ]; then
    ask_again
  fi
}
# Up to Gitea 1.26 a runner that lost the race for a job never looks again: only a new daemon does.
ask_again() {
  if ! no_open_request; then
    quiet_since=0
  elif [ "$quiet_since" = 0 ]; then
    quiet_since=$now
  elif [ $((now - quiet_since)) -ge 5 ] && ! has_begun && stop_idle_runner; then
    restarted=1
  fi
}
look_at_job() {
  if [ $((now - since)) -ge "$job_limit" ]; then
    stop_job 'job limit'
    exit 0
  elif [ -n "$notice" ] && [ $((now - notice)) -ge 60 ]; then
    stop_job 'Spot notice'
    await_taking
    exit 0
  fi
}
look() {
  tell_time
  if [ -z "$notice" ] && [ $((now - asked)) -ge 5 ]; then
    asked=$now
    spot_notice && notice=$now && say 'Spot notice: this machine ends within two minutes'
  fi
  if [ "$stage" = busy ]; then look_at_job; else look_before_job; fi
}
# Until the next look, but no longer than the runner lives or a limit allows.
nap() {
  local seconds=1
  [ "$stage" != busy ] || seconds=$((since + job_limit - now))
  [ "$seconds" -le 5 ] || seconds=5
  [ "$seconds" -ge 1 ] || seconds=1
  sleep "$seconds" &
  wait -n
}

tell_time
since=$now
make_groups
if [ "$wall" = 1 ] && ! raise_wall; then
  say 'cannot close instance metadata: neither iptables nor ip route works'
  exit 1
fi
runner=$(command -v act_runner || command -v gitea-runner) || {
  say "no act_runner or gitea-runner in $PATH"
  exit 1
}
while :; do
  start_runner
  while alive; do
    nap
    look
  done
  wait "$pid"
  status=$?
  # A short job fits between two looks. Once a job has begun there is never a second daemon.
  if [ "$stage" = busy ] || has_begun; then
    say "runner ended with $status after its job"
    exit 0
  fi
  look
  [ -n "$restarted" ] || {
    say "runner ended with $status before a job"
    sleep 2
  }
done
