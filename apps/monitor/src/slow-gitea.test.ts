import { META, type FleetPorts, type FleetSettings, type GiteaPort, type LauncherPort, type RunnerRow, type Scope } from '@tinqs/fleet';
import { createMemoryRunStore } from '@tinqs/run-store/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Alarm } from './alarms.js';
import { runSweep } from './sweep.js';

const NOW = Date.parse('2030-01-01T12:00:00.000Z');
/** As `serverless.yml` has it. */
const FUNCTION_MS = 55_000;
const settings: FleetSettings = { installation: 'demo', classes: [], scopeKind: 'repository', maxRunners: 12, subnets: [], dailyBudget: null };

const after = <Value>(ms: number, value: () => Value) => new Promise<Value>((resolve, reject) => setTimeout(() => { try { resolve(value()); } catch (cause) { reject(cause as Error); } }, ms));
const silence = (): never => { throw new Error('no answer within 10 s'); };

/** Scopes, each with the registration of a runner that has ended. */
async function monitor(count: number, answers: { readonly ms: number; readonly dark: boolean }) {
  const store = createMemoryRunStore({ now: () => Date.now() });
  const scopes = Array.from({ length: count }, (_, index): Scope => ({ kind: 'repository', id: index + 1, fullName: `acme/app-${index + 1}` }));
  const rows = new Map<number, RunnerRow>();
  for (const scope of scopes) {
    if (scope.kind !== 'repository') continue;
    await store.noteScope(scope);
    rows.set(scope.id, { runnerId: scope.id, name: `tinqs-ci-demo-go-${scope.id}.1.0`, online: false, busy: false, disabled: false });
  }
  const answer = <Value>(value: () => Value) => after(answers.ms, answers.dark ? silence : value);
  const gitea = {
    listJobs: () => answer(() => []),
    listRunners: (scope: Scope) => answer(() => [rows.get((scope as { id: number }).id)].filter((row) => row !== undefined)),
    readRunner: (_scope: Scope, id: number) => answer(() => rows.get(id) ?? null),
    unregister: (_scope: Scope, id: number) => answer(() => void rows.delete(id)),
  } as unknown as GiteaPort;
  const launcher = { list: async () => [], terminate: async () => undefined } as unknown as LauncherPort;
  const alarms: Alarm[] = [];
  const ignore = () => undefined;
  const facts = { jobsApi: true, rerunApi: true, newIdPerAttempt: false, singleShotClaim: true };
  const ports: FleetPorts = { store, gitea, launcher, queue: { knock: async () => undefined }, log: { info: ignore, warn: ignore, error: ignore }, now: () => Date.now(), server: () => answer(() => facts) };
  const pass = async () => {
    let over = false;
    const swept = runSweep({ ports, settings, store, alert: async (alarm) => void alarms.push(alarm) }).then(() => (over = true));
    await vi.advanceTimersByTimeAsync(FUNCTION_MS);
    const inTime = over;
    await vi.advanceTimersByTimeAsync(60_000 - FUNCTION_MS);
    if (inTime) await swept;
    return inTime;
  };
  return { store, rows, alarms, pass };
}

describe('a pass of the sweep, which the function’s own limit would cut off without a word', () => {
  beforeEach(() => void vi.useFakeTimers({ now: NOW }));
  afterEach(() => void vi.useRealTimers());

  it('ends in time beside a Gitea that takes calls and answers none, leaves its mark and tells somebody', async () => {
    const { store, alarms, pass } = await monitor(20, { ms: 10_000, dark: true });

    expect(await pass()).toBe(true);
    expect(await store.readMeta(META.sweep)).toMatchObject({ at: NOW });
    expect(alarms.length).toBeGreaterThan(0);
  });

  it('ends in time beside one that takes seconds for each answer, and the next passes come to the scopes that it did not reach', async () => {
    const { rows, pass } = await monitor(12, { ms: 3_000, dark: false });

    for (let passes = 0; passes < 12; passes += 1) expect(await pass()).toBe(true);
    expect([...rows.keys()]).toEqual([]);
  });
});
