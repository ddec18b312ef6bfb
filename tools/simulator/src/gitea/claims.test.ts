import { describe, expect, it } from 'vitest';
import { createStand } from '../fidelity/stand.js';
import { createSimulatedWorld } from '../world/world.js';
import type { GiteaVersion } from './gitea-version.js';

const MINUTE = 60_000;

/** Nine jobs, then nine machines whose daemons all ask within the same moment. */
function race(gitea: GiteaVersion, restartsDaemon: boolean): { readonly world: ReturnType<typeof createSimulatedWorld>; readonly takenWithin: (ms: number) => number } {
  const start = Date.parse('2030-01-01T00:00:00Z');
  const world = createSimulatedWorld({ seed: 5, startedAt: start, gitea, restartsDaemon, timing: { boot: [20_000, 20_000], fetch: [100, 300] } });
  const repository = world.do('createRepository', { fullName: 'acme/app', files: { a: 'a' } }).id;
  world.do('dispatch', { repository, workflow: { file: 'm.yml', jobs: Array.from({ length: 9 }, (_, index) => ({ key: `j${index}`, labels: ['go'], durationMs: 5 * MINUTE })) } });
  for (let count = 0; count < 9; count += 1) {
    const { id } = world.do('register', { name: `r${count}`, labels: ['go'], ephemeral: true, repositoryId: repository, owner: null });
    world.do('launch', { clientToken: `t${count}`, name: `r${count}`, classId: 'go', pool: { instanceType: 't3.small', subnet: 's', market: 'spot' }, amiId: 'a', limits: { bootSeconds: 300, idleSeconds: 300, jobMinutes: 60 }, tags: {}, runnerId: id });
  }
  return {
    world,
    takenWithin: (ms) => {
      world.advanceTo(start + ms);
      return world.ledger.served.length;
    },
  };
}

describe('the race for a job', () => {
  it('is lost for good up to 1.26 by a daemon that is not restarted', () => {
    const { takenWithin } = race('1.26', false);

    expect(takenWithin(22_000)).toBe(1);
    expect(takenWithin(3 * MINUTE)).toBe(1);
  });

  it('is cured there by restarting idle daemons', () => {
    expect(race('1.26', true).takenWithin(2 * MINUTE)).toBe(9);
  });

  it('wakes all stalled daemons when any job of the scope becomes ready, foreign labels included', () => {
    const { world, takenWithin } = race('1.25', false);
    const before = takenWithin(MINUTE);

    world.do('dispatch', { repository: 1, workflow: { file: 'other.yml', jobs: [{ key: 'x', labels: ['nobody-has-this'] }] } });

    expect(takenWithin(2 * MINUTE)).toBeGreaterThan(before);
  });

  it('has no losers on 1.27', () => {
    expect(race('1.27', false).takenWithin(22_000)).toBe(9);
  });
});

describe('a FetchTask whose machine is gone', () => {
  const cases: readonly [GiteaVersion, string, string][] = [
    ['1.25', 'hangs until the zombie sweep', 'running'],
    ['1.27', 'gives its job back', 'queued'],
  ];

  it.each(cases)('on %s %s', (version, _what, state) => {
    // Of many tries, since only about seven in ten are lost.
    const ends = Array.from({ length: 20 }, (_, seed) => {
      const start = Date.parse('2030-01-01T00:00:00Z');
      const world = createSimulatedWorld({ seed, startedAt: start, gitea: version, timing: { boot: [20_000, 20_000], fetch: [2_000, 2_000] } });
      const repository = world.do('createRepository', { fullName: 'acme/app', files: { a: 'a' } }).id;
      world.do('dispatch', { repository, workflow: { file: 'm.yml', jobs: [{ key: 'j', labels: ['go'] }] } });
      const { id } = world.do('register', { name: 'r', labels: ['go'], ephemeral: true, repositoryId: repository, owner: null });
      const answer = world.do('launch', { clientToken: 't', name: 'r', classId: 'go', pool: { instanceType: 't3.small', subnet: 's', market: 'spot' }, amiId: 'a', limits: { bootSeconds: 300, idleSeconds: 300, jobMinutes: 60 }, tags: {}, runnerId: id });
      world.advanceTo(start + 21_000);
      world.do('terminate', { instanceId: answer.kind === 'launched' ? answer.instanceId : '', force: true });
      world.advanceTo(start + 40_000);
      return world.jobs()[0]!.state;
    });

    expect(ends).toContain(state);
    expect(new Set(ends).has('running')).toBe(version === '1.25');
  });
});

describe('a pick-up', () => {
  it('is of the oldest ready job whose labels the runner has, whoever the machine was launched for', () => {
    const stand = createStand('1.26');
    stand.dispatch({ file: 'a.yml', jobs: [{ key: 'foreign', labels: ['gpu'] }, { key: 'older', labels: ['go'] }] });
    stand.pass(1_000);
    stand.dispatch({ file: 'b.yml', jobs: [{ key: 'newer', labels: ['go'] }] });

    stand.machine();
    stand.pass(MINUTE);

    expect(stand.world.ledger.served.map(({ name }) => name)).toEqual(['older']);
  });

  it('does not happen for a disabled runner, nor behind a row that cannot be given out', () => {
    const stand = createStand('1.26');
    stand.dispatch([{ key: 'stuck', labels: ['go'], unobtainable: true }, { key: 'behind', labels: ['go'] }]);
    stand.machine();
    stand.pass(2 * MINUTE);
    expect(stand.world.ledger.served).toEqual([]);

    const other = createStand('1.26');
    const { runnerId } = other.machine();
    other.world.do('disableRunner', { runnerId, disabled: true });
    other.dispatch([{ key: 'build', labels: ['go'] }]);
    other.pass(2 * MINUTE);
    expect(other.world.ledger.served).toEqual([]);
  });

  it('in flight at the idle limit is waited for: its job is served', () => {
    const start = Date.parse('2030-01-01T00:00:00Z');
    const world = createSimulatedWorld({ seed: 1, startedAt: start, gitea: '1.26', timing: { boot: [20_000, 20_000], poll: [0, 0], fetch: [5_000, 5_000] } });
    const repository = world.do('createRepository', { fullName: 'acme/app', files: { a: 'a' } }).id;
    const { id } = world.do('register', { name: 'r', labels: ['go'], ephemeral: true, repositoryId: repository, owner: null });
    world.do('launch', { clientToken: 't', name: 'r', classId: 'go', pool: { instanceType: 't3.small', subnet: 's', market: 'spot' }, amiId: 'a', limits: { bootSeconds: 300, idleSeconds: 300, jobMinutes: 60 }, tags: {}, runnerId: id });
    world.advanceTo(start + 318_000);

    world.do('dispatch', { repository, workflow: { file: 'm.yml', jobs: [{ key: 'j', labels: ['go'], durationMs: 1_000 }] } });
    world.advanceTo(start + 330_000);

    expect(world.jobs()[0]).toMatchObject({ conclusion: 'success', runnerId: id });
  });

  it('hangs its job until the zombie sweep if the registration is deleted in the same moment', () => {
    const start = Date.parse('2030-01-01T00:00:00Z');
    const world = createSimulatedWorld({ seed: 1, startedAt: start, gitea: '1.27', timing: { boot: [20_000, 20_000], fetch: [40, 40] } });
    const repository = world.do('createRepository', { fullName: 'acme/app', files: { a: 'a' } }).id;
    world.do('dispatch', { repository, workflow: { file: 'm.yml', jobs: [{ key: 'j', labels: ['go'], durationMs: 1_000 }] } });
    const { id } = world.do('register', { name: 'r', labels: ['go'], ephemeral: true, repositoryId: repository, owner: null });
    world.do('launch', { clientToken: 't', name: 'r', classId: 'go', pool: { instanceType: 't3.small', subnet: 's', market: 'spot' }, amiId: 'a', limits: { bootSeconds: 300, idleSeconds: 300, jobMinutes: 60 }, tags: {}, runnerId: id });
    world.advanceTo(start + 20_070);

    expect(world.do('unregister', { runnerId: id })).toBe('deleted');
    world.advanceTo(start + 5 * MINUTE);
    expect(world.jobs()[0]).toMatchObject({ state: 'running', runnerId: id });

    world.advanceTo(start + 16 * MINUTE);
    expect(world.jobs()[0]).toMatchObject({ state: 'done', conclusion: 'failure' });
  });
});
