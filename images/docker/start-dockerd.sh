#!/usr/bin/env bash
# start-dockerd: starts dockerd in a job, whose entrypoint the runner replaces, and returns when it answers.
set -euo pipefail

log=${TMPDIR:-/tmp}/dockerd.log
for ((second = 0; second < ${DOCKERD_TRIES:-60}; second++)); do
  ! docker info >/dev/null 2>&1 || exit 0
  if ((second == 0)); then
    setsid dockerd >"$log" 2>&1 </dev/null &
    daemon=$!
  elif ! kill -0 "$daemon" 2>/dev/null; then
    break
  fi
  sleep 1
done
cat "$log" >&2
echo 'dockerd does not answer: it needs root, and a privileged container' >&2
exit 1
