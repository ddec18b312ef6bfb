#!/usr/bin/env bash
# shellcheck disable=SC2034 # what is read here is used by setup-aws.sh
# Reads and judges the inputs of setup-aws, before anything is asked of AWS. Sourced by setup-aws.sh.

read_inputs() {
  KEY_ID=${SETUP_AWS_ACCESS_KEY_ID:-} SECRET=${SETUP_AWS_SECRET_ACCESS_KEY:-} SESSION=${SETUP_AWS_SESSION_TOKEN:-}
  unset SETUP_AWS_ACCESS_KEY_ID SETUP_AWS_SECRET_ACCESS_KEY SETUP_AWS_SESSION_TOKEN
  mask_keys
  checked aws-access-key-id "$KEY_ID" '^[A-Za-z0-9]*$' 'a key id'
  checked aws-secret-access-key "$SECRET" '^[A-Za-z0-9/+=]*$' 'a secret key' hidden
  checked aws-session-token "$SESSION" '^[A-Za-z0-9/+=_-]*$' 'a session token' hidden
  if [[ (-n $KEY_ID && -z $SECRET) || (-z $KEY_ID && -n $SECRET$SESSION) ]]; then
    bad_input aws-access-key-id "aws-access-key-id and aws-secret-access-key are given together, aws-session-token only with them"
  fi
  ROLE=${SETUP_AWS_ROLE:-} EXTERNAL_ID=${SETUP_AWS_ROLE_EXTERNAL_ID:-} IDENTITY=${SETUP_AWS_WEB_IDENTITY_FILE:-}
  checked role-to-assume "$ROLE" '^(|arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+)$' 'arn:aws:iam::<account>:role/<name>'
  checked role-external-id "$EXTERNAL_ID" '^[A-Za-z0-9+=,.@:/_-]*$' 'letters, digits and +=,.@:/_-'
  DURATION=${SETUP_AWS_ROLE_DURATION:-3600}
  checked role-duration-seconds "$DURATION" '^[1-9][0-9]{2,4}$' '900 to 43200'
  ((DURATION >= 900 && DURATION <= 43200)) || bad_input role-duration-seconds "expected 900 to 43200, got $DURATION"
  SESSION_NAME=${SETUP_AWS_ROLE_SESSION:-gitea-${GITHUB_RUN_ID:-job}}
  checked role-session-name "$SESSION_NAME" '^[A-Za-z0-9+=,.@_][A-Za-z0-9+=,.@_-]{1,63}$' '2 to 64 of letters, digits and +=,.@_-'
  if [[ -n $IDENTITY ]]; then
    single_line web-identity-token-file "$IDENTITY"
    [[ -n $ROLE ]] || bad_input web-identity-token-file "needs role-to-assume"
    [[ -f $IDENTITY && -r $IDENTITY ]] || bad_input web-identity-token-file "names no readable file"
  fi
  read_accounts allowed-account-ids "${SETUP_AWS_ACCOUNTS:-}"
  ACCOUNTS=("${LIST[@]}")
  read_accounts registries "${SETUP_AWS_REGISTRIES:-}"
  REGISTRIES=("${LIST[@]}")
  boolean ecr-login "${SETUP_AWS_ECR_LOGIN:-}" false && ECR_LOGIN=$REPLY
  boolean output-env-credentials "${SETUP_AWS_OUTPUT_ENV:-}" false && OUTPUT_ENV=$REPLY
  REGISTRY_TYPE=${SETUP_AWS_REGISTRY_TYPE:-private}
  checked registry-type "$REGISTRY_TYPE" '^(private|public)$' 'private or public'
  REGION=${SETUP_AWS_REGION:-${AWS_REGION:-${AWS_DEFAULT_REGION:-}}}
  checked aws-region "$REGION" '^(|[a-z]{2,}(-[a-z]+)+-[0-9]+)$' 'a region such as eu-west-1'
}

# checked NAME VALUE PATTERN EXPECTED [hidden]
checked() {
  single_line "$1" "$2"
  [[ ! $2 =~ $3 ]] || return 0
  [[ ${5:-} != hidden ]] || bad_input "$1" "expected $4; its value is not shown"
  shown "$2"
  bad_input "$1" "expected $4, got $REPLY"
}

read_accounts() {
  local account
  list "$2"
  for account in "${LIST[@]}"; do checked "$1" "$account" '^[0-9]{12}$' 'account ids of 12 digits'; done
}

mask_keys() {
  mask "$KEY_ID"
  mask "$SECRET"
  mask "$SESSION"
}
