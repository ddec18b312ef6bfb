import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createJob, runAction, visible, type Job, type StepResult } from '../test/composite-runner.js';
import { actionsWith, pathOf, startDownloadServer, sumOf } from '../test/download-server.js';
import { expectRefusal, terminal } from '../test/tool-job.js';

const keys = { 'aws-access-key-id': 'AKIAEXAMPLE', 'aws-secret-access-key': 'secret/of+mine=', 'aws-session-token': 'session-of-mine' };
const secrets = [...Object.values(keys), 'ASIAROLE', 'secret/of/role', 'session/of/role', 'password-of-ecr'];
const role = 'arn:aws:iam::123456789012:role/deploy';
let job: Job;

/** A CLI that answers as AWS would, and notes its arguments and whose keys it had. */
const aws = (folder: string) => `#!/bin/bash
[ ! -t 0 ] || : >"${folder}/terminal"
printf '%s\\n' "$*" >>"${folder}/argv"
printf '%s %s\\n' "$2" "\${AWS_ACCESS_KEY_ID:-role of the machine}" >>"${folder}/keys"
if [ -e "${folder}/throttle" ]; then rm "${folder}/throttle"; echo 'An error occurred (Throttling): Rate exceeded' >&2; exit 254; fi
if [ -e "${folder}/broken" ]; then echo 'Unable to locate credentials' >&2; exit 253; fi
case "$1 $2" in
  'sts assume-role'*) printf 'ASIAROLE\\tsecret/of/role\\tsession/of/role\\n' ;;
  'sts get-caller-identity') echo 123456789012 ;;
  *get-login-password) echo password-of-ecr ;;
esac
`;
const docker = (folder: string) => `#!/bin/bash
printf '%s < %s > %s\\n' "$*" "$(cat)" "$DOCKER_CONFIG" >>"${folder}/logins"
[ ! -e "${folder}/refuse" ] || { echo 'unauthorized' >&2; exit 1; }
`;

beforeEach(() => {
  job = createJob({}, { AWS_REGION: 'eu-west-1' });
  const bin = pathOf(job.folder, []);
  writeFileSync(join(bin, 'aws'), aws(job.folder), { mode: 0o755 });
  writeFileSync(join(bin, 'docker'), docker(job.folder), { mode: 0o755 });
  job.env['PATH'] = bin;
  job.env['RUNNER_TOOL_CACHE'] = join(job.folder, 'cache');
});
afterEach(() => job.remove());

const setup = (inputs: Record<string, string> = {}) => runAction(job, 'setup-aws', inputs);
const note = (name: string) => (existsSync(join(job.folder, name)) ? readFileSync(join(job.folder, name), 'utf8') : '');

async function passes(inputs: Record<string, string> = {}): Promise<StepResult> {
  const result = await setup(inputs);
  expect(result.status, result.log).toBe(0);
  const unmasked = visible(result.log);
  for (const secret of secrets) expect(unmasked + note('argv')).not.toContain(secret);
  return result;
}

describe('the region', () => {
  it('is all that is exported with the role of the machine', async () => {
    const { exported, outputs } = await passes();

    expect(exported).toEqual({ AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-1', AWS_PAGER: '' });
    expect(outputs).toEqual({ 'aws-account-id': '', 'aws-region': 'eu-west-1', registry: '', registries: '', source: 'path' });
    expect(note('argv')).toBe('');
  });

  it('is the input before the environment', async () => {
    expect((await passes({ 'aws-region': 'us-gov-west-1' })).outputs['aws-region']).toBe('us-gov-west-1');
  });

  it('is that of the machine, by metadata that wants a token', async () => {
    const metadata: Server = createServer((request, response) => {
      if (request.method === 'PUT' && request.url === '/latest/api/token') return response.end('meta-token');
      const known = request.headers['x-aws-ec2-metadata-token'] === 'meta-token' && request.url === '/latest/meta-data/placement/region';
      return response.writeHead(known ? 200 : 401).end('ap-south-1');
    });
    await new Promise<void>((listening) => metadata.listen(0, '127.0.0.1', listening));
    delete job.env['AWS_REGION'];
    job.env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] = `http://127.0.0.1:${(metadata.address() as AddressInfo).port}/`;

    const { outputs } = await passes();
    metadata.close();

    expect(outputs['aws-region']).toBe('ap-south-1');
  });

  it('that nobody knows is bad input', async () => {
    delete job.env['AWS_REGION'];
    job.env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] = 'http://127.0.0.1:1';

    expect(await setup()).toMatchObject({ status: 2, log: expect.stringMatching(/::error::input "aws-region": give a region.*hop limit/) });
  });
});

describe('credentials', () => {
  it('go to a file of this job, for this user only; the environment gets its path', async () => {
    const { exported, files } = await passes(keys);

    const file = exported['AWS_SHARED_CREDENTIALS_FILE']!;
    expect(file.startsWith(job.temp)).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toBe('[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret/of+mine=\naws_session_token = session-of-mine\n');
    for (const secret of secrets) expect(files).not.toContain(secret);
  });

  it('are masked before anything else is said', async () => {
    const { log } = await passes(keys);

    expect(log.split('\n').slice(0, 3)).toEqual(Object.values(keys).map((secret) => `::add-mask::${secret}`));
  });

  it('of a role replace the keys that assumed it', async () => {
    const { exported, log } = await passes({ ...keys, 'role-to-assume': role, 'role-external-id': 'ext', 'role-duration-seconds': '900' });

    expect(note('argv')).toContain(`sts assume-role --role-arn ${role} --role-session-name gitea-job --duration-seconds 900`);
    expect(note('argv')).toContain('--external-id ext');
    expect(note('keys')).toBe('assume-role AKIAEXAMPLE\nget-caller-identity ASIAROLE\n');
    expect(readFileSync(exported['AWS_SHARED_CREDENTIALS_FILE']!, 'utf8')).toContain('ASIAROLE');
    for (const secret of ['ASIAROLE', 'secret/of/role', 'session/of/role']) expect(log).toContain(`::add-mask::${secret}`);
  });

  it('of a role come from the machine or from an identity token', async () => {
    writeFileSync(join(job.workspace, 'token'), 'jwt');

    await passes({ 'role-to-assume': role, 'web-identity-token-file': join(job.workspace, 'token') });

    expect(note('argv')).toContain(`assume-role-with-web-identity --web-identity-token file://${job.workspace}/token`);
    expect(note('keys')).toMatch(/^assume-role-with-web-identity role of the machine\n/);
  });

  it('of an earlier step do not win over new ones', async () => {
    Object.assign(job.env, { AWS_ACCESS_KEY_ID: 'OLD', AWS_SECRET_ACCESS_KEY: 'old', AWS_PROFILE: 'old' });

    const { exported } = await passes(keys);

    expect(exported).toMatchObject({ AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_SESSION_TOKEN: '', AWS_PROFILE: 'default' });
    expect((await passes(keys)).status).toBe(0);
  });

  it('are variables only where that was asked for', async () => {
    const { exported } = await setup({ ...keys, 'output-env-credentials': 'true' });

    expect(exported).toMatchObject({ AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SESSION_TOKEN: 'session-of-mine' });
  });

  it('of an account that is not allowed are not exported', async () => {
    const { status, log, exported } = await setup({ ...keys, 'allowed-account-ids': '999999999999' });

    expect(status).toBe(1);
    expect(log).toMatch(/::error::the credentials belong to account 123456789012.*Nothing was exported/);
    expect(exported).toEqual({});
    expect((await passes({ ...keys, 'allowed-account-ids': '999999999999, 123456789012' })).outputs['aws-account-id']).toBe('123456789012');
  });

  it('are asked for again when AWS throttles, and their absence is explained', async () => {
    writeFileSync(join(job.folder, 'throttle'), '');
    expect((await passes(keys)).log).toContain('trying again');

    writeFileSync(join(job.folder, 'broken'), '');
    expect((await setup({ 'role-to-assume': role })).log).toMatch(/::error::assuming .*no credentials.*instanceProfile/);
  });

  it('in the file are what a real CLI reads', async (context) => {
    const real = spawnSync('sh', ['-c', 'command -v aws'], { encoding: 'utf8' }).stdout.trim();
    if (real === '') return context.skip('apt-get install awscli');
    Object.assign(job.env, { AWS_ACCESS_KEY_ID: 'OLD', AWS_SECRET_ACCESS_KEY: 'old', AWS_PROFILE: 'old' });
    const { exported } = await passes(keys);

    const env = { ...job.env, PATH: process.env['PATH'], HOME: process.env['HOME'], ...exported };
    expect(execFileSync(real, ['configure', 'list'], { env, encoding: 'utf8' })).toMatch(/access_key +\*+MPLE +shared-credentials-file/);
  });
});

describe('ecr-login', () => {
  it('logs in to the caller\'s registry, the password by standard input, in a folder of this job', async () => {
    mkdirSync(join(job.home, '.docker/cli-plugins'), { recursive: true });
    writeFileSync(join(job.home, '.docker/config.json'), '{"auths":{"other":{}}}');

    const { outputs, exported, log } = await passes({ 'ecr-login': 'true' });

    const registry = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
    expect(outputs).toMatchObject({ registry, registries: registry });
    expect(note('logins')).toBe(`login --username AWS --password-stdin ${registry} < password-of-ecr > ${exported['DOCKER_CONFIG']}\n`);
    expect(exported['DOCKER_CONFIG']!.startsWith(job.temp)).toBe(true);
    expect(existsSync(join(exported['DOCKER_CONFIG']!, 'cli-plugins'))).toBe(true);
    expect(existsSync(join(exported['DOCKER_CONFIG']!, 'config.json'))).toBe(false);
    expect(log).toContain('::add-mask::password-of-ecr');
  });

  it('logs in to several registries, of China too, and to the public one', async () => {
    expect((await passes({ 'ecr-login': 'true', registries: '111111111111\n222222222222', 'aws-region': 'cn-north-1' })).outputs).toMatchObject({
      registry: '', registries: '111111111111.dkr.ecr.cn-north-1.amazonaws.com.cn,222222222222.dkr.ecr.cn-north-1.amazonaws.com.cn',
    });
    expect((await passes({ 'ecr-login': 'true', 'registry-type': 'public' })).outputs['registry']).toBe('public.ecr.aws');
    expect(note('argv')).toContain('ecr-public get-login-password --region us-east-1');
  });

  it('keeps its folder when it runs twice', async () => {
    const first = await passes({ 'ecr-login': 'true' });
    await passes({ 'ecr-login': 'true' });

    expect(job.env['DOCKER_CONFIG']).toBe(first.exported['DOCKER_CONFIG']);
  });

  it('says what docker said when it refuses, and what to use where there is none', async () => {
    writeFileSync(join(job.folder, 'refuse'), '');
    expect(await setup({ 'ecr-login': 'true' })).toMatchObject({ status: 1, log: expect.stringMatching(/unauthorized\n::error::docker could not log in/) });

    const bin = pathOf(join(job.folder, 'poor'), []);
    symlinkSync(join(job.folder, 'bin/aws'), join(bin, 'aws'));
    job.env['PATH'] = bin;
    expect((await setup({ 'ecr-login': 'true' })).log).toMatch(/::error::ecr-login needs docker, podman or buildah/);
  });
});

it('asks nothing on a terminal, works without HOME, and shows no secret there', async () => {
  delete job.env['HOME'];
  const { status, log } = await runAction(job, 'setup-aws', { ...keys, 'ecr-login': 'true' }, terminal(job));

  expect(status, log).toBe(0);
  const unmasked = visible(log);
  for (const secret of secrets) expect(unmasked).not.toContain(secret);
  expect(existsSync(join(job.folder, 'terminal'))).toBe(false);
});

describe('the CLI', () => {
  const make = (folder: string) => {
    mkdirSync(join(folder, 'zip/aws/dist'), { recursive: true });
    writeFileSync(join(folder, 'zip/aws/dist/aws'), '#!/bin/sh\necho stand-in\n');
    execFileSync('python3', ['-m', 'zipfile', '-c', join(folder, 'aws.zip'), join(folder, 'zip/aws')]);
    return readFileSync(join(folder, 'aws.zip'));
  };

  it('is downloaded where it is missing, checked against its pin only', async () => {
    const zip = make(job.folder);
    const server = await startDownloadServer({ '/awscli-exe-linux-x86_64-2.1.0.zip': zip });
    const rows = (sum: string) => [['aws-cli', 'amd64', '2.1.0', 'sha256', sum, 'https://awscli.amazonaws.com/awscli-exe-linux-x86_64-2.1.0.zip']];
    job.env['PATH'] = pathOf(join(job.folder, 'poor'), []);
    job.actions = actionsWith(job.folder, rows('a'.repeat(64)));
    expect((await setup({ 'download-base-url': server.url })).log).toMatch(/::error::the download is not what was expected/);

    job.actions = actionsWith(job.folder, rows(sumOf(zip)));
    const { outputs, log } = await setup({ 'download-base-url': server.url });
    await server.close();

    expect(outputs['source'], log).toBe('download');
    expect(execFileSync('aws', { env: { PATH: job.env['PATH'] ?? '' }, encoding: 'utf8' })).toBe('stand-in\n');
  });

  it('that is baked is used, of any second version while none is pinned', async () => {
    const baked = join(job.folder, 'baked/aws-cli/2.9.9');
    mkdirSync(join(baked, 'amd64/bin'), { recursive: true });
    symlinkSync(join(job.folder, 'bin/aws'), join(baked, 'amd64/bin/aws'));
    writeFileSync(join(baked, 'amd64.complete'), '');
    Object.assign(job.env, { PATH: pathOf(join(job.folder, 'poor'), []), TINQS_TOOLS: join(job.folder, 'baked') });
    job.actions = actionsWith(job.folder, [['aws-cli', 'amd64', '-', '-', '-', '-']]);

    expect((await passes(keys)).outputs).toMatchObject({ source: 'baked', 'aws-region': 'eu-west-1' });
  });

  it('that is not pinned yet is not downloaded', async () => {
    job.env['PATH'] = pathOf(join(job.folder, 'poor'), []);
    job.actions = actionsWith(job.folder, [['aws-cli', 'amd64', '2.1.0', '-', '-', '-']]);

    expect(await setup()).toMatchObject({ status: 1, log: expect.stringMatching(/neither on this machine nor pinned: run "npx nx run images:pin"/) });
  });

  it('is not downloaded on musl', async () => {
    mkdirSync(join(job.folder, 'alpine/lib'), { recursive: true });
    writeFileSync(join(job.folder, 'alpine/lib/ld-musl-x86_64.so.1'), '');
    Object.assign(job.env, { PATH: pathOf(join(job.folder, 'poor'), []), TINQS_SYSTEM_ROOT: join(job.folder, 'alpine') });

    expect((await setup()).log).toMatch(/::error::.*musl.*install the package "aws-cli"/);
  });
});

it.each([
  ['aws-region', { 'aws-region': 'eu-west-1 --debug' }], ['aws-region', { 'aws-region': '-eu' }], ['aws-region', { 'aws-region': '$(touch pwned)' }],
  ['aws-access-key-id', { 'aws-access-key-id': 'AKIA' }], ['aws-access-key-id', { 'aws-session-token': 'x' }], ['aws-access-key-id', { 'aws-access-key-id': '--debug' }],
  ['aws-secret-access-key', { ...keys, 'aws-secret-access-key': 'two\nlines' }], ['aws-secret-access-key', { ...keys, 'aws-secret-access-key': 'a b' }],
  ['role-to-assume', { 'role-to-assume': 'deploy' }], ['role-to-assume', { 'role-to-assume': `${role} --debug` }],
  ['role-duration-seconds', { 'role-duration-seconds': '899' }], ['role-duration-seconds', { 'role-duration-seconds': 'a[$(touch pwned)]' }],
  ['role-session-name', { 'role-session-name': '--query' }], ['role-external-id', { 'role-external-id': '$(touch pwned)' }],
  ['web-identity-token-file', { 'web-identity-token-file': '/etc/passwd' }], ['web-identity-token-file', { 'role-to-assume': role, 'web-identity-token-file': 'missing' }],
  ['allowed-account-ids', { 'allowed-account-ids': '123' }], ['registries', { registries: 'example.com' }], ['registry-type', { 'registry-type': 'other' }], ['ecr-login', { 'ecr-login': 'yes' }],
])('refuses %s in %j', async (input, inputs) => {
  const result = await setup(inputs as Record<string, string>);

  expectRefusal(result, input);
  expect(note('argv')).toBe('');
  expect(visible(result.log)).not.toContain('two');
});
