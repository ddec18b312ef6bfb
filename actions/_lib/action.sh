#!/usr/bin/env bash
# What every action needs: messages the runner understands, checked inputs, outputs, retries. Sourced, never run.
# Exit codes: 2 = bad input, 1 = the work failed.

# Everything below is byte-wise: names in error messages, patterns, git's messages that are matched.
export LC_ALL=C

# A workflow command is one line: its data escapes the three characters that would end or fake one.
escape_data() {
  local text=$1
  text=${text//'%'/%25}
  text=${text//$'\r'/%0D}
  REPLY=${text//$'\n'/%0A}
}

error() {
  escape_data "$1"
  printf '::error::%s\n' "$REPLY"
}

warn() {
  escape_data "$1"
  printf '::warning::%s\n' "$REPLY"
}

fail() {
  error "$1"
  exit 1
}

# bad_input NAME MESSAGE
bad_input() {
  error "input \"$1\": $2"
  exit 2
}

# A value as it may be shown: quoted, so that it stays on its line, and short.
shown() {
  printf -v REPLY '%q' "${1:0:120}"
}

group() { printf '::group::%s\n' "$1"; }
end_group() { printf '::endgroup::\n'; }

# The runner masks exact strings per line, so each line of a secret is a mask of its own.
mask() {
  local line
  while IFS= read -r line || [[ -n $line ]]; do
    [[ -z $line ]] || { escape_data "$line" && printf '::add-mask::%s\n' "$REPLY"; }
  done <<<"$1"
}

# single_line NAME VALUE: no input of ours may span lines or carry control characters.
single_line() {
  if [[ $2 == *[[:cntrl:]]* ]]; then
    bad_input "$1" "expected one line without control characters"
  fi
}

# either NAME VALUE DEFAULT OTHER-NAME OTHER-VALUE: an input that answers to two names.
either() {
  if [[ -n $5 && $2 != "$3" && $2 != "$5" ]]; then
    shown "$2"
    local one=$REPLY
    shown "$5"
    bad_input "$1" "is $one, but \"$4\", another name of it, is $REPLY: give one of them"
  fi
  REPLY=${5:-$2}
}

# boolean NAME VALUE DEFAULT: REPLY is true, false or the default.
boolean() {
  case ${2,,} in
    true | false) REPLY=${2,,} ;;
    '') REPLY=$3 ;;
    *) shown "$2" && bad_input "$1" "expected true or false, got $REPLY" ;;
  esac
}

# list VALUE: the array LIST, from lines and commas, trimmed, blanks dropped.
list() {
  local item
  LIST=()
  while IFS= read -r item || [[ -n $item ]]; do
    item=${item#"${item%%[![:space:]]*}"}
    item=${item%"${item##*[![:space:]]}"}
    [[ -z $item ]] || LIST+=("$item")
  done <<<"${1//,/$'\n'}"
}

# need COMMAND PACKAGE
need() {
  command -v "$1" >/dev/null 2>&1 || fail "this action needs $1, which is not on this machine: install the package \"$2\" first"
}

# The delimiter is random: a fixed one could be injected by the value.
write_block() {
  local file=$1 name=$2 value=$3 delimiter
  [[ -n $file ]] || return 0
  delimiter="tinqs_$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')"
  printf '%s<<%s\n%s\n%s\n' "$name" "$delimiter" "$value" "$delimiter" >>"$file"
}

set_output() { write_block "${GITHUB_OUTPUT:-}" "$1" "$2"; }

# For this script and for every later step.
set_env() {
  export "$1=$2"
  write_block "${GITHUB_ENV:-}" "$1" "$2"
}

add_path() {
  case ":$PATH:" in *":$1:"*) return 0 ;; esac
  export PATH="$1:$PATH"
  [[ -z ${GITHUB_PATH:-} ]] || printf '%s\n' "$1" >>"$GITHUB_PATH"
}

# A folder of this call's own; RUNNER_TEMP goes with the job in host mode and is the container's otherwise.
scratch_folder() {
  local parent=${RUNNER_TEMP:-${TMPDIR:-/tmp}}
  [[ -d $parent ]] || mkdir -p -- "$parent"
  REPLY=$(mktemp -d "${parent%/}/tinqs-$1.XXXXXX")
}

# SCRATCH, gone when the script ends, and in it what attempt keeps of the last command.
start_log() {
  scratch_folder log
  SCRATCH=$REPLY
  ATTEMPT_LOG=$SCRATCH/stderr
  : >"$ATTEMPT_LOG"
  trap 'rm -rf -- "$SCRATCH"' EXIT
}

# A runner started as a service may have no HOME, and git and npm want one.
ensure_home() {
  [[ -z ${HOME:-} ]] || return 0
  HOME=$(unset HOME && printf '%s' ~)
  if [[ ! -d $HOME || ! -w $HOME ]]; then
    scratch_folder home
    HOME=$REPLY
  fi
  set_env HOME "$HOME"
}

# attempt FUNCTION RETRYABLE COMMAND...: runs the command with its stderr kept, again after a pause while RETRYABLE, a
# function that reads the stderr file, says that another try may help. FUNCTION prints what was said. Status of the last try.
attempt() {
  local show=$1 retryable=$2 log pauses status pause
  shift 2
  read -ra pauses <<<"${TINQS_RETRY_PAUSES:-2 5 10}"
  log=$ATTEMPT_LOG
  for pause in "${pauses[@]}" ''; do
    status=0
    "$@" 2>"$log" </dev/null || status=$?
    "$show" "$log"
    [[ $status -ne 0 && -n $pause ]] && "$retryable" "$log" || return "$status"
    echo "trying again in $pause s"
    sleep "$pause"
  done
}
