#!/usr/bin/env bash
# smoke.sh IMAGE: run inside the image; fails unless it has what its name promises and fits its size (MiB, unpacked).
set -euo pipefail

common='bash git git-lfs ssh curl tar gzip xz zstd unzip jq aws'
case ${1:-} in
  base | deploy) tools=$common limit=500 ;;
  go) tools="$common go gcc" limit=1100 ;;
  node) tools="$common node npm npx pnpm" limit=900 ;;
  docker) tools="$common go docker dockerd" limit=1600 ;;
  godot) tools="$common godot" limit=1200 ;;
  *) echo 'usage: smoke.sh base|go|node|docker|deploy|godot' >&2 && exit 2 ;;
esac

status=0
for tool in $tools; do
  command -v "$tool" >/dev/null || { echo "missing: $tool" >&2 && status=1; }
done
[[ $(id -u runner) == 1001 ]] || { echo 'missing: user runner, 1001' >&2 && status=1; }
size=$(du -xsm / 2>/dev/null | cut -f1) || true
((size <= limit)) || { echo "too large: $size MiB, limit $limit" >&2 && status=1; }
exit "$status"
