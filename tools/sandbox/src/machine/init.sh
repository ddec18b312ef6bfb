#!/bin/bash
# A machine's init: runs user-data once, as cloud-init would, then stays up, as a machine whose script forgot to
# power it off would. Its end is the machine's end. Commands arrive on its standard input; so does the host's death.
[ $$ = 1 ] || exit 99
power_off() {
  trap '' USR1
  echo "[firmware] off: $1"
  kill -TERM -1 2>/dev/null
  for ((tenths = 0; tenths < 30; tenths++)); do
    others=(/proc/[0-9]*)
    [ ${#others[@]} -gt 1 ] || break
    sleep 0.1
  done
  if [ -f /var/log/tinqs-ci.log ]; then
    echo '[firmware] the end of /var/log/tinqs-ci.log:'
    tail -n 200 /var/log/tinqs-ci.log
  fi
  exit 0
}
trap 'power_off "by the machine itself"' USR1
echo '[firmware] up'
(cd / && exec setsid /run/firmware/user-data </dev/null) &
while read -r command; do
  case $command in
    terminate) power_off 'from outside' ;;
  esac
done
power_off 'the host is gone'
