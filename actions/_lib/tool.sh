#!/usr/bin/env bash
# shellcheck disable=SC2034 # what is read here is used by the action
# Finds a tool on the machine or installs it: on PATH, baked, downloaded. Sourced, brings action.sh along.
# versions.tsv is images/versions.json as lines: tool, architecture, version, algorithm, sum, address; "-" is not pinned.

# A pattern of folders that are not there is nothing.
shopt -s nullglob
# shellcheck source=action.sh
. "${BASH_SOURCE[0]%/*}/action.sh"

VERSIONS=${BASH_SOURCE[0]%/*}/versions.tsv
PIN_HINT='run "npx nx run images:pin" and "npx nx run actions:generate" in tinqs/ci, and publish'

# ARCH is amd64 or arm64.
read_architecture() {
  single_line architecture "$1"
  case ${1:-$(uname -m)} in
    amd64 | x64 | x86_64) ARCH=amd64 ;;
    arm64 | aarch64) ARCH=arm64 ;;
    *) shown "${1:-$(uname -m)}" && bad_input architecture "expected amd64 or arm64, got $REPLY" ;;
  esac
}

read_base_url() {
  BASE_URL=${1%/}
  single_line download-base-url "$BASE_URL"
  if [[ ! $BASE_URL =~ ^(|https?://[A-Za-z0-9.:/_~%-]+)$ ]]; then
    shown "$1"
    bad_input download-base-url "expected an http or https address, got $REPLY"
  fi
}

# prepare_tools ARCHITECTURE BASE-URL: reads these two inputs, then makes what the functions below need.
prepare_tools() {
  read_architecture "$1"
  read_base_url "$2"
  ensure_home
  tools_folder
  start_log
}

# find_tool TOOL WANTED ON_PATH DOWNLOAD: puts it on PATH; SOURCE says from where. ON_PATH is true where nothing is to be
# done, DOWNLOAD installs it and leaves its folder in REPLY.
find_tool() {
  SOURCE=path
  ! "$3" || return 0
  SOURCE=baked
  if ! baked "$1" "$2"; then
    SOURCE=download
    "$4"
  fi
  add_path "$REPLY/bin"
}

# matches WANTED VERSION: "1.26" and "1.26.x" are served by any 1.26, ">=1.25" by that or newer of the same major; a second
# word is the oldest that will do.
matches() {
  local wanted=${1%% *}
  [[ $1 != *' '* ]] || matches ">=${1#* }" "$2" || return 1
  wanted=${wanted%.x}
  if [[ $wanted == '>='* ]]; then
    wanted=${wanted#'>='}
    [[ ${2%%.*} == "${wanted%%.*}" && "$(printf '%s\n' "$wanted" "$2" | sort -V | head -n 1)" == "$wanted" ]]
    return
  fi
  [[ $2 == "$wanted" || $2 == "$wanted".* ]]
}

# pinned TOOL ARCH: PINNED_VERSION, PINNED_ALGORITHM, PINNED_SUM, PINNED_URL, empty where not pinned.
pinned() {
  local tool arch version algorithm sum url
  PINNED_VERSION='' PINNED_ALGORITHM='' PINNED_SUM='' PINNED_URL=''
  while IFS=$'\t' read -r tool arch version algorithm sum url; do
    [[ $tool == "$1" && ($arch == "$2" || $arch == any) ]] || continue
    PINNED_VERSION=${version#-} PINNED_ALGORITHM=${algorithm#-} PINNED_SUM=${sum#-} PINNED_URL=${url#-}
  done <"$VERSIONS"
}

# TOOLS: where tools are kept, in folders <tool>/<version>/<architecture>. What is baked there needs no download.
tools_folder() {
  TOOLS=${RUNNER_TOOL_CACHE:-}
  if [[ -z $TOOLS ]] || ! mkdir -p -- "$TOOLS" 2>/dev/null || [[ ! -w $TOOLS ]]; then
    TOOLS=${RUNNER_TEMP:-${TMPDIR:-/tmp}}/tinqs-tools
    mkdir -p -- "$TOOLS"
  fi
}

# baked TOOL WANTED: REPLY is the folder of the newest that fits, from the folders of an image or an earlier step.
baked() {
  local root marker version best=''
  REPLY=''
  for root in "${TINQS_TOOLS:-/opt/tinqs/tools}" "${RUNNER_TOOL_CACHE:-}" "$TOOLS"; do
    [[ -n $root ]] || continue
    for marker in "$root/$1"/*/"$ARCH.complete"; do
      version=${marker%/*}
      version=${version##*/}
      matches "$2" "$version" || continue
      if [[ -z $best || "$(printf '%s\n' "$best" "$version" | sort -V | tail -n 1)" == "$version" ]]; then
        best=$version
        REPLY=${marker%.complete}
      fi
    done
  done
  [[ -n $REPLY ]]
}

show_log() { [[ ! -s $1 ]] || cat "$1"; }
curl_retryable() { grep -qiE 'error: (408|429|5[0-9][0-9])|could not resolve|connection (refused|reset|timed out)|timed out|failed to connect|couldn.t connect|empty reply|transfer closed|recv failure' "$1"; }
npm_retryable() { grep -qE '^npm (ERR!|error) code (E408|E429|E5[0-9][0-9]|E[A-Z]*TIMEDOUT|[A-Z_]*TIMEOUT|ECONN[A-Z]+|EAI_AGAIN|ENOTFOUND|EPIPE|FETCH_ERROR|[A-Z_]*PREMATURE_CLOSE)$' "$1"; }

# get URL FILE. npm:NAME@VERSION is a package of the registry that this job's npm is configured for.
get() {
  if [[ $1 == npm:* ]]; then
    npm_get get_package "${1#npm:}" "$2"
  else
    need curl curl
    attempt show_log curl_retryable curl -q --fail --silent --show-error --location --connect-timeout 20 --max-time 900 --output "$2" -- "$1"
  fi
}

npm_get() {
  need npm npm
  attempt show_log npm_retryable "$@"
}

# In the workspace, whose .npmrc counts: by --prefix, or npm would look for a package.json further up. Cache and log are this
# call's own, HOME may belong to another user. The tries are ours.
job_npm() {
  local workspace=${GITHUB_WORKSPACE:-$PWD}
  (cd -- "$workspace" && npm "$@" --prefix="$workspace" --cache="$SCRATCH/npm" --logs-max=0 --loglevel=error --fetch-retries=0 --update-notifier=false)
}

get_package() {
  local folder
  folder=$(mktemp -d "$SCRATCH/package.XXXXXX")
  job_npm pack "$1" --pack-destination="$folder" >/dev/null && mv -- "$folder"/*.tgz "$2"
}

# get_package_facts SPEC FILE: the version's JSON as the registry has it, its dist at least.
get_package_facts() { job_npm view "$1" version dist --json >"$2"; }

# verify FILE ALGORITHM SUM
verify() {
  need "$2sum" coreutils
  local actual
  actual=$("$2sum" <"$1")
  actual=${actual%% *}
  [[ $actual == "$3" ]] || fail "the download is not what was expected: $2 is $actual, expected $3. Nothing was installed"
}

# install TOOL VERSION URL ALGORITHM SUM UNPACK: REPLY is the folder. UNPACK FILE FOLDER fills it.
install_tool() {
  local target=$TOOLS/$1/$2/$ARCH work
  mkdir -p -- "${target%/*}"
  if command -v flock >/dev/null 2>&1; then
    exec 9>"$target.lock"
    flock 9
  fi
  if [[ ! -e $target.complete ]]; then
    work=$(mktemp -d "$target.XXXXXX")
    get "$3" "$work/download" || fail "could not download $3, and $1 $2 for $ARCH is neither on PATH nor in ${TINQS_TOOLS:-/opt/tinqs/tools} nor in $TOOLS"
    verify "$work/download" "$4" "$5"
    mkdir "$work/tool"
    "$6" "$work/download" "$work/tool" || fail "could not unpack $3"
    # Without flock another job may have been faster.
    if [[ ! -e $target.complete ]]; then
      rm -rf -- "$target"
      mv -- "$work/tool" "$target"
      : >"$target.complete"
    fi
    rm -rf -- "$work"
  fi
  REPLY=$target
}

# install_pinned TOOL UNPACK [FOLDER/]: the version of the list, from its address or from that folder of the mirror.
install_pinned() {
  [[ -n $PINNED_SUM ]] || fail "$1 $PINNED_VERSION for $ARCH is not pinned: $PIN_HINT"
  local url=${BASE_URL:+$BASE_URL/${3:-}${PINNED_URL##*/}}
  install_tool "$1" "$PINNED_VERSION" "${url:-$PINNED_URL}" "$PINNED_ALGORITHM" "$PINNED_SUM" "$2"
}

# is_pinned WANTED
is_pinned() { [[ -n $PINNED_VERSION ]] && matches "$1" "$PINNED_VERSION"; }

# want_latest TOOL VALUE: with true no older version than the pinned one will do, where the pinned one is wanted.
want_latest() {
  boolean check-latest "$2" false
  [[ $REPLY == true ]] || return 0
  pinned "$1" "$ARCH"
  ! is_pinned "$WANTED" || WANTED="$WANTED $PINNED_VERSION"
}

# fail_unpinned TOOL WANTED ADVICE
fail_unpinned() { fail "$1 $2 is neither on this machine nor pinned${PINNED_VERSION:+ (pinned is $PINNED_VERSION)}: $PIN_HINT. Or $3"; }

# warn_unpinned TOOL VERSION
warn_unpinned() { warn "$1 $2 is not in the pinned list: its checksum comes from the server of the download"; }

# Some busyboxes neither guess the compression nor know --no-same-owner.
unpack_gz() { tar -x -z -o -f "$1" -C "$2" --strip-components=1; }
unpack_xz() { tar -x -J -o -f "$1" -C "$2" --strip-components=1; }

# Official archives of Node and AWS are built for glibc and cannot start on musl. A machine of glibc may have the loader of
# musl, too: Debian's package musl.
refuse_musl() {
  local loaders=("${TINQS_SYSTEM_ROOT:-}"/lib/ld-musl-*)
  [[ ${#loaders[@]} -eq 0 ]] || getconf GNU_LIBC_VERSION >/dev/null 2>&1 || fail "$1 is built for glibc and does not start here (musl, as on Alpine): $2"
}

# FILE of the workspace, for the inputs that name one; what a link names must lie there, too.
workspace_file() {
  single_line "$1" "$2"
  local root
  root=$(cd -P -- "${GITHUB_WORKSPACE:-.}" && pwd -P)
  FILE=$(readlink -f -- "$root/$2") || FILE=''
  if [[ $2 == /* || /$2/ == */../* || $FILE != "$root"/* || ! -f $FILE || ! -r $FILE ]]; then
    shown "$2"
    bad_input "$1" "expected a file of the workspace, got $REPLY"
  fi
}

# line_after FILE WORD: REPLY is what follows the word at the start of a line, as in .tool-versions and go.mod.
line_after() {
  local word value _
  REPLY=''
  while read -r word value _ || [[ -n $word ]]; do
    if [[ $word == "$2" ]]; then
      REPLY=${value%$'\r'}
      return 0
    fi
  done <"$1"
  return 1
}
