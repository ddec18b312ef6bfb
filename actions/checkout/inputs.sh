#!/usr/bin/env bash
# shellcheck disable=SC2034 # what is read here is used by checkout.sh
# Reads and judges the inputs of checkout, before anything is written or sent. Sourced by checkout.sh.

read_inputs() {
  [[ -n ${GITHUB_WORKSPACE:-} && -d $GITHUB_WORKSPACE ]] || fail "GITHUB_WORKSPACE names no folder: this runs in a job of a runner only"
  TOKEN=${CHECKOUT_TOKEN:-}
  JOB_TOKEN=${CHECKOUT_JOB_TOKEN:-}
  unset CHECKOUT_TOKEN CHECKOUT_JOB_TOKEN
  read_token
  read_server
  OWN_REPOSITORY=${GITHUB_REPOSITORY:-}
  REPOSITORY=${CHECKOUT_REPOSITORY:-$OWN_REPOSITORY}
  check_repository "$REPOSITORY"
  URL=$SERVER/$REPOSITORY
  REF=${CHECKOUT_REF:-}
  check_ref "$REF"
  read_depth
  read_sparse
  read_filter
  read_switches
  read_reference
  refuse_fork_code
  resolve_path "${CHECKOUT_PATH:-.}"
}

read_token() {
  BASIC=''
  [[ -n $TOKEN ]] || return 0
  # Masked before it is judged: a message may quote what it refuses.
  mask "$TOKEN"
  single_line token "$TOKEN"
  BASIC=$(printf 'x-access-token:%s' "$TOKEN" | base64 | tr -d '\n')
  mask "$BASIC"
}

read_server() {
  local default=${CHECKOUT_DEFAULT_SERVER_URL:-${GITHUB_SERVER_URL:-}}
  either server-url "${CHECKOUT_SERVER_URL:-$default}" "$default" github-server-url "${CHECKOUT_GITHUB_SERVER_URL:-}"
  SERVER=$REPLY
  single_line server-url "$SERVER"
  while [[ $SERVER == */ ]]; do SERVER=${SERVER%/}; done
  local pattern='^https?://([A-Za-z0-9]([A-Za-z0-9.-]*)|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[A-Za-z0-9_~][A-Za-z0-9._~-]*)*$'
  if [[ ! $SERVER =~ $pattern ]]; then
    shown "$SERVER"
    bad_input server-url "expected an address such as https://git.example.com, without user name or query, got $REPLY"
  fi
}

check_repository() {
  local pattern='^[A-Za-z0-9_.][A-Za-z0-9_.-]*/[A-Za-z0-9_.-]+$'
  single_line repository "$1"
  if [[ ! $1 =~ $pattern || /$1/ == */./* || /$1/ == */../* || $1 == */-* ]]; then
    shown "$1"
    bad_input repository "expected owner/name, got $REPLY"
  fi
}

check_ref() {
  [[ -n $1 ]] || return 0
  single_line ref "$1"
  local full=$1
  [[ $1 == refs/* ]] || full=refs/heads/$1
  if [[ $1 == -* ]] || ! git check-ref-format "$full"; then
    shown "$1"
    bad_input ref "expected a branch, a tag, refs/… or a full commit id, got $REPLY"
  fi
}

read_depth() {
  either depth "${CHECKOUT_DEPTH:-1}" 1 fetch-depth "${CHECKOUT_FETCH_DEPTH:-}"
  DEPTH=$REPLY
  single_line depth "$DEPTH"
  if [[ ! $DEPTH =~ ^(0|[1-9][0-9]{0,8})$ ]]; then
    shown "$DEPTH"
    bad_input depth "expected a whole number, 0 for all history, got $REPLY"
  fi
}

read_sparse() {
  local text item
  either sparse-cone "${CHECKOUT_SPARSE_CONE:-true}" true sparse-checkout-cone-mode "${CHECKOUT_SPARSE_CHECKOUT_CONE_MODE:-}"
  boolean sparse-cone "$REPLY" true
  CONE=$REPLY
  either sparse "${CHECKOUT_SPARSE:-}" '' sparse-checkout "${CHECKOUT_SPARSE_CHECKOUT:-}"
  text=$REPLY
  # A comma may be part of a pattern; in a folder's name it is too rare to matter.
  if [[ $CONE == true ]]; then list "$text"; else list "${text//,/$'\001'}"; fi
  SPARSE=()
  for item in "${LIST[@]}"; do
    item=${item//$'\001'/,}
    single_line sparse "$item"
    [[ $CONE == true ]] && clean_folder "$item" && item=$REPLY
    SPARSE+=("$item")
  done
}

# git refuses /a/b/: a leading or trailing slash means nothing here. "." is the root: its files, which come anyway.
clean_folder() {
  local folder=$1
  while [[ $folder == ./* || $folder == /* ]]; do folder=${folder#./} && folder=${folder#/}; done
  while [[ $folder == */ ]]; do folder=${folder%/}; done
  if [[ /$folder/ == */../* || $folder == *[][*?\\\"]* || $folder == [-!#]* ]]; then
    shown "$1"
    bad_input sparse "expected a folder, got $REPLY (for patterns set sparse-cone: false)"
  fi
  REPLY=${folder:-.}
}

read_filter() {
  FILTER=${CHECKOUT_FILTER:-}
  single_line filter "$FILTER"
  if [[ ! $FILTER =~ ^(|none|blob:none|blob:limit=[0-9]+[kmg]?|tree:[0-9]+|object:type=(commit|tree|blob|tag))$ ]]; then
    shown "$FILTER"
    bad_input filter "expected none, blob:none, blob:limit=<size>, tree:<depth> or object:type=<type>, got $REPLY"
  fi
  if [[ -z $FILTER && ${#SPARSE[@]} -gt 0 ]]; then FILTER=blob:none; fi
  if [[ $FILTER == none ]]; then FILTER=''; fi
}

read_switches() {
  boolean fetch-tags "${CHECKOUT_FETCH_TAGS:-}" false && FETCH_TAGS=$REPLY
  boolean lfs "${CHECKOUT_LFS:-}" false && LFS=$REPLY
  boolean clean "${CHECKOUT_CLEAN:-}" true && CLEAN=$REPLY
  boolean set-safe-directory "${CHECKOUT_SET_SAFE_DIRECTORY:-}" true && SAFE_DIRECTORY=$REPLY
  SUBMODULES=${CHECKOUT_SUBMODULES:-false}
  if [[ ${SUBMODULES,,} == recursive ]]; then
    SUBMODULES=recursive
  else
    boolean submodules "$SUBMODULES" false && SUBMODULES=$REPLY
  fi
  local default=false
  if [[ -n $FILTER || ${#SPARSE[@]} -gt 0 || $LFS == true ]]; then default=true; fi
  boolean persist-credentials "${CHECKOUT_PERSIST_CREDENTIALS:-}" "$default" && PERSIST=$REPLY
  [[ -n $TOKEN ]] || PERSIST=false
  if [[ $PERSIST == true && $TOKEN != "$JOB_TOKEN" ]]; then
    warn "a token of your own stays readable for every later step of this job. persist-credentials: false keeps it out, if no later step fetches"
  fi
}

read_reference() {
  REFERENCE=${CHECKOUT_REFERENCE:-}
  single_line reference "$REFERENCE"
  [[ -z $REFERENCE || $REFERENCE == /* ]] || bad_input reference "expected an absolute path"
}

# pull_request_target runs with the secrets of the base repository: a fork's code must not, unless somebody said so.
refuse_fork_code() {
  boolean allow-fork-code "${CHECKOUT_ALLOW_FORK_CODE:-}" false
  [[ ${GITHUB_EVENT_NAME:-} == pull_request_target && $REPLY == false ]] || return 0
  local head=${CHECKOUT_HEAD_REPOSITORY:-}
  [[ ${head,,} != "${OWN_REPOSITORY,,}" ]] || return 0
  if [[ (-n $head && ${REPOSITORY,,} == "${head,,}") || $REF == refs/pull/* || (-n $REF && ${REF,,} == "${CHECKOUT_HEAD_SHA:-}") ]]; then
    bad_input ref "this is a fork's code, and a pull_request_target job has the secrets of $OWN_REPOSITORY. If that is meant: allow-fork-code: true"
  fi
}

# FOLDER: where the clone goes, without links, inside the workspace.
resolve_path() {
  local root parts part
  single_line path "$1"
  root=$(cd -P -- "$GITHUB_WORKSPACE" && pwd -P)
  [[ $root != / ]] || fail "GITHUB_WORKSPACE is /: nothing may be emptied there"
  [[ $1 != /* ]] || outside "$1"
  FOLDER=$root
  IFS=/ read -ra parts <<<"$1"
  for part in "${parts[@]}"; do
    case ${part,,} in
      '' | .) continue ;;
      ..) FOLDER=${FOLDER%/*} ;;
      .git) bad_input path "must not lie inside of a .git folder" ;;
      *) FOLDER=$FOLDER/$part ;;
    esac
    if [[ -d $FOLDER ]]; then
      FOLDER=$(cd -P -- "$FOLDER" && pwd -P)
    elif [[ -e $FOLDER || -L $FOLDER ]]; then
      shown "$1"
      bad_input path "$REPLY leads through something that is no folder"
    fi
    [[ $FOLDER == "$root" || $FOLDER == "$root"/* ]] || outside "$1"
  done
}

outside() {
  shown "$1"
  bad_input path "must stay inside the workspace, relative to it, got $REPLY"
}
