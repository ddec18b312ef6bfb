import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createJob, runAction, visible, type Job } from '../test/composite-runner.js';

const ready = ['aws', 'moto_server'].every((command) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0);
const keys = { 'aws-region': 'eu-west-1', 'aws-access-key-id': 'AKIAEXAMPLE', 'aws-secret-access-key': 'secret/of+mine=' };

describe.skipIf(!ready)('with a real CLI, and moto for AWS (pip install awscli "moto[server]")', () => {
  let moto: ChildProcess;
  let url: string;
  let job: Job;

  beforeAll(async () => {
    const probe = createServer();
    await new Promise<void>((listening) => probe.listen(0, '127.0.0.1', listening));
    const { port } = probe.address() as AddressInfo;
    await new Promise((closed) => probe.close(closed));
    url = `http://127.0.0.1:${port}`;
    moto = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore', env: { ...process.env, MOTO_EC2_LOAD_DEFAULT_AMIS: 'false' } });
    while (moto.exitCode === null && !(await fetch(`${url}/moto-api/data.json`).catch(() => undefined))?.ok) await pause(100);
  });
  afterAll(() => void moto.kill('SIGTERM'));
  beforeEach(() => {
    job = createJob({}, { AWS_ENDPOINT_URL: url });
    writeFileSync(join(job.folder, 'docker'), `#!/bin/bash\nprintf '%s < %s\\n' "$*" "$(cat)" >>"${job.folder}/logins"\n`, { mode: 0o755 });
    // The action may run with other tools than this machine's (ACTIONS_TEST_PATH), the CLI with its own.
    writeFileSync(join(job.folder, 'aws'), `#!/bin/sh\nPATH='${process.env['PATH']}' exec aws "$@"\n`, { mode: 0o755 });
    job.env['PATH'] = `${job.folder}:${job.env['PATH']}`;
  });
  afterEach(() => job.remove());

  it('keys tell their account, log in to its registry, and later steps have them', async () => {
    const { status, log, outputs } = await runAction(job, 'setup-aws', { ...keys, 'ecr-login': 'true' });

    expect(status, log).toBe(0);
    expect(outputs).toMatchObject({ 'aws-account-id': '123456789012', registry: '123456789012.dkr.ecr.eu-west-1.amazonaws.com', source: 'path' });
    expect(readFileSync(join(job.folder, 'logins'), 'utf8')).toMatch(/^login --username AWS --password-stdin 123456789012\.dkr\.ecr\.eu-west-1\.amazonaws\.com < \S+\n$/);
    expect(spawnSync('aws', ['configure', 'get', 'aws_access_key_id'], { env: job.env, encoding: 'utf8' }).stdout).toBe('AKIAEXAMPLE\n');
  });

  it('a role is assumed, and its keys are those of later steps', async () => {
    const { status, log, exported } = await runAction(job, 'setup-aws', { ...keys, 'role-to-assume': 'arn:aws:iam::123456789012:role/deploy', 'allowed-account-ids': '123456789012' });

    expect(status, log).toBe(0);
    const credentials = readFileSync(exported['AWS_SHARED_CREDENTIALS_FILE']!, 'utf8');
    expect(credentials).toMatch(/aws_access_key_id = ASIA\w+\naws_secret_access_key = \S+\naws_session_token = \S+\n/);
    const unmasked = visible(log);
    for (const [, value] of credentials.matchAll(/ = (\S+)/g)) expect(unmasked).not.toContain(value);
  });

  it('credentials of an account that is not allowed are refused', async () => {
    expect(await runAction(job, 'setup-aws', { ...keys, 'allowed-account-ids': '999999999999' })).toMatchObject({ status: 1, exported: {} });
  });
});
