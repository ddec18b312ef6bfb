#!/usr/bin/env bash
# Puts Node and pnpm on PATH. Inputs come as SETUP_NODE_* from action.yml.
set -euo pipefail
# shellcheck source=../_lib/tool.sh
. "${BASH_SOURCE[0]%/*}/../_lib/tool.sh"

LTS=22

read_wanted() {
  local input=node-version
  WANTED=${SETUP_NODE_VERSION:-}
  single_line node-version "$WANTED"
  if [[ -z $WANTED && -n ${SETUP_NODE_VERSION_FILE:-} ]]; then
    input=node-version-file
    read_version_file "$SETUP_NODE_VERSION_FILE"
  fi
  case ${WANTED:-lts/*} in 'lts/*') WANTED=$LTS ;; esac
  WANTED=${WANTED#v}
  if [[ ! $WANTED =~ ^[1-9][0-9]*(\.x|\.[0-9]+(\.x|\.[0-9]+)?)?$ ]]; then
    shown "$WANTED"
    bad_input "$input" "expected 22, 22.x, 22.20.0 or lts/*, got $REPLY"
  fi
}

read_version_file() {
  local text pattern='"node"[[:space:]]*:[[:space:]]*"([^"]*)"'
  workspace_file node-version-file "$1"
  case ${1##*/} in
    package.json)
      text=$(<"$FILE")
      [[ $text =~ $pattern ]] || bad_input node-version-file "names no version of node"
      WANTED=${BASH_REMATCH[1]}
      ;;
    .tool-versions) line_after "$FILE" nodejs || line_after "$FILE" node || true && WANTED=$REPLY ;;
    *) read -r WANTED <"$FILE" || true ;;
  esac
  WANTED=${WANTED%$'\r'}
}

read_pnpm() {
  PNPM=${SETUP_NODE_PNPM_VERSION:-}
  single_line pnpm-version "$PNPM"
  if [[ -n $PNPM && ! $PNPM =~ ^(false|[1-9][0-9]*\.[0-9]+\.[0-9]+)$ ]]; then
    shown "$PNPM"
    bad_input pnpm-version "expected an exact version or false, got $REPLY"
  fi
}

read_registry() {
  REGISTRY=${SETUP_NODE_REGISTRY_URL:-} SCOPE=${SETUP_NODE_SCOPE:-}
  single_line registry-url "$REGISTRY"
  single_line scope "$SCOPE"
  if [[ ! $REGISTRY =~ ^(|https?://[A-Za-z0-9.:/_~-]+)$ ]]; then
    shown "$REGISTRY"
    bad_input registry-url "expected an http or https address without user name, got $REPLY"
  fi
  [[ -z $SCOPE || $SCOPE == @* ]] || SCOPE=@$SCOPE
  if [[ ! $SCOPE =~ ^(|@[a-z0-9_.-]+)$ || (-n $SCOPE && -z $REGISTRY) ]]; then
    shown "$SCOPE"
    bad_input scope "expected a scope such as @tinqs, together with registry-url, got $REPLY"
  fi
}

node_on_path() {
  local found
  [[ -z ${SETUP_NODE_ARCHITECTURE:-} ]] && command -v node >/dev/null 2>&1 || return 1
  found=$(node --version </dev/null 2>/dev/null) || return 1
  matches "$WANTED" "${found#v}"
}

download_node() {
  local url file sum name machine=$ARCH
  refuse_musl "Node's own download" 'use the image "node"'
  need tar tar
  need xz xz-utils
  pinned node "$ARCH"
  if is_pinned "$WANTED"; then
    install_pinned node unpack_xz "v$PINNED_VERSION/"
    return
  fi
  [[ $WANTED =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || fail_unpinned node "$WANTED" 'name one exact version'
  if [[ $machine == amd64 ]]; then machine=x64; fi
  file=node-v$WANTED-linux-$machine.tar.xz
  url=${BASE_URL:-https://nodejs.org/dist}/v$WANTED
  get "$url/SHASUMS256.txt" "$SCRATCH/sums" || fail "there is no node $WANTED at $url, or it cannot be reached"
  while read -r sum name; do [[ $name != "$file" ]] || break; done <"$SCRATCH/sums"
  [[ ${name:-} == "$file" && $sum =~ ^[0-9a-f]{64}$ ]] || fail "$url/SHASUMS256.txt does not list $file"
  warn_unpinned node "$WANTED"
  install_tool node "$WANTED" "$url/$file" sha256 "$sum" unpack_xz
}

# What package.json asks for: PNPM, and the checksum it may carry.
ask_package_json() {
  local manager='' pattern='^pnpm@([0-9]+\.[0-9]+\.[0-9]+)(\+(sha[0-9]+)\.([0-9a-f]+))?$'
  PNPM_ALGORITHM='' PNPM_SUM=''
  [[ -f ${GITHUB_WORKSPACE:-.}/package.json ]] || return 0
  if ! manager=$(cd -- "${GITHUB_WORKSPACE:-.}" && node -p 'String(JSON.parse(require("fs").readFileSync("package.json", "utf8")).packageManager ?? "")' </dev/null 2>/dev/null); then
    warn 'package.json cannot be read, so its packageManager is not known'
  elif [[ ! $manager =~ $pattern ]]; then
    shown "$manager"
    [[ $manager != pnpm* || -n $PNPM ]] || warn "packageManager is $REPLY, which names no exact version of pnpm: the pinned one is taken"
  elif [[ -z $PNPM || $PNPM == "${BASH_REMATCH[1]}" ]]; then
    PNPM=${BASH_REMATCH[1]} PNPM_ALGORITHM=${BASH_REMATCH[3]} PNPM_SUM=${BASH_REMATCH[4]}
  fi
}

# Not by corepack: it asks questions on a terminal, and Node 25 has none.
setup_pnpm() {
  local found url
  ask_package_json
  if command -v pnpm >/dev/null 2>&1; then
    found=$(cd / && pnpm --version </dev/null 2>/dev/null) || found=''
    [[ -z $found || (-n $PNPM && $PNPM != "$found") ]] || return 0
  fi
  pinned pnpm any
  PNPM=${PNPM:-$PINNED_VERSION}
  if ! baked pnpm "$PNPM"; then
    url=npm:pnpm@$PNPM
    [[ $PNPM != "$PINNED_VERSION" ]] || url=${PINNED_URL:-$url}
    [[ -z $BASE_URL ]] || url=$BASE_URL/pnpm/-/pnpm-$PNPM.tgz
    if [[ -z $PNPM_SUM && $PNPM == "$PINNED_VERSION" ]]; then
      [[ -n $PINNED_SUM ]] || fail "pnpm $PNPM is not pinned: $PIN_HINT. Or write it into package.json with its checksum: \"packageManager\": \"pnpm@$PNPM+sha512.…\""
      PNPM_ALGORITHM=$PINNED_ALGORITHM PNPM_SUM=$PINNED_SUM
    elif [[ -z $PNPM_SUM ]]; then
      ask_registry
    fi
    [[ $PNPM_ALGORITHM =~ ^sha(224|256|384|512)$ ]] || fail "packageManager: pnpm is checked with sha224, sha256, sha384 or sha512, not $PNPM_ALGORITHM"
    install_tool pnpm "$PNPM" "$url" "$PNPM_ALGORITHM" "$PNPM_SUM" unpack_pnpm
  fi
  add_path "$REPLY/path"
}

# The checksum of a version that nobody has pinned: from where the file will come.
ask_registry() {
  local registry=${BASE_URL:-'the npm registry of this job'}
  if [[ -n $BASE_URL ]]; then
    get "$BASE_URL/pnpm/$PNPM" "$SCRATCH/pnpm.json"
  else
    npm_get get_package_facts "pnpm@$PNPM" "$SCRATCH/pnpm.json"
  fi || fail "there is no pnpm $PNPM at $registry, or it cannot be reached"
  PNPM_ALGORITHM=sha512
  PNPM_SUM=$(node -p 'Buffer.from(/^sha512-(.+)$/.exec(JSON.parse(require("fs").readFileSync(0, "utf8")).dist.integrity)[1], "base64").toString("hex")' <"$SCRATCH/pnpm.json") ||
    fail "$registry gives no checksum of pnpm $PNPM"
  warn_unpinned pnpm "$PNPM"
}

unpack_pnpm() {
  local entry
  unpack_gz "$1" "$2"
  mkdir -p -- "$2/path"
  for entry in "$2"/bin/pnpm.?js "$2"/bin/pnpx.?js; do
    chmod 755 "$entry"
    ln -s "../bin/${entry##*/}" "$2/path/$(basename -- "${entry%.*}")"
  done
  [[ -e $2/path/pnpm ]]
}

# npm replaces ${NODE_AUTH_TOKEN} when it runs: the token itself is in no file.
write_npmrc() {
  local place=${REGISTRY#*:}
  scratch_folder npm
  {
    printf '%sregistry=%s/\n' "${SCOPE:+$SCOPE:}" "${REGISTRY%/}"
    # shellcheck disable=SC2016 # npm expands it
    printf '%s/:_authToken=${NODE_AUTH_TOKEN}\n' "${place%/}"
  } >"$REPLY/npmrc"
  set_env NPM_CONFIG_USERCONFIG "$REPLY/npmrc"
  [[ -n ${NODE_AUTH_TOKEN:-} ]] || set_env NODE_AUTH_TOKEN ''
}

main() {
  read_wanted
  read_pnpm
  read_registry
  prepare_tools "${SETUP_NODE_ARCHITECTURE:-}" "${SETUP_NODE_DOWNLOAD_BASE_URL:-}"
  want_latest node "${SETUP_NODE_CHECK_LATEST:-}"
  find_tool node "$WANTED" node_on_path download_node
  local version pnpm=''
  version=$(node --version </dev/null) || fail "the Node of $(command -v node) does not start"
  if [[ $PNPM != false ]]; then
    setup_pnpm
    pnpm=$(cd / && pnpm --version </dev/null) || fail "pnpm does not start with node $version"
  fi
  [[ -z $REGISTRY ]] || write_npmrc
  set_output node-version "${version#v}"
  set_output pnpm-version "$pnpm"
  set_output source "$SOURCE"
  echo "node ${version#v} ($SOURCE)${pnpm:+, pnpm $pnpm}"
}

main "$@"
