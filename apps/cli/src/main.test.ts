import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const bin = fileURLToPath(new URL('../bin/tinqs-ci.mjs', import.meta.url));
const NOBODY = 'http://127.0.0.1:9';
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tinqs-ci-main-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The command in a process of its own, in a folder with this `.env`, and with nothing of this machine's environment. */
function run(args: readonly string[], dotenv: string, environment: NodeJS.ProcessEnv = {}) {
  writeFileSync(join(folder, '.env'), dotenv);
  const { PATH, HOME } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { cwd: folder, env: { PATH, HOME, ...environment }, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('tinqs-ci', () => {
  const variables = `GITEA_URL=${NOBODY}\nGITEA_TOKEN=tok\nWEBHOOK_SECRET=word\nALLOWED_REPOSITORIES='acme/*'\n`;

  it('takes what is in .env, where the environment says nothing', () => {
    const { status, stdout } = run(['doctor', '--only', 'gitea'], variables);

    expect(stdout).toContain('✖ GET /api/v1/version: no answer');
    expect(status).toBe(1);
    expect(run(['doctor', '--only', 'gitea'], variables, { GITEA_URL: 'no address' }).stdout).toContain('✖ GITEA_URL: expected an address');
  });

  it('finds the table that is named there', () => {
    expect(run(['pause', 'go'], 'AWS_REGION=eu-north-1\nDDB_TABLE=runs-2\n', { AWS_ENDPOINT_URL: NOBODY, AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' }).stderr).toMatch(/^reading AWS eu-north-1 runs-2\ntinqs-ci: AWS eu-north-1 runs-2 does not answer/);
  });

  it('says on wrong usage where the commands are listed, exit 2', () => {
    const { status, stderr } = run(['docter'], '');

    expect(stderr).toContain('tinqs-ci --help lists the commands');
    expect(status).toBe(2);
  });
});
