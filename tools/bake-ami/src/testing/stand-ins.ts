/** Commands of a machine that a root without systemd, docker's daemon and Debian's mirror has not. They note how they were called in /run/called. */
const note = 'echo "${0##*/} $*" >>/run/called';

const script = (body: string): string => `#!/bin/bash\n${note}\n${body}\n`;

export const MACHINE_STAND_INS: Readonly<Record<string, string>> = {
  systemctl: script('exit 0'),
  fstrim: script('exit 0'),
  docker: script(`case "$1 $2" in
  '--version ') echo 'Docker version 26.1.5, build 1' ;;
  'pull --quiet') [[ $3 != *private* ]] || { echo 'denied: requires login' >&2; exit 1; } && touch "/run/pulled-\${3//\\//_}" ;;
  'image inspect') for last; do :; done; [[ -e /run/pulled-\${last//\\//_} ]] && echo "\${last%%:*}@sha256:${'d'.repeat(64)}" ;;
  *) exit 0 ;;
esac`),
};

export const PACKAGE_STAND_INS: Readonly<Record<string, string>> = {
  'apt-get': script('exit 0'),
  'apt-cache': script('[[ $3 != "^docker-cli\\$" ]] || echo "docker-cli - the client"'),
  'dpkg-query': script('[[ $3 == package* ]] || { printf 1.0-1; exit 0; }\nshift 3; printf "package\\t%s\\t1.0-1\\n" "$@"'),
  sudo: script('exit 0'),
  iptables: script('exit 0'),
  ss: script('exit 0'),
  ip: script('exit 0'),
};
