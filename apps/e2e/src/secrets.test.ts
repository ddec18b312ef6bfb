import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { createSimulatedWorld, DEMO_TIMING, runInRealTime, scaleTiming, serveEc2, serveGitea, type SimulatedWorld } from '@tinqs/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanEnvironment, npmStart, startArguments, temporaryFolder, workspaceRoot, type NpmStart } from './support/npm-start.js';
import { secretsIn } from './support/secret-scan.js';

const PLANTED = { GITEA_TOKEN: 'planted-token-6d1f', WEBHOOK_SECRET: 'planted-secret-93ac', RUNNER_GIT_TOKEN: 'planted-git-token-07be', RUNNER_TOKEN: 'planted-registration-token-51' };
const SECOND = 1_000;

describe('the scanner', () => {
  it.each([
    ['as it is', 'x planted-token-6d1f y'],
    ['in hexadecimal', Buffer.from('planted-token-6d1f').toString('hex')],
    ...['', 'a', 'ab', 'abc'].map((before) => [`in base64 behind ${before.length} bytes`, Buffer.from(`${before}planted-token-6d1f and more`).toString('base64')]),
  ])('finds a secret %s', (_form, text) => {
    expect(secretsIn({ text: text! }, { secret: 'planted-token-6d1f' })).toHaveLength(1);
  });

  it('finds none where there is none', () => {
    expect(secretsIn({ text: 'planted-token' }, { secret: 'planted-token-6d1f' })).toEqual([]);
  });
});

describe('I8 what npm start writes, shows and says through good and bad days', () => {
  const folder = temporaryFolder();
  const texts: Record<string, string> = {};
  /** The credentials of the machines, each good for one job. */
  const credentials: Record<string, string> = {};
  let world: SimulatedWorld;
  let running: NpmStart;
  const ends: (() => Promise<unknown>)[] = [];
  let pushes = 0;

  const environment = (gitea: string, ec2: string) => ({ ...PLANTED, GITEA_URL: gitea, ALLOWED_REPOSITORIES: 'acme/*', LAUNCHER: 'simulator', SIMULATOR_URL: ec2, SWEEP_SECONDS: '2' });
  const push = (...jobs: readonly { readonly key: string; readonly label?: string; readonly conclusion?: 'failure' }[]) => {
    pushes += 1;
    world.do('push', { repository: 'acme/app', files: { 'stamp.txt': `${pushes}\n` }, workflows: [{ file: `ci-${pushes}.yml`, jobs: jobs.map(({ key, label = 'go', conclusion }) => ({ key, labels: [label], durationMs: 300, ...(conclusion === undefined ? {} : { conclusion }) })) }] });
  };
  const done = (name: string) => running.until(`${name} is done`, (line) => /^job-(done|failed)$/.test(line.event) && line.text.startsWith(`${name} `), 60 * SECOND);

  async function postWrongly(headers: Record<string, string>, body: string): Promise<void> {
    const answer = await fetch(running.webhook, { method: 'POST', headers: { 'content-type': 'application/json', 'x-gitea-event': 'push', ...headers }, body });
    texts[`answer ${Object.keys(texts).length}`] = await answer.text();
  }

  beforeAll(async () => {
    const now = Date.now;
    world = createSimulatedWorld({ seed: 8, startedAt: now(), gitea: '1.26', timing: scaleTiming(DEMO_TIMING, 10) });
    world.do('addToken', { token: PLANTED.GITEA_TOKEN, login: 'operator', scopes: ['all'], admin: true });
    world.do('createRepository', { fullName: 'acme/app', by: 'operator', private: true, files: { 'README.md': '# app\n' } });
    const gitea = await serveGitea({ world, now });
    const ec2 = await serveEc2({ world, now });
    const clock = runInRealTime({ world, now, root: gitea.url });
    ends.push(() => clock.stop(), () => gitea.close(), () => ec2.close());
    const noteCredentials = setInterval(() => world.gitea.registrations.forEach(({ name, token }) => (credentials[name] = token)), 5);
    ends.push(async () => clearInterval(noteCredentials));

    running = await npmStart({ store: folder.path, environment: environment(gitea.url, ec2.url) });
    world.do('setHooks', { hooks: [{ url: running.webhook, secret: PLANTED.WEBHOOK_SECRET, events: ['push', 'workflow_job'] }] });
    push({ key: 'good' }, { key: 'bad', conclusion: 'failure' }, { key: 'foreign', label: 'windows' });
    await done('good');
    await done('bad');
    await postWrongly({ 'x-gitea-signature': '00' }, '{}');
    await postWrongly({ authorization: PLANTED.WEBHOOK_SECRET, 'x-hub-signature-256': `sha256=${PLANTED.WEBHOOK_SECRET}` }, '{}');
    world.do('refuse', { code: 'UnauthorizedOperation', count: 1 });
    // Of a class of its own: a spare machine of another job would serve it without a launch.
    push({ key: 'refused', label: 'node' });
    await new Promise((resolve) => setTimeout(resolve, SECOND));
    world.do('misbehave', { outages: [{ of: 'gitea', from: world.now, to: world.now + 4 * SECOND }] });
    push({ key: 'after' });
    await done('after');

    // Killed in the middle, and started again.
    push({ key: 'killed' });
    await running.stop('SIGKILL');
    texts['lines before the kill'] = JSON.stringify(running.lines);
    texts['errors before the kill'] = running.stderr();
    running = await npmStart({ store: folder.path, environment: environment(gitea.url, ec2.url) });
    world.do('setHooks', { hooks: [{ url: running.webhook, secret: PLANTED.WEBHOOK_SECRET, events: ['push', 'workflow_job'] }] });
    await done('killed');

    for (const path of ['/', '/machines', '/deliveries', ...['1', '2', '3', '4', '5', '6'].map((id) => `/jobs/${id}`), ...Object.keys(credentials).map((name) => `/machines/${name}`)]) {
      for (const form of ['', '?format=json']) texts[`page ${path}${form}`] = await (await fetch(`${running.dashboard}${path}${form}`)).text();
    }
    for (const args of [['status', '--json'], ['jobs', '--json'], ['runners', '--json'], ['why', '1', '--json'], ['why', 'refused']]) {
      const { stdout, stderr } = spawnSync(process.execPath, [join(workspaceRoot, 'apps/cli/bin/tinqs-ci.mjs'), ...args], { cwd: folder.path, encoding: 'utf8', env: cleanEnvironment() });
      texts[`tinqs-ci ${args.join(' ')}`] = stdout + stderr;
    }
    const { store: { endpoint, table, region } } = JSON.parse(readFileSync(join(folder.path, 'local.json'), 'utf8')) as { store: { endpoint: string; table: string; region: string } };
    const client = new DynamoDBClient({ endpoint, region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } });
    texts['the table'] = JSON.stringify((await client.send(new ScanCommand({ TableName: table }))).Items);
    client.destroy();
    await running.stop();
    texts['lines'] = JSON.stringify(running.lines);
    texts['errors'] = running.stderr();
    texts['wrong configuration'] = spawnSync(process.execPath, [...startArguments(), '--store', join(folder.path, 'other')], { cwd: folder.path, encoding: 'utf8', env: cleanEnvironment({ ...environment(gitea.url, ec2.url), MAX_RUNNERS: 'many', ALLOWED_REPOSITORIES: '' }) }).stderr;
  }, 400 * SECOND);
  afterAll(async () => {
    for (const end of ends) await end();
    folder.remove();
  });

  it('has been through them', () => {
    expect(Object.keys(credentials).length).toBeGreaterThanOrEqual(5);
    expect(texts['the table']).toContain('acme/app');
    expect(texts['tinqs-ci why refused']).toContain('UnauthorizedOperation');
    expect(texts['lines before the kill']! + texts['errors before the kill']!).toMatch(/could not|failed/);
    expect(texts['wrong configuration']).toContain('MAX_RUNNERS');
    expect(Object.keys(texts).length).toBeGreaterThan(35);
  });

  it('holds no token, no secret and no credential of a machine, in any form', () => {
    expect(secretsIn(texts, { ...PLANTED, ...credentials })).toEqual([]);
  });
});
