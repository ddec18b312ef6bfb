import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classFor } from './class-match.js';
import type { Job } from './job.js';
import { LIMITS } from './limits.js';
import { matchSupply } from './matching.js';
import { GRANTS_PER_PASS, nextPlan, plan } from './plan.js';
import { REASON_CODES } from './reason.js';
import { RUNNER_STATES, type Runner } from './runner.js';
import { job, NOW, runner, runnerClass, VERSIONS, world } from './samples.contract.js';
import { supplyOf } from './supply.js';
import { minutes, seconds } from './time.js';
import type { World } from './world.js';

const ago = (most: number) => fc.integer({ min: 0, max: most }).map((age) => NOW - age);
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });

const jobs: fc.Arbitrary<readonly Job[]> = fc.uniqueArray(fc.integer({ min: 1, max: 30 }), { maxLength: 14 }).chain((ids) =>
  fc.tuple(
    ...ids.map((id) =>
      fc
        .record({
          labels: fc.oneof({ weight: 6, arbitrary: fc.constantFrom(['go'], ['node'], ['go', 'gpu']) }, { weight: 1, arbitrary: fc.constantFrom([], ['windows'], [''], ['${{ x }}']) }),
          status: fc.oneof({ weight: 4, arbitrary: fc.constant('queued' as const) }, { weight: 1, arbitrary: fc.constantFrom('blocked' as const, 'running' as const, 'done' as const) }),
          queuedAt: ago(minutes(10)),
          confirmedAt: fc.oneof({ weight: 4, arbitrary: ago(seconds(90)) }, { weight: 1, arbitrary: ago(minutes(20)) }),
          announced: fc.boolean(),
          caller: fc.constantFrom(null, false, true),
          failures: fc.integer({ min: 0, max: 3 }),
          idleOuts: fc.integer({ min: 0, max: 3 }),
          notBefore: maybe(fc.integer({ min: NOW - 1_000, max: NOW + 1_000 })),
        })
        .map((change) => job(String(id), change)),
    ),
  ),
);

const runners: fc.Arbitrary<readonly Runner[]> = fc.array(
  fc.record({ labels: fc.constantFrom(['go'], ['node'], ['go', 'gpu']), state: fc.constantFrom(...RUNNER_STATES), online: ago(minutes(7)), launched: ago(minutes(7)), registered: ago(minutes(2)), ran: fc.constantFrom(null, null, '1'), disabled: fc.boolean(), registrationGone: fc.boolean() }),
  { maxLength: 8 },
).map((all) => all.map(({ online, launched, registered, labels, ...change }, index) => runner(`r${index}`, { ...change, labels, classId: labels.at(-1)!, runnerId: index, stages: { online, launched, registered } })));

const worlds: fc.Arbitrary<World> = fc
  .record({
    jobs,
    runners,
    grants: fc.array(fc.record({ classId: fc.constantFrom('go', 'node', 'gone'), grantedAt: ago(minutes(2)) }), { maxLength: 4 }),
    server: fc.constantFrom(...Object.values(VERSIONS)),
    cap: fc.record({ all: fc.integer({ min: 0, max: 14 }), byClass: fc.constant({}), byScope: fc.constant({}) }),
    gitea: fc.oneof({ weight: 4, arbitrary: ago(minutes(3)) }, { weight: 1, arbitrary: ago(minutes(9)) }),
    ec2: fc.oneof({ weight: 4, arbitrary: ago(minutes(3)) }, { weight: 1, arbitrary: ago(minutes(9)) }),
    paused: fc.oneof({ weight: 6, arbitrary: fc.constant(false as const) }, { weight: 1, arbitrary: fc.constantFrom<(true | readonly string[])[]>(true, ['go']) }),
    spentToday: fc.constantFrom(0, 0, 0, 9),
  })
  .map(({ grants, gitea, ec2, spentToday, ...rest }) =>
    world({ ...rest, classes: [runnerClass('go'), runnerClass('node', { isDefault: true }), runnerClass('gpu', { labels: ['go', 'gpu'] })], lastAnswer: { gitea, ec2 }, budget: { spentToday, perDay: 5 }, plan: { epoch: 7, grants: grants.map((grant, index) => ({ ...grant, name: `g${index}`, jobId: '1' })) } }),
  );

const grantsOf = (seen: World) => plan(seen, NOW).filter((action) => action.kind === 'grant');

/** Jobs that may have a machine, by the rules P2 to P4 said in other words. */
function demandOf({ jobs: all, classes, server, paused }: World): readonly Job[] {
  return all.filter((each) => {
    if (each.status !== 'queued' || each.caller === true || each.labels.some((label) => label === '' || label.includes('${{'))) return false;
    const wanted = classFor(each.labels, classes);
    if (wanted === undefined || (Array.isArray(paused) && paused.includes(wanted.id))) return false;
    if (!server.jobsApi) return each.idleOuts < 2;
    return NOW - each.confirmedAt <= LIMITS.confirmed && !(server.newIdPerAttempt && !each.announced && each.caller === null);
  });
}

describe('the plan of any world', () => {
  const always = (claim: (seen: World) => void) => fc.assert(fc.property(worlds, claim), { numRuns: 400 });

  it('says one thing of every open job, and nothing of others', () => {
    always((seen) => {
      const actions = plan(seen, NOW);

      expect(actions.map((action) => action.jobId).sort()).toEqual(seen.jobs.filter((each) => each.status === 'queued' || each.status === 'blocked').map((each) => each.id).sort());
      for (const action of actions) expect(REASON_CODES).toContain(action.reason.code);
    });
  });

  it('does not depend on the order of its input', () => {
    always((seen) => {
      const turned = { ...seen, jobs: [...seen.jobs].reverse(), runners: [...seen.runners].reverse(), plan: { ...seen.plan, grants: [...seen.plan.grants].reverse() } };

      expect(plan(turned, NOW)).toEqual(plan(seen, NOW));
    });
  });

  it('leaves its input as it was', () => {
    always((seen) => {
      const before = structuredClone(seen);
      plan(seen, NOW);

      expect(seen).toEqual(before);
    });
  });

  it('grants nothing more once its grants are applied', () => {
    always((seen) => {
      const granted = grantsOf(seen);
      const held = { ...seen.cap, all: seen.cap.all + granted.length };
      if (granted.length === GRANTS_PER_PASS) return;

      expect(grantsOf({ ...seen, cap: held, plan: nextPlan(seen, granted, NOW) })).toEqual([]);
    });
  });

  it('I2 grants nothing while supply covers the confirmed demand, and never more than is missing', () => {
    always((seen) => {
      const demand = demandOf(seen);
      const covered = matchSupply(demand.map(({ id, labels, queuedAt }) => ({ id, labels, since: queuedAt })), supplyOf(seen, NOW)).size;

      expect(grantsOf(seen).length).toBeLessThanOrEqual(demand.length - covered);
    });
  });

  it('P1 grants nothing while Gitea or EC2 is silent or launches are paused', () => {
    always((seen) => {
      for (const change of [{ paused: true }, { lastAnswer: { gitea: NOW - minutes(3) - 1, ec2: NOW } }, { lastAnswer: { gitea: NOW, ec2: NOW - minutes(3) - 1 } }] as const) expect(grantsOf({ ...seen, ...change })).toEqual([]);
    });
  });

  it('P10 never grants beyond the caps', () => {
    always((seen) => {
      expect(grantsOf(seen).length).toBeLessThanOrEqual(Math.max(0, seen.capLimits.all - seen.cap.all));
    });
  });

  it('names each runner once, under the next epoch', () => {
    always((seen) => {
      const names = grantsOf(seen).map((grant) => grant.name);

      expect(new Set(names).size).toBe(names.length);
      for (const name of names) expect(name).toMatch(/\.8\.\d$/);
    });
  });
});
