import { describe, expect, it } from 'vitest';
import { adoptedRunner, launchedAt, revivedRunner } from './adoption.js';
import { consumptions } from './consumption.js';
import { advance } from './runner-lifecycle.js';
import { isUnconsumed, lifeOf, endsByOf, RUNNER_STATES } from './runner.js';
import { runnerName, runnerNameTail } from './runner-name.js';
import { GO, instance, job, NOW, runner, SCOPE } from './samples.contract.js';
import { scopeFromKey, scopeKey, scopeOf } from './scope.js';
import { minutes } from './time.js';

describe('a runner', () => {
  it('moves forward only, whatever pair of states', () => {
    for (const [at, from] of RUNNER_STATES.entries()) {
      for (const [to, state] of RUNNER_STATES.entries()) {
        expect(advance(runner('a', { state: from }), { state, at: NOW })?.state).toBe(to > at ? state : undefined);
      }
    }
  });

  it('writes the clock of each stage once', () => {
    expect(advance(runner('a'), { stage: 'online', at: NOW })).toBeUndefined();
    expect(advance(runner('a'), { stage: 'picked', at: NOW })?.stages.picked).toBe(NOW);
  });

  it('says nothing where nothing changed', () => {
    expect(advance(runner('a'), { state: 'booting', at: NOW, change: { disabled: false } })).toBeUndefined();
    expect(advance(runner('a'), { at: NOW, change: { disabled: true } })?.timeline).toEqual([]);
  });

  it.each([['registered', true], ['launching', true], ['booting', true], ['idle', true], ['busy', false], ['draining', false], ['ended', false]] as const)('is unconsumed while %s: %s', (state, expected) => {
    expect(isUnconsumed(runner('a', { state }))).toBe(expected);
  });

  it('lives for boot, idle and job and ten minutes, and five more for the clock outside', () => {
    expect(lifeOf(GO.limits)).toBe(minutes(5 + 5 + 60 + 10));
    expect(endsByOf(GO.limits, NOW)).toBe(NOW + minutes(85));
  });
});

describe('P16 a runner is consumed', () => {
  const running = job('2', { status: 'running', runnerId: 100, pickedAt: NOW - 5 });

  it('by whichever job names its id, not by the one it was launched for', () => {
    expect(consumptions([job('1'), running], [runner('a')])[0]).toMatchObject({ ran: '2', state: 'busy', stages: { picked: NOW - 5 } });
  });

  it('and done with it when the job is', () => {
    expect(consumptions([{ ...running, status: 'done', completedAt: NOW }], [runner('a')])[0]).toMatchObject({ ran: '2', state: 'draining', stages: { completed: NOW } });
  });

  it('was online then, whether or not anybody looked', () => {
    expect(consumptions([running], [runner('a', { state: 'booting', stages: { launched: NOW - 9 } })])[0]?.stages.online).toBe(NOW - 5);
  });

  it('once: the same facts change nothing more', () => {
    expect(consumptions([running], consumptions([running], [runner('a')]))).toEqual([]);
  });

  it('and done with it when the job was run again on another', () => {
    expect(consumptions([job('2', { status: 'running', runnerId: 200, pickedAt: NOW })], [runner('a', { state: 'busy', ran: '2' })])[0]).toMatchObject({ state: 'draining', stages: { completed: NOW } });
    expect(consumptions([job('2', { status: 'queued', generation: 1 })], [runner('a', { state: 'busy', ran: '2', stages: { picked: NOW } })])).toEqual([]);
  });

  it.each([
    ['runs on another', job('2', { status: 'running', runnerId: 200, pickedAt: NOW })],
    ['waits again', job('2', { status: 'queued', generation: 1 })],
  ])('by another job when Gitea took back the claim it had announced, and the first %s', (_why, returned) => {
    const other = job('3', { status: 'running', runnerId: 100, pickedAt: NOW });
    expect(consumptions([returned, other], [runner('a', { state: 'busy', ran: '2', stages: { picked: NOW } })])[0]).toMatchObject({ state: 'busy', ran: '3' });
  });

  it('after its end, where EC2 took it before Gitea told of the pick-up', () => {
    const taken = runner('a', { state: 'ended', outcome: 'interrupted', stages: { terminated: NOW - 9 } });
    expect(consumptions([running], [taken])[0]).toMatchObject({ ran: '2', state: 'ended', stages: { picked: NOW - 9, terminated: NOW - 9 } });
  });

  it('never else after its end, and never by a queued job', () => {
    expect(consumptions([running], [runner('a', { state: 'ended' })])).toEqual([]);
    expect(consumptions([job('2', { runnerId: 100 })], [runner('a')])).toEqual([]);
  });
});

describe('P23 a machine without a record', () => {
  const machine = instance({ launchedAt: NOW - minutes(3), tags: { 'tinqs-ci:name': 'n', 'tinqs-ci:class': 'go', 'tinqs-ci:runner-id': '100', 'tinqs-ci:ends-by': new Date(NOW + minutes(9)).toISOString() } });

  it('gets one from its tags', () => {
    expect(adoptedRunner(machine, 100, SCOPE, [GO], NOW)).toMatchObject({ name: 'n', classId: 'go', runnerId: 100, labels: ['go'], state: 'booting', endsBy: NOW + minutes(9), instanceId: 'i-1' });
  });

  it('of a class that is gone has no labels, so that it is nobody’s supply', () => {
    expect(adoptedRunner(machine, 100, SCOPE, [], NOW)).toMatchObject({ labels: [], limits: { bootSeconds: 300 } });
  });

  it('that was given up and lives goes on under its record', () => {
    const given = runner('n', { state: 'ended', outcome: 'launch-failed', instanceId: null, stages: { registered: NOW - minutes(4), terminated: NOW - 1 }, missing: 1 });

    expect(revivedRunner(given, machine, NOW)).toMatchObject({ state: 'booting', outcome: null, instanceId: 'i-1', missing: 0, stages: { registered: NOW - minutes(4), launched: NOW - minutes(3) }, version: 2 });
    expect(revivedRunner(given, machine, NOW).stages.terminated).toBeUndefined();
  });

  it.each([['EC2 is ahead', NOW + 1_000, NOW - 9, NOW], ['EC2 is behind', NOW - 99, NOW - 9, NOW - 9], ['they agree', NOW - 5, NOW - 9, NOW - 5]])('was launched between its registration and now, whatever the clocks: %s', (_why, at, registered, expected) => {
    expect(launchedAt(instance({ launchedAt: at }), registered, NOW)).toBe(expected);
  });
});

describe('names', () => {
  const name = { installation: 'x', classId: 'go', epoch: 36, count: 3 };

  it.each([
    ['a repository by its id', SCOPE, 'tinqs-ci-x-go-c.10.3'],
    ['an owner by its letters', { kind: 'owner', name: 'Acme-42' } as const, 'tinqs-ci-x-go-oacme_19_42.10.3'],
    ['the instance', { kind: 'instance' } as const, 'tinqs-ci-x-go-all.10.3'],
  ])('say class, scope, epoch and count: %s', (_why, scope, expected) => {
    expect(runnerName({ ...name, scope })).toBe(expected);
  });

  it('differ for owners that differ in a sign only', () => {
    expect(runnerName({ ...name, scope: { kind: 'owner', name: 'a-b' } })).not.toBe(runnerName({ ...name, scope: { kind: 'owner', name: 'a.b' } }));
  });

  it('are shown and typed by their tail', () => {
    expect(runnerNameTail('tinqs-ci-x-go-c.10.3')).toBe('go-c.10.3');
  });

  it.each([SCOPE, { kind: 'owner', name: 'acme' } as const, { kind: 'instance' } as const])('of scopes are read back from a tag: %o', (scope) => {
    expect(scopeKey(scopeFromKey(scopeKey(scope))!)).toBe(scopeKey(scope));
  });

  it.each(['', 'repo-', 'repo-x', 'repo-1234567890123456', 'owner-', 'else'])('of scopes that are none are refused: %j', (key) => {
    expect(scopeFromKey(key)).toBeUndefined();
  });

  it.each([['repository', 'repo-12'], ['owner', 'owner-acme'], ['instance', 'instance']] as const)('of the scope of a repository by kind %s', (kind, expected) => {
    expect(scopeKey(scopeOf(kind, { id: 12, fullName: 'Acme/app' }))).toBe(expected);
  });
});
