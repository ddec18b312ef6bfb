#!/usr/bin/env bash
# build-all.sh VERSION [--only a,b] [--platform p] [--registry host] [--dry-run]: builds, pushes, smokes, then moves the tag VERSION.
set -euo pipefail

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
all=(base glibc go node deploy docker godot)
builder=tinqs-ci
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
is_chosen() { [[ " ${chosen[*]} " == *" $1 "* ]]; }

run() {
  printf '+'; printf ' %q' "$@"; echo
  "$dry" || "$@"
}

# The tag names a commit, so what is built must be that commit.
if ! "$dry" && [[ -n $(git -C "$here" status --porcelain -- .) ]]; then
  echo 'images/ is not clean: commit first, the tags name the commit' >&2 && exit 1
fi
tag=$version-$(git -C "$here" rev-parse --short=12 HEAD)
SOURCE_DATE_EPOCH=$(git -C "$here" show -s --format=%ct HEAD)
export SOURCE_DATE_EPOCH
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

# glibc is a stage of base, and a tag of its repository.
repository() { echo "$registry/tinqs-ci/${1/#glibc/base}"; }
suffix() { [[ $1 != glibc ]] || echo -glibc; }

# digest IMAGE: of what this run has built, or else of what the version stands at.
digest() {
  if [[ -e $work/$1.json ]]; then
    node -p 'JSON.parse(require("fs").readFileSync(0, "utf8"))["containerimage.digest"]' <"$work/$1.json"
  elif "$dry"; then
    echo "<digest of $1>"
  else
    docker buildx imagetools inspect "$(repository "$1"):$version$(suffix "$1")" --format '{{.Manifest.Digest}}'
  fi
}

build() {
  local image=$1 folder=${1/#glibc/base} lines line parent args=(--target "$1") allow=()
  ! "$dry" || allow=(--allow-unpinned)
  lines=$(node "$here/build-args.mjs" "$image" "${allow[@]}")
  for parent in base glibc; do
    grep -q "{${parent^^}_IMAGE}" "$here/$folder/Dockerfile" || continue
    lines+=${lines:+$'\n'}${parent^^}_IMAGE=$(repository "$parent")@$(digest "$parent")
  done
  while IFS= read -r line; do args+=(--build-arg "$line"); done <<<"$lines"
  args+=(
    --label "org.opencontainers.image.title=tinqs-ci/$folder"
    --label "org.opencontainers.image.description=$(sed -n 3p "$here/$folder/README.md")"
    --label "org.opencontainers.image.version=$tag"
    --label "org.opencontainers.image.revision=$(git -C "$here" rev-parse HEAD)"
    --label "org.opencontainers.image.created=$(git -C "$here" show -s --format=%cI HEAD)"
  )
  local cache
  cache=type=registry,ref=$(repository "$image"):cache$(suffix "$image")
  run docker buildx build --builder "$builder" --platform "$platform" "${args[@]}" \
    --cache-from "$cache" --cache-to "$cache,mode=max,image-manifest=true,oci-mediatypes=true" \
    --sbom=true --provenance=mode=max --metadata-file "$work/$image.json" \
    --tag "$(repository "$image"):$tag$(suffix "$image")" --push --file "$here/$folder/Dockerfile" "$here"
}

# On each platform: who can build for it can run it.
smoke() {
  local expected='' each platforms
  "$dry" || expected=$(node "$here/build-args.mjs" "$1" --versions)
  IFS=, read -ra platforms <<<"$platform"
  for each in "${platforms[@]}"; do
    # shellcheck disable=SC2086 # a word each
    run docker run --rm --pull always --platform "$each" --user root --entrypoint bash --volume "$here/smoke.sh:/smoke.sh:ro" "$(repository "$1")@$2" /smoke.sh "$1" $expected
  done
}

# Before anything is pushed: an image that is not pinned stops them all.
"$dry" || for image in "${chosen[@]}"; do node "$here/build-args.mjs" "$image" >/dev/null; done

echo "+ aws ecr get-login-password | docker login --username AWS --password-stdin $registry"
"$dry" || aws ecr get-login-password </dev/null | docker login --username AWS --password-stdin "$registry"
# The default builder makes one platform only.
"$dry" || docker buildx inspect "$builder" >/dev/null 2>&1 || run docker buildx create --name "$builder" --driver docker-container

declare -A built
for image in "${all[@]}"; do
  is_chosen "$image" || continue
  build "$image"
  built[$image]=$(digest "$image")
  smoke "$image" "${built[$image]}"
done

# Last, when every image has passed.
for image in "${chosen[@]}"; do
  run docker buildx imagetools create --tag "$(repository "$image"):$version$(suffix "$image")" "$(repository "$image")@${built[$image]}"
done
