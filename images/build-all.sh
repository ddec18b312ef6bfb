#!/usr/bin/env bash
# build-all.sh VERSION [--only a,b] [--platform p] [--registry host] [--dry-run]: builds, pushes, smokes, then moves the tag VERSION.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
all=(base go node deploy docker godot)
version='' only='' platform='linux/amd64,linux/arm64' registry=${ECR_REGISTRY:-} dry=false

usage() { echo "usage: build-all.sh v1 [--only base,go] [--platform linux/amd64] [--registry host] [--dry-run]${1:+: $1}" >&2 && exit 2; }
while (($# > 0)); do
  case $1 in
    --dry-run) dry=true && shift ;;
    --only | --platform | --registry) (($# > 1)) || usage "$1 needs a value" && printf -v "${1#--}" %s "$2" && shift 2 ;;
    v[0-9]*) version=$1 && shift ;;
    *) usage "unknown: $1" ;;
  esac
done
[[ $version =~ ^v[0-9]+$ ]] || usage 'expected a version such as v1'
[[ -n $registry ]] || { "$dry" && registry='<account>.dkr.ecr.<region>.amazonaws.com'; } || usage 'expected --registry or ECR_REGISTRY'
IFS=, read -ra chosen <<<"${only:-$(IFS=, && echo "${all[*]}")}"
for image in "${chosen[@]}"; do [[ " ${all[*]} " == *" $image "* ]] || usage "no image $image"; done

run() {
  printf '+'; printf ' %q' "$@"; echo
  "$dry" || "$@"
}

tag=$version-$(git -C "$here" rev-parse --short=12 HEAD)
repository() { echo "$registry/tinqs-ci/$1"; }

# Before anything is pushed: an image that is not pinned stops them all.
"$dry" || for image in "${chosen[@]}"; do node "$here/build-args.mjs" "$image" >/dev/null; done

echo "+ aws ecr get-login-password | docker login --username AWS --password-stdin $registry"
"$dry" || aws ecr get-login-password </dev/null | docker login --username AWS --password-stdin "$registry"

for image in "${all[@]}"; do
  [[ " ${chosen[*]} " == *" $image "* ]] || continue
  allow=() && "$dry" && allow=(--allow-unpinned)
  lines=$(node "$here/build-args.mjs" "$image" "${allow[@]}")
  args=(--build-arg "BASE_IMAGE=$(repository base):$tag")
  while IFS= read -r line; do [[ -z $line ]] || args+=(--build-arg "$line"); done <<<"$lines"
  platforms=$platform && [[ $image != godot ]] || platforms=linux/amd64
  run docker buildx build --platform "$platforms" "${args[@]}" --tag "$(repository "$image"):$tag" --push "$here/$image"
  run docker run --rm --pull always --user root --entrypoint bash --volume "$here/smoke.sh:/smoke.sh:ro" "$(repository "$image"):$tag" /smoke.sh "$image"
done

# Last, when every image has passed.
for image in "${chosen[@]}"; do run docker buildx imagetools create --tag "$(repository "$image"):$version" "$(repository "$image"):$tag"; done
