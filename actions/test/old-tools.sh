#!/usr/bin/env bash
# Fills FOLDER with the oldest and smallest tools that the actions promise to work with, for the whole suite:
#   ACTIONS_TEST_PATH=FOLDER npx vitest run --root actions
# The bash of a source tree (4.4), by musl where musl-gcc is there, as Alpine's is; the git of another (2.34); busybox for all
# else. The trees stay as they are. Needs make, gcc, musl-tools, busybox, libcurl4-openssl-dev, zlib1g-dev; minutes.
# usage: old-tools.sh FOLDER BASH-SOURCE GIT-SOURCE
set -euo pipefail

(($# == 3)) || { sed -n 's/^# usage/usage/p' "${BASH_SOURCE[0]}" >&2 && exit 2; }
mkdir -p -- "$1"
folder=$(cd -- "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT
# Says something where it fails.
loud() { "$@" >"$work/log" 2>&1 || { tail "$work/log" >&2 && exit 1; }; }

for applet in $(busybox --list); do ln -sf "$(command -v busybox)" "$folder/$applet"; done
# Packages of a job's image, and what the tests themselves call.
for tool in curl flock git-lfs python3 script; do
  path=$(command -v "$tool") || { echo "not here: $tool" >&2 && continue; }
  ln -sf "$path" "$folder/$tool"
done

cp -r -- "$2" "$work/bash"
cd "$work/bash"
# In this order make sees nothing to generate anew.
touch aclocal.m4 && sleep 1 && touch configure config.h.in stamp-h.in
shopt -s globstar nullglob
rm -f ./**/*.[ao] bash Makefile config.status config.cache
compiler=(CC=gcc)
! command -v musl-gcc >/dev/null || compiler=(CC=musl-gcc CC_FOR_BUILD=gcc LDFLAGS=-static)
loud env "${compiler[@]}" CFLAGS='-O1 -w -std=gnu89' ./configure --without-bash-malloc --disable-nls
loud make
install bash "$folder/bash"

cp -r -- "$3" "$work/git"
cd "$work/git"
loud make -j2 prefix="$folder/lib/git" NO_TCLTK=1 NO_PERL=1 NO_PYTHON=1 NO_GETTEXT=1 CFLAGS='-O1 -w' all install
ln -sf lib/git/bin/git "$folder/git"
"$folder/bash" --version | head -n 1
"$folder/git" --version
