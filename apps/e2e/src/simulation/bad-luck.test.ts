import { describe, expect, it } from 'vitest';
import { reconcileInstance, type FleetPorts, type GiteaPort, type Scope } from '@tinqs/fleet';
import { createStand, GO, MINUTE, SECOND, type Stand } from './stand.js';

const job = (key: string, durationMs = 5 * SECOND) => ({ key, labels: ['go'], durationMs });
const refusing = (kind: string) => Object.assign(new Error(`GET /api/v1/x: ${kind}`), { name: 'GiteaError', kind });

/** Gitea as its port, refusing everything while the switch is on; each call it is asked is counted. */
function refusal(kind: string) {
  const state = { on: false, asked: 0 };
  const wrap = (ports: FleetPorts): FleetPorts => ({
    ...ports,
    gitea: Object.fromEntries(
      Object.entries(ports.gitea).map(([name, method]) => [
        name,
        async (...args: readonly unknown[]) => {
          if (!state.on) return (method as (...args: readonly unknown[]) => unknown)(...args);
          state.asked += 1;
          throw refusing(kind);
        },
      ]),
    ) as unknown as GiteaPort,
  });
  return { state, wrap };
}

const parts = (stand: Stand, last: number) => stand.reports.slice(-last).map((report) => report.failed.map((failed) => failed.part));

describe('Gitea that refuses the token', () => {
  it.each([
    ['unauthorized', 1],
    ['rate-limited', 1],
    ['forbidden', 3],
  ])('(%s) is asked at most %i times in a pass, is one trouble, and ends nobody', async (kind, most) => {
    const { state, wrap } = refusal(kind);
    const stand = createStand({ wrap });
    for (const name of ['b', 'c', 'd']) stand.world.do('createRepository', { fullName: `acme/${name}`, files: { a: 'b' } });
    stand.push([job('long', 50 * MINUTE)]);
    for (const name of ['b', 'c', 'd']) stand.push([job(name, 50 * MINUTE)], `acme/${name}`);
    await stand.pass(3 * MINUTE);
    expect(stand.alive()).toBe(4);
    state.on = true;
    const passes = stand.reports.length;
    await stand.pass(20 * MINUTE);

    expect(stand.alive()).toBe(4);
    expect(parts(stand, 15).flat()).toEqual(Array.from({ length: 15 }, () => `gitea ${kind}`));
    expect(state.asked / (stand.reports.length - passes)).toBeLessThanOrEqual(most);
    state.on = false;
    await stand.pass(60 * MINUTE);
    expect(stand.world.ledger.served.map((served) => served.conclusion)).toEqual(['success', 'success', 'success', 'success']);
    expect(stand.alive()).toBe(0);
  });

  it('still lets death clocks run', async () => {
    const { state, wrap } = refusal('unauthorized');
    const stand = createStand({ wrap });
    stand.world.do('breakMachines', { fault: { kind: 'job-hangs' } });
    stand.world.do('breakMachines', { fault: { kind: 'ignores-poweroff' } });
    stand.push([job('build')]);
    await stand.pass(3 * MINUTE);
    state.on = true;
    await stand.pass(100 * MINUTE);

    expect(stand.alive()).toBe(0);
  });

  it('is asked at once, when it takes the token again, for the registrations that were left meanwhile', async () => {
    const { state, wrap } = refusal('unauthorized');
    const stand = createStand({ wrap });
    stand.push(['a', 'b', 'c'].map((key) => job(key, 20 * MINUTE)));
    await stand.pass(3 * MINUTE);
    state.on = true;
    for (const { instanceId } of stand.world.ledger.machines) stand.world.do('interrupt', { instanceId, noticeMs: null });
    stand.world.do('misbehave', { silentEnds: 1 });
    await stand.pass(8 * MINUTE);
    expect(new Set(parts(stand, 7).flat())).toEqual(new Set(['gitea unauthorized']));
    const left = stand.world.gitea.registrations.size;
    state.on = false;
    await stand.pass(2 * MINUTE);

    expect([left, [...stand.world.gitea.registrations.keys()].filter((id) => id <= 3)]).toEqual([3, []]);
  });

  it('is not what one closed repository looks like: the others are served', async () => {
    const stand = createStand({ wrap: (ports) => ({ ...ports, gitea: { ...ports.gitea, listRunners: async (scope) => (scope.kind === 'repository' && scope.id === 1 ? Promise.reject(refusing('forbidden')) : ports.gitea.listRunners(scope)) } }) });
    stand.world.do('createRepository', { fullName: 'acme/open', files: { a: 'b' } });
    stand.push([job('closed')]);
    stand.push([job('open')], 'acme/open');
    await stand.pass(10 * MINUTE);

    expect(stand.world.ledger.served.map((served) => served.name).sort()).toEqual(['closed', 'open']);
    expect(stand.world.gitea.registrations.size).toBe(0);
  });

  it('is another trouble than a closed repository, and is told of beside one', async () => {
    const token = refusal('unauthorized');
    const closed = async () => Promise.reject(refusing('forbidden'));
    const stand = createStand({ wrap: (ports) => token.wrap({ ...ports, gitea: { ...ports.gitea, listRunners: closed } }) });
    stand.push([job('long', 50 * MINUTE)]);
    await stand.pass(5 * MINUTE);
    token.state.on = true;
    await stand.pass(2 * MINUTE);

    expect(parts(stand, 3)).toEqual([['gitea forbidden'], ['gitea unauthorized'], ['gitea unauthorized']]);
  });

  it('is not what many closed repositories look like: behind them machines end, and registrations go', async () => {
    const isClosed = (scope: Scope) => scope.kind === 'repository' && scope.id <= 3;
    const stand = createStand({ wrap: (ports) => ({ ...ports, gitea: { ...ports.gitea, listRunners: async (scope) => (isClosed(scope) ? Promise.reject(refusing('forbidden')) : ports.gitea.listRunners(scope)) } }) });
    for (const name of ['b', 'c', 'open']) stand.world.do('createRepository', { fullName: `acme/${name}`, files: { a: 'b' } });
    for (const name of ['app', 'b', 'c']) stand.push([job(name, 50 * MINUTE)], `acme/${name}`);
    const run = stand.push([job('cancelled')], 'acme/open');
    await stand.pass(5 * SECOND);
    stand.world.do('cancelRun', { run });
    await stand.pass(15 * MINUTE);

    expect([...stand.world.gitea.registrations.values()].filter((row) => row.repositoryId === 4)).toEqual([]);
    expect((await stand.store.loadScope('repo-4')).runners).toEqual([]);
  });
});

describe('a repository', () => {
  it('that is deleted leaves no job, no machine and no place', async () => {
    const stand = createStand();
    stand.push([job('build', 30 * MINUTE), { key: 'queued', labels: ['go'] }, { key: 'foreign', labels: ['other'] }]);
    await stand.pass(2 * MINUTE);
    stand.world.do('deleteRepository', { repository: 'acme/app' });
    await stand.pass(45 * MINUTE);

    const { jobs, runners } = await stand.store.loadScope('repo-1');
    expect([jobs, runners, await stand.store.listCapHolders(), stand.alive()]).toEqual([[], [], [], 0]);
  });

  it.each([
    ['renamed', 'acme/renamed'],
    ['moved to another owner', 'other/app'],
  ])('that is %s goes on being served, since it is known by its id', async (_what, to) => {
    const stand = createStand();
    stand.push([job('before')]);
    await stand.pass(10 * SECOND);
    stand.world.do('renameRepository', { repository: 'acme/app', to });
    stand.push([job('after')], to);
    await stand.pass(10 * MINUTE);

    expect(stand.world.ledger.served.map((served) => served.name)).toEqual(['before', 'after']);
    expect(stand.alive()).toBe(0);
  });
});

describe('what EC2 refuses', () => {
  it.each([
    ['InsufficientInstanceCapacity', 'NO_CAPACITY', /add types/],
    ['MaxSpotInstanceCountExceeded', 'SPOT_QUOTA', /Service Quotas.*Spot/],
    ['VcpuLimitExceeded', 'ON_DEMAND_QUOTA', /Service Quotas.*On-Demand/],
    ['InsufficientFreeAddressesInSubnet', 'SUBNET_FULL', /larger subnet/],
    ['InvalidAMIID.NotFound', 'LAUNCH_REFUSED', /^as for EC2's InvalidAMIID\.NotFound$/],
    ['UnauthorizedOperation', 'LAUNCH_REFUSED', /^as for EC2's UnauthorizedOperation$/],
    ['RequestLimitExceeded', 'LAUNCH_PUT_OFF', /^as for EC2's RequestLimitExceeded$/],
  ])('with %s is %s, with its remedy, and over once EC2 launches again', async (code, reason, remedy) => {
    const stand = createStand({ settings: { classes: [{ ...GO, market: code === 'VcpuLimitExceeded' ? 'on-demand' : 'spot' }] } });
    stand.world.do('refuse', { code, forMs: 5 * MINUTE });
    stand.push([job('build')]);
    await stand.pass(3 * MINUTE);
    const [waiting] = (await stand.store.loadScope('repo-1')).jobs;
    expect(waiting!.reasons.map((each) => each.code)).toContain(reason);
    expect(waiting!.reasons.find((each) => each.code === reason)!.remedy).toMatch(remedy);
    if (reason.startsWith('LAUNCH_')) expect(waiting!.reasons.find((each) => each.code === reason)!.sentence).toContain(code);
    await stand.pass(40 * MINUTE);

    expect(stand.world.ledger.served.map((served) => served.conclusion)).toEqual(['success']);
    expect(stand.world.gitea.registrations.size).toBe(0);
  });
});

describe('a pool without capacity', () => {
  it.each(['refused', 'unknown'] as const)('is remembered also where the launch ends otherwise in the next pool: %s', async (kind) => {
    const pool = { instanceType: 't3.small', subnet: 'subnet-a', market: 'spot' } as const;
    const tried = [{ pool, code: 'InsufficientInstanceCapacity', cause: 'capacity' }] as const;
    const end = kind === 'refused' ? ({ kind, code: 'VolumeLimitExceeded', sentence: 'no disk', remedy: 'delete disks', permanent: false, tried } as const) : ({ kind, pool, sentence: 'no answer', tried } as const);
    const stand = createStand({ wrap: (ports) => ({ ...ports, launcher: { ...ports.launcher, launch: async () => end } }) });
    stand.push([job('build')]);
    await stand.pass(5 * SECOND);

    expect(await stand.store.listRests()).toMatchObject([{ pool, cause: 'capacity' }]);
  });
});

describe('a place under the cap', () => {
  it('that became free is seen by the plan that it causes, however lately the cap was found full', async () => {
    const stand = createStand({ settings: { maxRunners: 1 } });
    stand.push([job('first', 10 * MINUTE), job('second')]);
    await stand.pass(MINUTE);
    const [holder] = stand.world.ledger.machines;
    expect((await stand.controller.serve(stand.scope)).held.map(({ code }) => code)).toEqual(['CAP_ALL']);
    stand.world.do('terminate', { instanceId: holder!.instanceId, force: true });
    stand.world.settle(stand.world.now + 4 * SECOND);
    await reconcileInstance(stand.ports, stand.settings, holder!.instanceId);

    expect((await stand.controller.serve(stand.scope)).launched).toHaveLength(1);
  });
});
