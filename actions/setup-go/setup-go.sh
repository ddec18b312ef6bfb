#!/usr/bin/env bash
# Puts Go on PATH. Inputs come as SETUP_GO_* from action.yml.
set -euo pipefail
# shellcheck source=../_lib/tool.sh
. "${BASH_SOURCE[0]%/*}/../_lib/tool.sh"

STABLE=1.26

read_wanted() {
  WANTED=${SETUP_GO_VERSION:-}
  single_line go-version "$WANTED"
  if [[ -z $WANTED && -n ${SETUP_GO_VERSION_FILE:-} ]]; then
    read_version_file "$SETUP_GO_VERSION_FILE"
    return
  fi
  case ${WANTED:-stable} in stable) WANTED=$STABLE ;; esac
  if [[ ! $WANTED =~ ^[1-9][0-9]*\.[0-9]+(\.x|\.[0-9]+|(rc|beta)[0-9]+)?$ ]]; then
    shown "$WANTED"
    bad_input go-version "expected 1.26, 1.26.x, 1.26.2 or stable, got $REPLY"
  fi
}

read_version_file() {
  workspace_file go-version-file "$1"
  local least=''
  case ${1##*/} in
    go.mod | go.work)
      # GOTOOLCHAIN=local lets a newer Go build an older module, never the other way round.
      least='>='
      line_after "$FILE" toolchain || line_after "$FILE" go || true
      REPLY=${REPLY#go}
      ;;
    .tool-versions) line_after "$FILE" golang || line_after "$FILE" go || true ;;
    *) read -r REPLY <"$FILE" || true ;;
  esac
  WANTED=${REPLY%$'\r'}
  if [[ ! $WANTED =~ ^[1-9][0-9]*\.[0-9]+(\.[0-9]+|(rc|beta)[0-9]+)?$ ]]; then
    shown "$WANTED"
    bad_input go-version-file "names no Go version: $REPLY"
  fi
  WANTED=$least$WANTED
}

on_path() {
  local found
  [[ -z ${SETUP_GO_ARCHITECTURE:-} ]] && command -v go >/dev/null 2>&1 || return 1
  found=$(GOTOOLCHAIN=local go env GOVERSION </dev/null 2>/dev/null) || return 1
  found=${found%% *}
  matches "$WANTED" "${found#go}"
}

download() {
  local version url sum
  need tar tar
  need gzip gzip
  pinned go "$ARCH"
  if is_pinned "$WANTED"; then
    install_pinned go unpack_gz
    return
  fi
  version=${WANTED#'>='}
  [[ $version =~ ^[0-9]+\.[0-9]+(\.[0-9]+|(rc|beta)[0-9]+)$ ]] || fail_unpinned go "$WANTED" "name one exact version such as $version.0"
  url=${BASE_URL:-https://dl.google.com/go}/go$version.linux-$ARCH.tar.gz
  get "$url.sha256" "$SCRATCH/sum" || fail "there is no go $version for $ARCH at ${url%/*}, or it cannot be reached"
  read -r sum _ <"$SCRATCH/sum" || true
  [[ $sum =~ ^[0-9a-f]{64}$ ]] || fail "$url.sha256 is no checksum"
  warn_unpinned go "$version"
  install_tool go "$version" "$url" sha256 "$sum" unpack_gz
}

main() {
  local version
  read_wanted
  prepare_tools "${SETUP_GO_ARCHITECTURE:-}" "${SETUP_GO_DOWNLOAD_BASE_URL:-}"
  want_latest go "${SETUP_GO_CHECK_LATEST:-}"
  find_tool go "$WANTED" on_path download
  # A newer toolchain line fails at once instead of downloading a second Go on the side.
  set_env GOTOOLCHAIN local
  version=$(go env GOVERSION </dev/null) || fail "the Go of $(command -v go) does not start"
  version=${version%% *}
  add_path "$(go env GOPATH </dev/null)/bin"
  set_output go-version "${version#go}"
  set_output goroot "$(go env GOROOT </dev/null)"
  set_output source "$SOURCE"
  echo "go ${version#go} ($SOURCE)"
}

main "$@"
