#!/usr/bin/env bash
# shellcheck disable=SC2153,SC2034 # URL, SERVER, TOKEN, REPOSITORY and ATTEMPT_LOG are the action's
# How our git calls reach a server: nobody to ask, no hooks, the token in the environment, failures explained. Sourced.

# Configuration through the environment reaches submodules too and never stands in argv, a URL or a file.
git_config() {
  local number=${GIT_CONFIG_COUNT:-0}
  export "GIT_CONFIG_KEY_$number=$1" "GIT_CONFIG_VALUE_$number=$2" GIT_CONFIG_COUNT=$((number + 1))
}

# Host mode gives steps a pseudo-terminal: without this git would wait for somebody to type a user name.
git_environment() {
  unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_NAMESPACE GIT_ASKPASS SSH_ASKPASS GIT_TEMPLATE_DIR GIT_CURL_VERBOSE
  export GIT_TERMINAL_PROMPT=0 GIT_TRACE_REDACT=1 GIT_ALLOW_PROTOCOL=http:https:ssh GIT_LFS_SKIP_SMUDGE=1 GIT_ADVICE=0
  export GIT_SSH_COMMAND=${GIT_SSH_COMMAND:-ssh -oBatchMode=yes}
  git_config core.hooksPath /dev/null
  git_config core.fsmonitor false
  git_config core.askPass ''
  git_config credential.helper ''
  git_config credential.interactive false
  # Older protocols serve only commits that a ref names, whatever the machine is configured for.
  git_config protocol.version 2
  git_config gc.auto 0
  git_config maintenance.auto false
  git_config advice.detachedHead false
  git_config checkout.workers 0
  # A redirect would take the Authorization header along, to whatever host it names (see follow_move).
  git_config http.followRedirects false
  git_config http.lowSpeedLimit 1
  git_config http.lowSpeedTime 300
}

# use_token SERVER BASIC URL: the empty entry first removes headers of other configuration; two of them are answered with 400.
# So are LFS objects: Gitea's batch answer brings a header of its own for them, hence none of ours below objects/ but for the batch.
use_token() {
  git_config "http.$1/.extraheader" ''
  git_config "http.$3.git/info/lfs/objects.extraheader" ''
  [[ -n $2 ]] || return 0
  git_config "http.$1/.extraheader" "Authorization: Basic $2"
  git_config "http.$3.git/info/lfs/objects/batch.extraheader" "Authorization: Basic $2"
}

# The same as text of a configuration file.
token_configuration() {
  local header="Authorization: Basic $2"
  printf '[http "%s/"]\n\textraheader =\n\textraheader = %s\n' "$1" "$header"
  printf '[http "%s.git/info/lfs/objects"]\n\textraheader =\n' "$3"
  printf '[http "%s.git/info/lfs/objects/batch"]\n\textraheader = %s\n' "$3" "$header"
}

# Submodules named by ssh come over HTTPS with the same token.
rewrite_ssh() {
  local server=$1 host
  host=${server#*://}
  host=${host%%/*}
  [[ $host == \[* ]] || host=${host%%:*}
  git_config "url.$server/.insteadOf" "git@$host:"
  git_config "url.$server/.insteadOf" "ssh://git@$host/"
}

needs_git() {
  need git git
  local version major minor
  version=$(git --version)
  version=${version#git version }
  IFS=. read -r major minor _ <<<"$version"
  if ((major < 2 || (major == 2 && minor < 31))); then
    fail "git $version is too old: this action needs 2.31 or newer (2.34 is the oldest it is written for)"
  fi
}

show_git_log() {
  local line
  while IFS= read -r line || [[ -n $line ]]; do
    case $line in
      *'filtering not recognized by server'*) warn "the server does not support partial clone (filter): everything of the commit is sent. Gitea: remove DISABLE_PARTIAL_CLONE" ;;
      *) printf '%s\n' "$line" ;;
    esac
  done <"$1"
}

# Whether another try may help: network trouble, 429 and 5xx. Never a refusal.
git_retryable() {
  ! grep -qE 'returned error: [34]0[0-9]|HTTP 4(0[0-9]|1[0-9])|Authentication failed|could not read (Username|Password)|not found$' "$1" &&
    grep -qiE 'could not resolve host|connection (refused|reset|timed out)|operation (timed out|too slow)|failed to connect|early EOF|unexpected disconnect|hung up unexpectedly|empty reply|transfer closed|returned error: (429|5[0-9][0-9])|HTTP (429|5[0-9][0-9])|(SSL|TLS|GnuTLS).*(read|recv|terminated)|HTTP/2 stream|expected flush|unable to rewind' "$1"
}

# git_remote COMMAND...: with retries, and after a move of the repository once more at its new address.
git_remote() {
  attempt show_git_log git_retryable "$@" && return 0
  local status=$?
  if grep -qE 'returned error: 30[1278]' "$ATTEMPT_LOG" && follow_move; then
    attempt show_git_log git_retryable "$@" && return 0
    status=$?
  fi
  return "$status"
}

# A renamed repository answers 301. Asked without the token; followed only below the same server address.
follow_move() {
  command -v curl >/dev/null 2>&1 || return 1
  local target suffix='/info/refs?service=git-upload-pack'
  target=$(curl -q -sS -o /dev/null -w '%{redirect_url}' --max-time 30 -- "$URL$suffix" </dev/null) || return 1
  target=${target%"$suffix"}
  if [[ $target != "$SERVER"/* || $target == *[[:space:]]* || $target == "$URL" ]]; then
    shown "$target"
    error "$URL redirects to $REPLY, which is not below $SERVER: the token is not sent there. Give the right server-url"
    return 1
  fi
  warn "$URL has moved to $target: update the name"
  URL=$target
  [[ ! -d .git ]] || git remote set-url origin "$URL"
}

# explain_git WHAT: ends the action with what git's last message means.
explain_git() {
  local log=$ATTEMPT_LOG
  if grep -qE 'Authentication failed|could not read (Username|Password)|returned error: 401|HTTP 401' "$log"; then
    [[ -n $TOKEN ]] || fail "$1: $URL asks for a login (401) and the input \"token\" is empty"
    fail "$1: the server does not accept the token (401). A job's token ends with its job; a personal token may be revoked"
  fi
  if grep -qE 'returned error: (403|404)|HTTP 40[34]|not found$|User permission denied' "$log"; then
    fail "$1: no access to $REPOSITORY, or it does not exist (403 or 404). The job token only reaches this repository (${GITHUB_REPOSITORY:-unknown}); for others pass a personal token as \"token\""
  fi
  if grep -qE "not our ref|unadvertised object|couldn't find remote ref|bad object" "$log"; then
    fail "$1: $REPOSITORY has no such commit or ref any more: it was deleted or rewritten since"
  fi
  if grep -qiE 'certificate' "$log"; then
    fail "$1: the certificate of $SERVER is not trusted here: install the package \"ca-certificates\" or your authority"
  fi
  fail "$1: $(tail -n 1 "$log")"
}
