import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startAppServer, type AppServer } from './app-server.js';
import { createJob, runAction, visible, type Job } from './composite-runner.js';
import { pathOf } from './download-server.js';

const keys = { 'aws-access-key-id': 'AKIAEXAMPLE', 'aws-secret-access-key': 'secret/of+mine=', 'aws-session-token': 'session-of-mine' };
const role = { 'role-to-assume': 'arn:aws:iam::123456789012:role/deploy' };
const foreign = 'd'.repeat(40);
const publishing = 'token-of-a-registry';
const given = [foreign, publishing, ...Object.values(keys), 'ASIAROLE', 'secret/of/role', 'session/of/role', 'password-of-ecr'];

const stands = {
  go: '#!/bin/sh\ncase "$2" in GOVERSION) echo go1.26.1 ;; *) echo /go ;; esac\n',
  node: '#!/bin/sh\necho v22.20.1\n',
  npm: '#!/bin/sh\necho "npm error code E401" >&2; exit 1\n',
  aws: `#!/bin/sh
[ -z "$AWS_FAILS" ] || { echo "An error occurred ($AWS_FAILS) when calling" >&2; exit 254; }
case "$2" in assume-role) printf 'ASIAROLE\\tsecret/of/role\\tsession/of/role\\n' ;; get-caller-identity) echo 123456789012 ;; *) echo password-of-ecr ;; esac
`,
  docker: '#!/bin/sh\ncat >/dev/null\n[ -z "$DOCKER_FAILS" ] || { echo unauthorized >&2; exit 1; }\n',
};

let app: AppServer;
let job: Job;
beforeAll(async () => {
  app = await startAppServer({ 'a/a.txt': 'a\n', 'b/b.txt': 'b\n' });
});
afterAll(() => app?.close());
beforeEach(() => {
  app.server.reset();
  job = createJob({ ...app.github });
  const bin = pathOf(job.folder, []);
  for (const [name, text] of Object.entries(stands)) writeFileSync(join(bin, name), text, { mode: 0o755 });
  // Each command notes how it was called, and git what it starts itself.
  mkdirSync(join(job.folder, 'noted'));
  for (const name of readdirSync(bin)) writeFileSync(join(job.folder, 'noted', name), `#!/bin/bash\nprintf '%s\\n' "\${0##*/}" "$@" >>"${job.folder}/argv"\nexec "${bin}/${name}" "$@"\n`, { mode: 0o755 });
  Object.assign(job.env, { PATH: `${job.folder}/noted`, GIT_TRACE: join(job.folder, 'git-trace'), RUNNER_TOOL_CACHE: join(job.folder, 'cache'), AWS_REGION: 'eu-west-1', NODE_AUTH_TOKEN: publishing, GITHUB_TOKEN: app.token, http_proxy: '', https_proxy: 'http://127.0.0.1:1' });
});
afterEach(() => job.remove());

/** Files of the job that hold one of the secrets, by their path in it; the stand-ins know them, of course. */
const holders = (secrets: readonly string[]) => spawnSync('grep', ['-rlF', '--exclude-dir=bin', ...secrets.flatMap((secret) => ['-e', secret]), '.'], { cwd: job.folder, encoding: 'utf8' }).stdout.split('\n').filter(Boolean);

interface Run {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly failures?: readonly number[];
  /** What the log says in the end. */
  readonly says: RegExp;
  /** The one place that keeps what later steps need. */
  readonly keeps?: RegExp;
}

const runs: readonly (readonly [string, string, Run])[] = [
  ['checkout', 'a clone', { says: /^checked out acme\/app/m }],
  ['checkout', 'credentials that are kept', { inputs: { sparse: 'a' }, says: /^checked out/m, keeps: /^\.\/temp\/tinqs-checkout\.\w+\/credentials$/ }],
  ['checkout', 'a token that the server does not accept', { inputs: { token: foreign, 'persist-credentials': 'true' }, says: /does not accept the token/ }],
  ['checkout', 'a repository of somebody else', { inputs: { repository: 'acme/other', 'persist-credentials': 'true' }, says: /no access to acme\/other/ }],
  ['checkout', 'a ref that is not there', { inputs: { ref: 'nope', 'persist-credentials': 'true' }, says: /has none of: refs\/heads\/nope/ }],
  ['checkout', 'a server out of order', { failures: [503, 503, 503, 503], says: /::error::fetching .*503/ }],
  ['checkout', 'a redirect to another host', { inputs: { repository: 'acme/away' }, says: /the token is not sent there/ }],
  ['checkout', 'bad input', { inputs: { path: '../z' }, says: /::error::input "path"/ }],
  ['setup-go', 'a Go that is there', { says: /^go 1\.26\.1 \(path\)/m }],
  ['setup-go', 'a Go that nobody has', { inputs: { 'go-version': '1.99.1', 'download-base-url': 'http://127.0.0.1:1' }, says: /::error::there is no go 1\.99\.1/ }],
  ['setup-node', 'a registry', { inputs: { 'pnpm-version': 'false', 'registry-url': 'https://git.example.com/npm/' }, says: /^node 22\.20\.1 \(path\)/m }],
  ['setup-node', 'a registry that refuses', { inputs: { 'pnpm-version': '9.1.0', 'registry-url': 'https://git.example.com/npm/' }, says: /::error::there is no pnpm 9\.1\.0/ }],
  ['setup-aws', 'keys', { inputs: keys, says: /^AWS in eu-west-1, account 123456789012/m, keeps: /^\.\/temp\/tinqs-aws\.\w+\/credentials$/ }],
  ['setup-aws', 'a role, and a login to ECR', { inputs: { ...keys, ...role, 'ecr-login': 'true' }, says: /^AWS in/m, keeps: /^\.\/temp\/tinqs-aws\.\w+\/credentials$/ }],
  ['setup-aws', 'keys that AWS refuses', { inputs: keys, env: { AWS_FAILS: 'InvalidClientTokenId' }, says: /::error::asking who we are: .*InvalidClientTokenId/ }],
  ['setup-aws', 'AWS that stays busy', { inputs: { ...keys, ...role }, env: { AWS_FAILS: 'Throttling' }, says: /::error::assuming .*Throttling/ }],
  ['setup-aws', 'an account that is not allowed', { inputs: { ...keys, ...role, 'allowed-account-ids': '999999999999' }, says: /Nothing was exported/ }],
  ['setup-aws', 'a registry that refuses', { inputs: { ...keys, ...role, 'ecr-login': 'true' }, env: { DOCKER_FAILS: 'yes' }, says: /::error::docker could not log in/ }],
  ['setup-aws', 'bad input', { inputs: { ...keys, 'aws-secret-access-key': 'secret/of+mine=\nsession-of-mine' }, says: /::error::input "aws-secret-access-key"/ }],
];

describe('no secret is in a log, an argument, an environment file or the workspace, nor in any other file but the one that keeps it', () => {
  it.each(runs)('after %s with %s', async (action, _what, { inputs = {}, env = {}, failures = [], says, keeps }) => {
    const secrets = [...given, ...[app.token, foreign].flatMap((token) => [token, Buffer.from(`x-access-token:${token}`).toString('base64')])];
    Object.assign(job.env, env);
    app.server.failNext(...failures);

    const { log, files, status } = await runAction(job, action, inputs);

    const seen = visible(log);
    expect(seen).toMatch(says);
    expect(status === 0, log).toBe(!seen.includes('::error::'));
    for (const secret of secrets) expect(seen + files + readFileSync(join(job.folder, 'argv'), 'utf8')).not.toContain(secret);
    expect(existsSync(join(job.folder, 'git-trace'))).toBe(action === 'checkout');
    const left = holders(secrets);
    expect(left).toEqual(keeps === undefined ? [] : [expect.stringMatching(keeps)]);
    for (const path of left) expect(statSync(join(job.folder, path)).mode & 0o777).toBe(0o600);
  });
});
