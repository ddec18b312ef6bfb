#!/usr/bin/env bash
# smoke.sh IMAGE [tool=version…]: run as root inside the image; fails unless it is what its name promises, for root and for
# runner, and fits its size (MiB, unpacked).
set -euo pipefail

root=${SMOKE_ROOT:-}
common='bash git git-lfs ssh curl tar gzip xz zstd unzip jq aws tinqs-manifest'
libc=musl
case ${1:-} in
  base | deploy) tools=$common limit=500 ;;
  go) tools="$common go gcc" limit=1100 ;;
  node) tools="$common node npm npx pnpm" limit=900 ;;
  docker) tools="$common go docker dockerd start-dockerd" limit=1600 ;;
  glibc) tools=$common limit=900 libc=glibc ;;
  godot) tools="$common godot" limit=1200 libc=glibc ;;
  *) echo 'usage: smoke.sh base|glibc|go|node|docker|deploy|godot [tool=version…]' >&2 && exit 2 ;;
esac
shift

status=0
problem() { echo "$1" >&2 && status=1; }

for tool in $tools; do
  command -v "$tool" >/dev/null || problem "missing: $tool"
done
built=$root/etc/tinqs-ci/manifest.json
[[ -s $built ]] || problem "missing: $built"
if ((status == 0)); then
  tinqs-manifest | cmp -s - "$built" || problem "the manifest is not what is here: $built"
  su -s /bin/bash runner -c tinqs-manifest | cmp -s - "$built" || problem 'runner sees other tools than root'
  grep -qF "\"libc\": \"$libc\"" "$built" || problem "expected $libc"
  for pair in "$@"; do
    grep -qF "\"${pair%%=*}\": \"${pair#*=}\"" "$built" || problem "expected ${pair%%=*} ${pair#*=}"
  done
fi
[[ $(id -u runner) == 1001 ]] || problem 'missing: user runner, 1001'
[[ -s $root/etc/ssl/certs/ca-certificates.crt ]] || problem 'missing: CA certificates'
# A file of /proc that has just gone fails du, which tells the size all the same.
size=$(du -xsm "$root/" 2>/dev/null | cut -f1) || true
[[ $size =~ ^[0-9]+$ ]] || { problem 'du does not tell the size' && size=0; }
((size <= limit)) || problem "too large: $size MiB, limit $limit"
exit "$status"
