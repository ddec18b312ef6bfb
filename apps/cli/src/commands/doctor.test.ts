import { META, type RunnerClass } from '@tinqs/fleet';
import { createMemoryRunStore } from '@tinqs/run-store/testing';
import { describe, expect, it } from 'vitest';
import { CommandFailure } from '../failure.js';
import { doctor, type DoctorOptions, type DoctorTools } from './doctor.js';

const NOW = Date.parse('2030-01-01T12:00:00Z');
const gitea = { GITEA_URL: 'https://git.example', GITEA_TOKEN: 'planted-token', ALLOWED_REPOSITORIES: 'acme/*', WEBHOOK_SECRET: 'planted-secret' };
const ec2 = { RUNNER_AMI: 'ami-1', SUBNET: 'subnet-a', SECURITY_GROUP: 'sg-1' };
const classes = [{ id: 'go', labels: ['go'], instanceTypes: ['t3.small'], ami: null, market: 'spot', diskGiB: 20, instanceProfile: false }] as unknown as readonly RunnerClass[];

/** As much of a Gitea as is asked. */
const ANSWERS: { readonly [path: string]: unknown } = {
  '/api/v1/version': { version: '1.27.0' },
  '/api/v1/admin/hooks': [{ id: 1, active: true, events: ['workflow_job'], config: { url: 'https://ci.example/webhook', content_type: 'json' } }],
  '/api/v1/orgs/acme/hooks': [],
  '/api/v1/admin/actions/jobs': { jobs: [], total_count: 0 },
  '/api/v1/user': { id: 1, login: 'operator', is_admin: true },
  '/api/v1/token': { scopes: ['all'] },
};

async function run(options: DoctorOptions = {}, change: Partial<DoctorTools> = {}) {
  const tools: DoctorTools = {
    environment: { ...gitea, ...ec2 },
    fetch: async (url) => {
      const found = ANSWERS[new URL(url).pathname];
      return { status: found === undefined ? 404 : 200, headers: { get: (name) => (name === 'date' ? 'Tue, 01 Jan 2030 12:00:01 GMT' : null) }, text: async () => (found === undefined ? '404 page not found\n' : JSON.stringify(found)) };
    },
    readParameter: async () => 'planted-token',
    launcher: {
      describeImage: async (imageId) => ({ imageId, rootDeviceName: '/dev/xvda', architecture: 'x86_64', available: true }),
      describeSubnets: async (subnets) => subnets.map((subnet) => ({ subnet, availabilityZone: 'eu-west-1a', freeAddresses: 250, givesPublicAddresses: true })),
      rehearse: async ({ pools }) => pools.map((pool) => ({ pool, refusal: null })),
    },
    classes: () => classes,
    target: () => ({ store: createMemoryRunStore({ now: () => NOW }), dashboard: null }),
    now: () => NOW,
    ...change,
  };
  const said: string[] = [];
  const exit = await doctor(options, tools, { print: (text) => said.push(text), printNote: () => undefined });
  return { exit, text: said.join('\n') };
}

const json = async (...args: Parameters<typeof run>) => {
  const { exit, text } = await run({ json: true, ...args[0] }, args[1]);
  const { tier, checks } = JSON.parse(text) as { tier: string | null; checks: { id: string; status: string; text: string }[] };
  return { exit, tier, checks, ids: checks.map(({ id, status }) => `${id} ${status}`) };
};

describe('doctor', () => {
  it('prints one line a check, what mends what is wrong, and the totals', async () => {
    const { exit, text } = await run();

    expect(text.split('\n')).toEqual([
      '✔ Gitea 1.27.0, tier full',
      '✔ its clock and this one differ by 1 s',
      '✔ the token is of operator, an administrator, with all',
      '✔ hook 1 of the whole Gitea sends workflow_job to https://ci.example/webhook',
      '! tinqs/ci cannot be read without a login: jobs that use tinqs/ci/checkout@v1 fail',
      '    fix: make it a public repository of this Gitea, with [actions] DEFAULT_ACTIONS_URL = self: tools/publish-actions/README.md',
      '! table memory does not let old items expire: it grows',
      '    fix: let the stack set it again: npx nx run dispatcher:deploy',
      '– the sweep has never run',
      '    fix: npx nx run monitor:deploy',
      '✔ AMI ami-1, x86_64',
      '✔ subnet subnet-a in eu-west-1a has 250 free addresses',
      '✔ class go would launch where there is capacity; pools asked: 1',
      '',
      '7 ok, 2 warnings, 0 failed, 1 not yet',
    ]);
    expect(exit).toBe(0);
  });

  it('says everything that is wrong with the configuration, and what could not be asked for it, exit 1', async () => {
    const { exit, tier, ids } = await json({}, { environment: { ...gitea, GITEA_URL: '' } });

    expect(ids).toEqual(['configuration failed', 'configuration failed', 'configuration failed', 'configuration failed', 'gitea not-yet', 'table not-yet', 'ec2 not-yet']);
    expect([exit, tier]).toEqual([1, null]);
  });

  it.each([
    ['gitea', { ...gitea }, ['gitea', 'clock', 'token', 'hook', 'actions']],
    ['aws', { ...gitea, ...ec2 }, ['table', 'sweep', 'ami', 'subnet', 'launch']],
  ])('asks of %s alone what is of it', async (only, environment, expected) => {
    expect((await json({ only }, { environment })).checks.map(({ id }) => id)).toEqual(expected);
  });

  it('does not ask EC2 where machines are of another kind', async () => {
    expect((await json({}, { environment: { ...gitea, LAUNCHER: 'sandbox' } })).ids).not.toContain('ami ok');
  });

  it.each([
    ['a sweep that runs', { at: NOW - 30_000 }, 'sweep ok'],
    ['a sweep that has stopped', { at: NOW - 181_000 }, 'sweep failed'],
  ])('tells %s', async (_what, mark, expected) => {
    const store = createMemoryRunStore({ now: () => NOW });
    await store.writeMeta(META.sweep, mark);
    await store.writeMeta(META.pause, true);

    expect((await json({}, { target: () => ({ store, dashboard: null }) })).ids).toEqual(expect.arrayContaining([expected, 'pause warning']));
  });

  it.each([
    ['nothing says where the table is', () => { throw new CommandFailure(4, 'nothing to read'); }, 'table not-yet'],
    ['it is not there', () => ({ ...createMemoryRunStore(), describe: () => Promise.reject(Object.assign(new Error('gone'), { name: 'TableMissingError' })) }), 'table not-yet'],
    ['it belongs to another program', () => ({ ...createMemoryRunStore(), describe: () => Promise.reject(Object.assign(new Error('keys'), { name: 'TableShapeError' })) }), 'table failed'],
  ])('says when %s', async (_what, store, expected) => {
    expect((await json({}, { target: () => ({ store: store(), dashboard: null }) })).ids).toContain(expected);
  });

  it('wants no expiry of the embedded table', async () => {
    expect((await json({}, { target: () => ({ store: createMemoryRunStore(), dashboard: 'http://127.0.0.1:4680' }) })).ids).toContain('table ok');
  });

  it('tells of classes that cannot be read, and asks the rest', async () => {
    const { exit, checks, ids } = await json({}, { classes: () => { throw new CommandFailure(2, 'runners.yml:3: go: unknown key "x"'); } });

    expect(exit).toBe(1);
    expect(checks.find(({ id }) => id === 'classes')).toMatchObject({ status: 'failed', text: 'runners.yml:3: go: unknown key "x"' });
    expect(ids).toEqual(expect.arrayContaining(['gitea ok', 'table warning', 'ec2 not-yet']));
  });

  it('tells of a token that cannot be read, and asks the rest', async () => {
    const { exit, checks } = await json({}, { environment: { ...gitea, ...ec2, GITEA_TOKEN: 'ssm:/none' }, readParameter: () => Promise.reject(new Error('ParameterNotFound')) });

    expect(exit).toBe(1);
    expect(checks[0]).toMatchObject({ id: 'token', status: 'failed', text: 'could not read the parameter /none: ParameterNotFound' });
    expect(checks.at(-1)).toMatchObject({ id: 'launch', status: 'ok' });
  });

  it.each([
    ['an address with a password in it', { GITEA_URL: 'https://robin:planted-word@git.example' }, 'gitea', /expected no user name and password in it/],
    ['a token with a line break in it', { GITEA_TOKEN: 'planted-\ntoken' }, 'token', /a space, or a line break/],
  ])('tells of %s, without repeating it', async (_what, change, id, text) => {
    const { exit, checks } = await json({}, { environment: { ...gitea, ...ec2, ...change } });

    expect(exit).toBe(1);
    expect(checks[0]).toMatchObject({ id, status: 'failed', text: expect.stringMatching(text) as string });
    expect(JSON.stringify(checks)).not.toMatch(/planted/);
  });

  it('prints no secret', async () => {
    const texts = await Promise.all([run(), run({ json: true }), run({}, { fetch: async () => { throw new Error('connect failed with planted-token'); } })]);

    expect(texts.map(({ text }) => text).join()).not.toMatch(/planted/);
  });

  it('knows two parts, exit 2', async () => {
    await expect(run({ only: 'hook' })).rejects.toMatchObject({ exitCode: 2, message: '--only: expected gitea or aws' });
  });
});
