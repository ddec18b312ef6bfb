#!/usr/bin/env bash
# The AWS CLI, a region, credentials and a login to ECR. Inputs come as SETUP_AWS_* from action.yml.
set -euo pipefail
# shellcheck source=../_lib/tool.sh
. "${BASH_SOURCE[0]%/*}/../_lib/tool.sh"
# shellcheck source=inputs.sh
. "${BASH_SOURCE[0]%/*}/inputs.sh"

# The machine knows its region; IMDSv2 asks for a token first.
find_region() {
  local service=${AWS_EC2_METADATA_SERVICE_ENDPOINT:-http://169.254.169.254} token
  [[ -z $REGION ]] || return 0
  need curl curl
  token=$(curl -q -sf -m 3 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' "${service%/}/latest/api/token" </dev/null) || token=''
  [[ -z $token ]] || REGION=$(printf 'header = "X-aws-ec2-metadata-token: %s"\n' "$token" | curl -q -sf -m 3 -K - "${service%/}/latest/meta-data/placement/region") || REGION=''
  [[ $REGION =~ ^[a-z]{2,}(-[a-z]+)+-[0-9]+$ ]] || bad_input aws-region "give a region: AWS_REGION is not set, and the machine's metadata does not answer (inside a container it cannot, unless the hop limit is above 1)"
}

cli_on_path() { command -v aws >/dev/null 2>&1; }

download_cli() {
  refuse_musl "the AWS CLI's own download" 'install the package "aws-cli"'
  [[ -n $PINNED_SUM ]] || fail "the AWS CLI is neither on this machine nor pinned: $PIN_HINT"
  need unzip unzip
  install_pinned aws-cli unpack_cli
}

# The vendor's own installer would write absolute links into a folder that is renamed afterwards.
unpack_cli() {
  unzip -q "$1" -d "$2/zip" && mv -- "$2/zip/aws/dist" "$2/dist" && rm -rf -- "$2/zip" && mkdir -- "$2/bin" && chmod 755 "$2/dist/aws" && ln -s ../dist/aws "$2/bin/aws"
}

show_aws_log() { cat "$1"; }
aws_retryable() { grep -qiE 'throttl|rate exceeded|too many requests|service ?unavailable|internal ?(failure|error)|could not connect|timed? ?out|reset by peer' "$1"; }

# ask_aws WHAT ARGUMENTS...: ANSWER. Nothing of it is printed.
ask_aws() {
  local what=$1
  shift
  attempt show_aws_log aws_retryable answer_of aws "$@" || explain_aws "$what"
  ANSWER=$(<"$SCRATCH/answer")
  : >"$SCRATCH/answer"
}
answer_of() { (umask 077 && "$@" >"$SCRATCH/answer"); }

explain_aws() {
  if grep -qiE 'unable to locate credentials|NoCredentials' "$ATTEMPT_LOG"; then
    fail "$1: no credentials. Give keys or a role, or a class with instanceProfile; inside a container the role of the machine is out of reach unless its metadata hop limit is above 1"
  fi
  fail "$1: $(tail -n 1 "$ATTEMPT_LOG")"
}

use_keys() {
  [[ -n $KEY_ID ]] || return 0
  unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SESSION_TOKEN
  export AWS_ACCESS_KEY_ID=$KEY_ID AWS_SECRET_ACCESS_KEY=$SECRET
  [[ -z $SESSION ]] || export AWS_SESSION_TOKEN=$SESSION
}

assume_role() {
  [[ -n $ROLE ]] || return 0
  local options=(--role-arn "$ROLE" --role-session-name "$SESSION_NAME" --duration-seconds "$DURATION" --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' --output text)
  if [[ -n $IDENTITY ]]; then
    ask_aws "assuming $ROLE" sts assume-role-with-web-identity --web-identity-token "file://$IDENTITY" "${options[@]}"
  else
    [[ -z $EXTERNAL_ID ]] || options+=(--external-id "$EXTERNAL_ID")
    ask_aws "assuming $ROLE" sts assume-role "${options[@]}"
  fi
  read -r KEY_ID SECRET SESSION <<<"$ANSWER"
  mask_keys
  [[ -n $KEY_ID && -n $SECRET && -n $SESSION ]] || fail "assuming $ROLE: AWS gave no credentials"
  use_keys
}

check_account() {
  ask_aws 'asking who we are' sts get-caller-identity --query Account --output text
  ACCOUNT=$ANSWER
  [[ ${#ACCOUNTS[@]} -eq 0 ]] || [[ " ${ACCOUNTS[*]} " == *" $ACCOUNT "* ]] || fail "the credentials belong to account $ACCOUNT, which is not among allowed-account-ids (${ACCOUNTS[*]}). Nothing was exported"
}

# Both variables: version 1 of the CLI ignores AWS_REGION.
export_region() {
  set_env AWS_REGION "$REGION"
  set_env AWS_DEFAULT_REGION "$REGION"
  # Steps have a pseudo-terminal, and a pager would wait for a key.
  set_env AWS_PAGER ''
}

export_credentials() {
  local variable
  [[ -n $KEY_ID ]] || return 0
  # An empty profile is looked for, and not found.
  [[ -z $OLD_PROFILE ]] || set_env AWS_PROFILE default
  if [[ $OUTPUT_ENV == true ]]; then
    set_env AWS_ACCESS_KEY_ID "$KEY_ID"
    set_env AWS_SECRET_ACCESS_KEY "$SECRET"
    set_env AWS_SESSION_TOKEN "$SESSION"
    return
  fi
  scratch_folder aws
  (
    umask 077
    printf '[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n' "$KEY_ID" "$SECRET" >"$REPLY/credentials"
    [[ -z $SESSION ]] || printf 'aws_session_token = %s\n' "$SESSION" >>"$REPLY/credentials"
  )
  set_env AWS_SHARED_CREDENTIALS_FILE "$REPLY/credentials"
  # Keys of an earlier step in the environment would win over the file.
  for variable in AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN; do
    if [[ $OLD_KEYS == true ]]; then set_env "$variable" ''; fi
  done
}

log_in() {
  local client='' candidate registry domain=amazonaws.com password hosts=()
  for candidate in docker podman buildah; do
    if command -v "$candidate" >/dev/null 2>&1; then client=$candidate && break; fi
  done
  [[ -n $client ]] || fail 'ecr-login needs docker, podman or buildah on this machine: use the class or image "docker"'
  if [[ $REGISTRY_TYPE == public ]]; then
    ask_aws 'asking for the password of ECR' ecr-public get-login-password --region us-east-1
    hosts=(public.ecr.aws)
  else
    ask_aws 'asking for the password of ECR' ecr get-login-password --region "$REGION"
    if [[ $REGION == cn-* ]]; then domain=amazonaws.com.cn; fi
    [[ ${#REGISTRIES[@]} -gt 0 ]] || REGISTRIES=("$ACCOUNT")
    for registry in "${REGISTRIES[@]}"; do hosts+=("$registry.dkr.ecr.$REGION.$domain"); done
  fi
  password=$ANSWER
  mask "$password"
  own_docker_config
  for registry in "${hosts[@]}"; do
    printf '%s' "$password" | "$client" login --username AWS --password-stdin "$registry" >"$SCRATCH/login" 2>&1 || {
      cat "$SCRATCH/login"
      fail "$client could not log in to $registry"
    }
    echo "$client logged in to $registry"
  done
  set_output registries "$(IFS=, && printf '%s' "${hosts[*]}")"
  if [[ ${#hosts[@]} -eq 1 ]]; then set_output registry "${hosts[0]}"; fi
}

# docker keeps passwords in its folder, and nothing logs out: a folder of this job, with the plug-ins of the old one.
own_docker_config() {
  local old=${DOCKER_CONFIG:-$HOME/.docker}
  case $old in */tinqs-docker.*) return 0 ;; esac
  scratch_folder docker
  [[ ! -d $old/cli-plugins ]] || ln -s "$old/cli-plugins" "$REPLY/cli-plugins"
  set_env DOCKER_CONFIG "$REPLY"
  set_env REGISTRY_AUTH_FILE "$REPLY/config.json"
}

main() {
  read_inputs
  prepare_tools '' "${SETUP_AWS_DOWNLOAD_BASE_URL:-}"
  export AWS_PAGER='' AWS_CLI_AUTO_PROMPT=off
  OLD_PROFILE=${AWS_PROFILE:-} OLD_KEYS=false
  [[ -z ${AWS_ACCESS_KEY_ID:-}${AWS_SECRET_ACCESS_KEY:-}${AWS_SESSION_TOKEN:-} ]] || OLD_KEYS=true
  find_region
  export AWS_REGION=$REGION AWS_DEFAULT_REGION=$REGION
  pinned aws-cli "$ARCH"
  find_tool aws-cli "${PINNED_VERSION:-2}" cli_on_path download_cli
  use_keys
  assume_role
  ACCOUNT=''
  if [[ -n $KEY_ID || ${#ACCOUNTS[@]} -gt 0 || $ECR_LOGIN == true ]]; then check_account; fi
  export_region
  if [[ $ECR_LOGIN == true ]]; then log_in; fi
  export_credentials
  set_output aws-account-id "$ACCOUNT"
  set_output aws-region "$REGION"
  set_output source "$SOURCE"
  echo "AWS in $REGION${ACCOUNT:+, account $ACCOUNT} (CLI: $SOURCE)"
}

main "$@"
