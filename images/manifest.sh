#!/usr/bin/env bash
# tinqs-manifest: which of our tools are here, in which version, as JSON. What an image was built with is /etc/tinqs-ci/manifest.json.
set -euo pipefail
export LC_ALL=C HOME=${HOME:-/}
# A package.json of the current folder must not choose another pnpm.
cd /

tools=(aws bash curl docker gcc git git-lfs go godot jq node npm pnpm ssh tar unzip xz zstd)

say() {
  case $1 in
    go) go version ;;
    godot) godot --headless --version ;;
    ssh) ssh -V ;;
    unzip) unzip -v ;;
    *) "$1" --version ;;
  esac 2>&1 </dev/null
}

# The loader alone tells nothing: Debian has musl as a package.
libc=glibc
for loader in /lib/ld-musl-*; do [[ ! -e $loader ]] || getconf GNU_LIBC_VERSION >/dev/null 2>&1 || libc=musl; done
printf '{\n  "libc": "%s",\n  "tools": {' "$libc"
comma=''
for tool in "${tools[@]}"; do
  command -v "$tool" >/dev/null || continue
  said=$(say "$tool") || { echo "$tool does not start: $said" >&2 && exit 1; }
  [[ $said =~ [0-9]+(\.[0-9]+)+ ]] || { echo "$tool tells no version: $said" >&2 && exit 1; }
  printf '%s\n    "%s": "%s"' "$comma" "$tool" "${BASH_REMATCH[0]}"
  comma=,
done
printf '\n  }\n}\n'
