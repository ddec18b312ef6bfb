import { META, scopeKey, type FleetPorts, type FleetSettings, type GiteaPort, type JobFact, type LauncherPort, type RunnerClass, type RunnerRow, type Scope, type SweepMark } from '@tinqs/fleet';
import { createMemoryRunStore } from '@tinqs/run-store/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Alarm } from './alarms.js';
import { runSweep } from './sweep.js';

const NOW = Date.parse('2030-01-01T12:00:00.000Z');
/** As `serverless.yml` has it. */
const FUNCTION_MS = 55_000;
const GO: RunnerClass = { id: 'go', labels: ['go'], instanceTypes: ['t3.small'], mode: 'host', image: null, ami: null, diskGiB: 20, limits: { bootSeconds: 300, idleSeconds: 300, jobMinutes: 60, concurrent: 10 }, market: 'spot', instanceProfile: false, sudo: false, allowedRepositories: null, rerun: false, isDefault: false };
const WAITING: JobFact = { id: '1', repository: { id: 1, fullName: 'acme/app-1' }, runId: 1, name: 'build', labels: ['go'], status: 'queued', conclusion: null, headSha: null, headBranch: null, url: null, runnerId: null, createdAt: null, seenAt: NOW, via: 'listing' };
const settings: FleetSettings = { installation: 'demo', classes: [GO], scopeKind: 'repository', maxRunners: 12, subnets: [], dailyBudget: null };

const after = <Value>(ms: number, value: () => Value) => new Promise<Value>((resolve, reject) => setTimeout(() => { try { resolve(value()); } catch (cause) { reject(cause as Error); } }, ms));
const silence = (): never => { throw new Error('no answer within 10 s'); };

/** Scopes, each with the registration of a runner that has ended. */
async function monitor(count: number, answers: { readonly ms: number; readonly dark: boolean; listMs?: number; readonly listed?: readonly JobFact[] }) {
  const store = createMemoryRunStore({ now: () => Date.now() });
  const scopes = Array.from({ length: count }, (_, index): Scope => ({ kind: 'repository', id: index + 1, fullName: `acme/app-${index + 1}` }));
  const rows = new Map<number, RunnerRow>();
  for (const scope of scopes) {
    if (scope.kind !== 'repository') continue;
    await store.noteScope(scope);
    rows.set(scope.id, { runnerId: scope.id, name: `tinqs-ci-demo-go-${scope.id}.1.0`, online: false, busy: false, disabled: false });
  }
  const answer = <Value>(value: () => Value) => after(answers.ms, answers.dark ? silence : value);
  let lists = 0;
  const counted = async <Value>(list: Promise<Value>, signal?: AbortSignal): Promise<Value> => {
    lists += 1;
    const givenUp = new Promise<never>((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('given up'))));
    return Promise.race([list, givenUp]).finally(() => (lists -= 1));
  };
  const gitea = {
    listJobs: (signal?: AbortSignal) => counted( after(answers.listMs ?? answers.ms, answers.dark ? silence : () => (answers.listed ?? [WAITING]).map((fact) => ({ ...fact, seenAt: Date.now() }))), signal),
    readJob: (_repository: unknown, id: string) => answer(() => ({ ...answers.listed?.find((fact) => fact.id === id), seenAt: Date.now(), via: 'read' })),
    listRunners: (scope: Scope) => answer(() => [rows.get((scope as { id: number }).id)].filter((row) => row !== undefined)),
    readRunner: (_scope: Scope, id: number) => answer(() => rows.get(id) ?? null),
    unregister: (_scope: Scope, id: number) => answer(() => void rows.delete(id)),
  } as unknown as GiteaPort;
  const launcher = { list: async () => [], terminate: async () => undefined } as unknown as LauncherPort;
  const alarms: Alarm[] = [];
  const knocks: string[] = [];
  const ignore = () => undefined;
  const facts = { jobsApi: true, rerunApi: true, newIdPerAttempt: false, singleShotClaim: true };
  const ports: FleetPorts = { store, gitea, launcher, queue: { knock: async (scope) => void knocks.push(scopeKey(scope)) }, log: { info: ignore, warn: ignore, error: ignore }, now: () => Date.now(), server: () => answer(() => facts) };
  const pass = async () => {
    let over = false;
    const swept = runSweep({ ports, settings, store, alert: async (alarm) => void alarms.push(alarm) }).then(() => (over = true));
    await vi.advanceTimersByTimeAsync(FUNCTION_MS);
    const inTime = over;
    await vi.advanceTimersByTimeAsync(60_000 - FUNCTION_MS);
    if (inTime) await swept;
    return inTime;
  };
  return { store, rows, alarms, knocks, pass, lists: () => lists };
}

describe('a pass of the sweep, which the function’s own limit would cut off without a word', () => {
  beforeEach(() => void vi.useFakeTimers({ now: NOW }));
  afterEach(() => void vi.useRealTimers());

  it('ends in time beside a Gitea that takes calls and answers none, leaves its mark and tells somebody', async () => {
    const { store, alarms, pass } = await monitor(20, { ms: 10_000, dark: true });

    expect(await pass()).toBe(true);
    expect(await store.readMeta(META.sweep)).toMatchObject({ at: NOW });
    // Each of its parts failed, and of more than a few the cause is one.
    expect(alarms.map(({ id }) => id)).toContain('sweep gitea out-of-time');
    expect(alarms.length).toBeLessThan(8);
  });

  it('ends in time beside one that takes seconds for each answer, and the next passes come to the scopes that it did not reach', async () => {
    const { rows, pass } = await monitor(12, { ms: 3_000, dark: false });

    for (let passes = 0; passes < 12; passes += 1) expect(await pass()).toBe(true);
    expect([...rows.keys()]).toEqual([]);
  });

  it('comes to each scope in turn where the list of jobs alone takes most of its time', async () => {
    const { rows, pass } = await monitor(12, { ms: 3_000, dark: false, listMs: 25_000 });

    for (let passes = 0; passes < 26; passes += 1) expect(await pass()).toBe(true);
    expect([...rows.keys()]).toEqual([]);
  });

  it('hears Gitea where its list of jobs takes longer than a pass, asks for the runners, and says what it lacks', async () => {
    const { store, rows, alarms, pass } = await monitor(3, { ms: 500, dark: false, listMs: 90_000 });

    for (let passes = 0; passes < 6; passes += 1) expect(await pass()).toBe(true);
    const mark = (await store.readMeta(META.sweep)) as SweepMark;
    expect(mark.gitea).toBe(mark.at);
    expect([...rows.keys()]).toEqual([]);
    expect(alarms).toMatchObject([{ id: 'sweep listing' }]);
  });

  it('gives up a list that it waits for no more: a Gitea that is slow has not to work off several', async () => {
    const { lists, pass } = await monitor(3, { ms: 500, dark: false, listMs: 600_000 });

    for (let passes = 0; passes < 4; passes += 1) await pass();
    expect(lists()).toBe(0);
  });

  it('hears it as well where each running job must be asked for', async () => {
    const listed = Array.from({ length: 40 }, (_, index): JobFact => ({ ...WAITING, id: String(index + 1), status: 'running', runnerId: 900 + index }));
    const answers = { ms: 500, dark: false, listMs: 500, listed };
    const { store, pass } = await monitor(3, answers);
    await pass();
    answers.listMs = 90_000;

    for (let passes = 0; passes < 4; passes += 1) expect(await pass()).toBe(true);
    const mark = (await store.readMeta(META.sweep)) as SweepMark;
    expect(mark.gitea).toBe(mark.at);
  });

  it('knocks for whom the list shows waiting, though all of its time went into other questions', async () => {
    const { knocks, pass } = await monitor(12, { ms: 9_000, dark: false });

    await pass();
    await pass();

    expect(knocks).toEqual(['repo-1', 'repo-1']);
  });
});
