#!/usr/bin/env bash
# Clones a repository into the workspace. Inputs come as CHECKOUT_* from action.yml.
set -euo pipefail
shopt -s dotglob globstar nullglob

# shellcheck source=../_lib/action.sh
. "${BASH_SOURCE[0]%/*}/../_lib/action.sh"
# shellcheck source=../_lib/git.sh
. "${BASH_SOURCE[0]%/*}/../_lib/git.sh"
# shellcheck source=inputs.sh
. "${BASH_SOURCE[0]%/*}/inputs.sh"

# FULL_REF and COMMIT, from the event or by asking the server. The commit decides: a branch may be gone or moved since the push.
choose_ref() {
  local hex='^([0-9a-fA-F]{40}|[0-9a-fA-F]{64})$'
  FULL_REF='' COMMIT=''
  if [[ -z $REF && ${REPOSITORY,,} == "${OWN_REPOSITORY,,}" && $SERVER == "$OWN_SERVER" && ${GITHUB_SHA:-} =~ $hex ]]; then
    FULL_REF=${GITHUB_REF:-}
    COMMIT=${GITHUB_SHA,,}
    check_ref "$FULL_REF"
    [[ $FULL_REF == refs/* ]] || FULL_REF=''
  elif [[ -z $REF ]]; then
    find_default_branch
  elif [[ $REF =~ $hex ]]; then
    COMMIT=${REF,,}
  elif [[ $REF == refs/* ]]; then
    find_ref "$REF"
  else
    find_ref "refs/heads/$REF" "refs/tags/$REF"
  fi
}

# The answer goes to a file: what git says about it is the log's. URL is read late, the repository may have moved.
ask_server() { git_remote list_refs "$@" || explain_git "asking $SERVER for the refs of $REPOSITORY"; }
list_refs() { git ls-remote --symref -- "$URL" "$@" >"$SCRATCH/refs"; }

find_default_branch() {
  local id name
  ask_server HEAD
  while IFS=$'\t' read -r id name; do
    [[ $name == HEAD ]] || continue
    if [[ $id == 'ref: '* ]]; then FULL_REF=${id#ref: }; else COMMIT=$id; fi
  done <"$SCRATCH/refs"
  [[ -n $COMMIT ]] || fail "$REPOSITORY has no default branch to check out: it is empty"
}

# find_ref NAME...: the first of them that the server has. A branch comes before a tag of the same name.
find_ref() {
  local wanted id name found=()
  ask_server "$@"
  for wanted in "$@"; do
    while IFS=$'\t' read -r id name; do
      [[ $name != "$wanted" ]] || found+=("$id" "$name")
    done <"$SCRATCH/refs"
  done
  [[ ${#found[@]} -gt 0 ]] || fail "$REPOSITORY has none of: $* (a commit needs all of its 40 or 64 characters)"
  COMMIT=${found[0]} FULL_REF=${found[1]}
  [[ ${#found[@]} -eq 2 ]] || echo "$REF is a branch and a tag: the branch is taken"
}

prepare_folder() {
  mkdir -p -- "$FOLDER" || fail "cannot make $FOLDER"
  cd -- "$FOLDER"
  # A broken .git here must not make git look for one further up.
  export GIT_CEILING_DIRECTORIES=${FOLDER%/*}
  if [[ $SAFE_DIRECTORY == true ]]; then
    git config --global --get-all safe.directory 2>/dev/null | grep -qxF -- "$FOLDER" ||
      git config --global --add safe.directory "$FOLDER" || warn "could not register $FOLDER as safe.directory"
  fi
  if reusable; then refresh_clone; else new_clone; fi
  [[ -z $REFERENCE ]] || use_reference
}

reusable() {
  [[ -d .git && ! -L .git && "$(git config --local --get remote.origin.url 2>/dev/null || true)" == "$URL" ]] || return 1
  [[ "$(git rev-parse --show-object-format 2>/dev/null)" == "$OBJECT_FORMAT" ]] || return 1
  # Pointers that were checked out before stay pointers.
  [[ $LFS == false || -n "$(git config --local --get filter.lfs.process || true)" ]] || return 1
  # Objects that a filter left out stay out: without a filter now, start over.
  [[ -n $FILTER || "$(git config --local --get remote.origin.promisor || true)" != true ]]
}

refresh_clone() {
  echo "$FOLDER already holds this repository"
  rm -f -- .git/*.lock .git/refs/**/*.lock
  forget_credentials
  git checkout --quiet --detach 2>/dev/null || true
  if [[ $CLEAN == true ]] && ! { git clean -ffdxq && git reset --hard --quiet; }; then
    new_clone
    return
  fi
  # A branch "a" of before would stand in the way of "a/b" now.
  git for-each-ref --format='delete %(refname)' refs/heads refs/remotes | git update-ref --stdin
  if [[ ${#SPARSE[@]} -eq 0 && "$(git config --get core.sparseCheckout || true)" == true ]]; then STALE_SPARSE=true; fi
}

# The folder itself stays: it may be a mount, or where somebody stands.
new_clone() {
  local entries=(./*)
  [[ ${#entries[@]} -eq 0 ]] || rm -rf -- "${entries[@]}" || fail "cannot empty $FOLDER: something in it belongs to another user or is mounted"
  git init --quiet --template= --object-format="$OBJECT_FORMAT" .
  # Without a template git 2.34 misses this folder when it writes sparse folders.
  mkdir -p .git/info
  git remote add origin "$URL"
  git config --local gc.auto 0
}

use_reference() {
  local mirror=$REFERENCE/$REPOSITORY.git
  if [[ -d $mirror/objects ]]; then
    mkdir -p .git/objects/info
    printf '%s\n' "$mirror/objects" >.git/objects/info/alternates
  else
    echo "no mirror of $REPOSITORY in $REFERENCE: everything is fetched"
  fi
}

fetch() {
  local options=(--no-progress --no-recurse-submodules --force) all=() refspecs=()
  [[ -z $FILTER ]] || options+=("--filter=$FILTER")
  if [[ $FETCH_TAGS == true || $DEPTH == 0 ]]; then options+=(--tags); else options+=(--no-tags); fi
  if [[ $DEPTH != 0 ]]; then
    options+=("--depth=$DEPTH")
  else
    [[ ! -f .git/shallow ]] || all=(--unshallow)
    refspecs=('+refs/heads/*:refs/remotes/origin/*')
  fi
  case $FULL_REF in
    refs/heads/*) [[ $DEPTH == 0 ]] || refspecs+=("+$COMMIT:refs/remotes/origin/${FULL_REF#refs/heads/}") ;;
    refs/tags/*) [[ $DEPTH == 0 ]] || refspecs+=("+$FULL_REF:$FULL_REF") ;;
    refs/pull/*) refspecs+=("+$COMMIT:refs/remotes/${FULL_REF#refs/}") ;;
    *) [[ $DEPTH == 0 ]] || refspecs+=("$COMMIT") ;;
  esac
  if git_remote git fetch "${options[@]}" "${all[@]}" origin "${refspecs[@]}"; then
    # All heads and tags bring neither a commit of a deleted branch nor what a tag was before it moved.
    git cat-file -e "$COMMIT" 2>/dev/null || git_remote git fetch "${options[@]}" origin "$COMMIT" || explain_git "fetching $COMMIT"
  elif [[ $FULL_REF == refs/tags/* ]] && grep -q "couldn't find remote ref" "$ATTEMPT_LOG"; then
    echo "$FULL_REF is gone: its commit is fetched"
    git_remote git fetch "${options[@]}" origin "+$COMMIT:$FULL_REF" || explain_git "fetching $COMMIT"
  else
    explain_git "fetching ${FULL_REF:-$COMMIT}"
  fi
}

select_folders() {
  if [[ ${STALE_SPARSE:-false} == true ]]; then git sparse-checkout disable; fi
  [[ ${#SPARSE[@]} -gt 0 ]] || return 0
  local mode=--cone
  if [[ $CONE == false ]]; then mode=--no-cone; fi
  git sparse-checkout init "$mode" >/dev/null 2>"$ATTEMPT_LOG" || fail "git refuses a sparse checkout here: $(tail -n 1 "$ATTEMPT_LOG")"
  printf '%s\n' "${SPARSE[@]}" | git sparse-checkout set --stdin || fail "git refuses these sparse folders"
}

check_out() {
  local target branch
  target=$(git rev-parse --quiet --verify "$COMMIT^{commit}") || fail "$COMMIT is not a commit"
  if [[ $LFS == true ]]; then
    # The filter fetches the files of this checkout and no others; `git lfs fetch` would ask for every blob of a partial clone.
    git lfs install --local --skip-repo >/dev/null
    export GIT_LFS_SKIP_SMUDGE=0
  fi
  if [[ $FULL_REF == refs/heads/* ]]; then
    branch=${FULL_REF#refs/heads/}
    work git checkout --quiet --force --no-track -B "$branch" "$target" --
    git config --local "branch.$branch.remote" origin
    git config --local "branch.$branch.merge" "$FULL_REF"
  else
    work git checkout --quiet --force --detach "$target" --
  fi
  COMMIT=$target
  [[ $CONE == true ]] || return 0
  local folder
  for folder in "${SPARSE[@]}"; do
    [[ $folder == . ]] || git cat-file -e "$COMMIT:$folder" 2>/dev/null || warn "sparse: $COMMIT has no folder \"$folder\""
  done
}

# In a partial clone a checkout fetches too, and may need another try.
work() { git_remote "$@" || explain_git "checking out ${FULL_REF:-$COMMIT}"; }

update_submodules() {
  local recursive=() depth=()
  if [[ $SUBMODULES == recursive ]]; then recursive=(--recursive); fi
  if [[ $DEPTH != 0 ]]; then depth=("--depth=$DEPTH"); fi
  rewrite_ssh "$SERVER"
  git submodule --quiet sync "${recursive[@]}"
  git_remote git -c submodule.fetchJobs=4 submodule --quiet update --init --force "${depth[@]}" "${recursive[@]}" || explain_git "fetching the submodules"
}

# Every configuration of the clone and of its submodules.
each_config() {
  printf '%s\0' .git/config
  local config
  for config in .git/modules/**/config; do
    # A branch may be called "config" too.
    [[ ! -d ${config%/*}/objects || ! -f ${config%/*}/HEAD ]] || printf '%s\0' "$config"
  done
}

forget_credentials() {
  local config old
  while IFS= read -r -d '' config; do
    while IFS= read -r old; do
      [[ $old != */tinqs-checkout.??????/credentials ]] || rm -f -- "$old"
    done < <(git config --file "$config" --get-all include.path || true)
    git config --file "$config" --unset-all include.path '/tinqs-checkout\.[^/]*/credentials$' || true
  done < <(each_config)
}

# Beside the clone, so that neither an artifact nor a cache of the workspace carries the token away. Where the file cannot be
# read (another container, another mount point) a helper says so, instead of git asking a terminal that nobody reads.
keep_credentials() {
  local config said kept='' helper
  if [[ $PERSIST == true ]]; then
    scratch_folder checkout
    kept=$REPLY/credentials
    (umask 077 && token_configuration "$SERVER" "$BASIC" "$URL" >"$kept")
    said="tinqs checkout kept the credentials for $REPOSITORY in $kept: they cannot be read here, have ended, or do not reach this repository"
  else
    said='tinqs checkout kept no credentials: set persist-credentials: true for git commands that reach the server'
  fi
  # shellcheck disable=SC2016 # git's shell expands it
  printf -v helper '!f() { test "$1" != get || { echo %q >&2; echo quit=1; }; }; f' "$said"
  while IFS= read -r -d '' config; do
    [[ -z $kept ]] || git config --file "$config" --add include.path "$kept"
    git config --file "$config" --replace-all "credential.$SERVER.helper" "$helper"
  done < <(each_config)
  set_env GIT_TERMINAL_PROMPT 0
}

main() {
  needs_git
  need base64 coreutils
  git_environment
  read_inputs
  if [[ $LFS == true ]]; then need git-lfs git-lfs; fi
  ensure_home
  start_log
  OWN_SERVER=${CHECKOUT_DEFAULT_SERVER_URL:-${GITHUB_SERVER_URL:-$SERVER}}
  while [[ $OWN_SERVER == */ ]]; do OWN_SERVER=${OWN_SERVER%/}; done
  use_token "$SERVER" "$BASIC" "$URL"
  git_config safe.directory "$FOLDER"

  choose_ref
  OBJECT_FORMAT=sha1
  if [[ ${#COMMIT} -eq 64 ]]; then OBJECT_FORMAT=sha256; fi
  prepare_folder
  group "Fetching ${FULL_REF:-$COMMIT} of $REPOSITORY"
  fetch
  end_group
  select_folders
  check_out
  if [[ $SUBMODULES != false ]]; then update_submodules; fi
  keep_credentials

  local before=${CHECKOUT_BEFORE:-}
  if [[ ! $before =~ ^[0-9a-f]{40,64}$ || $before =~ ^0+$ ]]; then before=''; fi
  set_output commit "$COMMIT"
  set_output ref "$FULL_REF"
  set_output path "$FOLDER"
  set_output previous-commit "$before"
  echo "checked out $REPOSITORY at $COMMIT${FULL_REF:+ ($FULL_REF)} in $FOLDER"
}

main "$@"
