import { META, type FleetPorts, type FleetSettings, type GiteaPort, type Instance, type LauncherPort } from '@tinqs/fleet';
import { createMemoryRunStore } from '@tinqs/run-store/testing';
import { describe, expect, it, vi } from 'vitest';
import type { Alarm } from './alarms.js';
import { runSweep } from './sweep.js';

const NOW = Date.parse('2030-01-01T12:00:00.000Z');
const settings: FleetSettings = { installation: 'demo', classes: [], scopeKind: 'repository', maxRunners: 12, subnets: [], dailyBudget: null };

function machine(id: string, endsBy: number): Instance {
  return { instanceId: id, state: 'running', stateReason: null, launchedAt: NOW - 3_600_000, tags: { 'tinqs-ci:installation': 'demo', 'tinqs-ci:ends-by': new Date(endsBy).toISOString() }, pool: null, availabilityZone: null };
}

function monitor(change: { readonly instances?: readonly Instance[]; giteaFails?: boolean; alertFails?: boolean; refusedAlarm?: string } = {}) {
  const store = createMemoryRunStore({ now: () => NOW });
  const ended: string[] = [];
  const alarms: Alarm[] = [];
  const logged: string[] = [];
  const log = (text: string, fields: object = {}) => void logged.push(`${text} ${JSON.stringify(fields)}`);
  const gitea = { listJobs: async () => (change.giteaFails === true ? Promise.reject(new Error('Gitea does not answer')) : []), listRunners: async () => [] } as unknown as GiteaPort;
  const launcher = { list: async () => change.instances ?? [], terminate: async (id: string) => void ended.push(id) } as unknown as LauncherPort;
  const ports: FleetPorts = { store, gitea, launcher, queue: { knock: async () => undefined }, log: { info: log, warn: log, error: log }, now: () => NOW, server: async () => ({ jobsApi: true, rerunApi: true, newIdPerAttempt: false, singleShotClaim: true }) };
  const alert = async (alarm: Alarm) => {
    alarms.push(alarm);
    if (change.alertFails === true || alarm.id === change.refusedAlarm) throw new Error('the chat does not answer');
  };
  return { ports, store, ended, alarms, logged, sweep: () => runSweep({ ports, settings, store, alert }) };
}

describe('runSweep', () => {
  it('says what it found, and leaves its mark', async () => {
    const { sweep, logged, alarms, store } = monitor();

    expect(await sweep()).toMatchObject({ at: NOW, failed: [], machines: 0 });
    expect(logged.some((line) => line.startsWith('swept {'))).toBe(true);
    expect(alarms).toEqual([]);
    expect(await store.readMeta(META.sweep)).toMatchObject({ at: NOW });
  });

  it('ends a machine past its death clock though nothing is known of it, and tells somebody', async () => {
    const { sweep, ended, alarms } = monitor({ instances: [machine('i-late', NOW - 1), machine('i-young', NOW + 60_000)] });

    await sweep();

    expect(ended).toEqual(['i-late']);
    expect(alarms).toMatchObject([{ id: 'clock i-late' }]);
  });

  it('ends it with Gitea away as well, and tells the same trouble once', async () => {
    const { sweep, ended, alarms } = monitor({ instances: [machine('i-late', NOW - 1)], giteaFails: true });

    await sweep();
    await sweep();

    expect(ended).toEqual(['i-late', 'i-late']);
    expect(alarms.map((alarm) => alarm.id).sort()).toEqual(['clock i-late', 'sweep listing']);
  });

  it('tells a trouble again that had gone meanwhile', async () => {
    const change = { giteaFails: true };
    const { sweep, alarms } = monitor(change);

    for (const giteaFails of [true, false, true]) {
      change.giteaFails = giteaFails;
      await sweep();
    }

    expect(alarms.map((alarm) => alarm.id)).toEqual(['sweep listing', 'sweep listing']);
  });

  it('finishes though an alarm cannot be sent', async () => {
    const { sweep, logged } = monitor({ giteaFails: true, alertFails: true });

    expect((await sweep()).failed).toMatchObject([{ part: 'listing' }]);
    expect(logged.some((line) => line.startsWith('alarm could not be sent'))).toBe(true);
  });

  it('tells what could not be sent once it can, though its cause is gone, and logs it once', async () => {
    const change = { giteaFails: true, alertFails: true };
    const { sweep, alarms, logged } = monitor(change);
    await sweep();
    Object.assign(change, { giteaFails: false, alertFails: false });

    await sweep();
    await sweep();

    expect(alarms.map((alarm) => alarm.id)).toEqual(['sweep listing', 'sweep listing']);
    expect(logged.filter((line) => line.startsWith('alarm {'))).toHaveLength(1);
  });

  it('tells the rest in the next pass where a chat never takes one of them', async () => {
    const instances = ['i-1', 'i-2', 'i-3'].map((id) => machine(id, NOW - 1));
    const { sweep, alarms } = monitor({ instances, refusedAlarm: 'clock i-1' });

    await sweep();
    await sweep();

    expect(alarms.map((alarm) => alarm.id)).toEqual(['clock i-1', 'clock i-2', 'clock i-3', 'clock i-1']);
  });

  it('tells of each of a hundred machines that went at once', async () => {
    const { sweep, alarms } = monitor({ instances: Array.from({ length: 100 }, (_, index) => machine(`i-${index}`, NOW - 1)) });

    await sweep();

    expect(alarms).toHaveLength(100);
  });

  it('asks a chat that does not answer once in a pass', async () => {
    const { sweep, alarms, store } = monitor({ instances: [machine('i-1', NOW - 1), machine('i-2', NOW - 1)], alertFails: true });

    await sweep();

    expect(alarms).toHaveLength(1);
    expect(await store.readMeta(META.alarms)).toMatchObject({ untold: [{ id: 'clock i-2' }, { id: 'clock i-1' }] });
  });

  it('tells in the next pass what one that was cut off did not', async () => {
    const { sweep, alarms, store } = monitor({ giteaFails: true });
    const write = store.writeMeta;
    store.writeMeta = async (key, value) => {
      await write(key, value);
      if (key === META.alarms) throw new Error('the function was cut off');
    };
    await expect(sweep()).rejects.toThrow('cut off');
    store.writeMeta = write;

    await sweep();

    expect(alarms.map((alarm) => alarm.id)).toEqual(['sweep listing']);
  });

  it('tells nothing twice though a slow chat takes the time of a pass', async () => {
    const { ports, store, alarms } = monitor({ instances: ['i-1', 'i-2', 'i-3'].map((id) => machine(id, NOW - 1)) });
    const slow = (most: number) => async (alarm: Alarm) => {
      if (alarms.length === most) return new Promise<never>(() => undefined);
      alarms.push(alarm);
    };
    void runSweep({ ports, settings, store, alert: slow(2) });
    await vi.waitFor(() => expect(alarms).toHaveLength(2));
    await runSweep({ ports, settings, store, alert: slow(9) });

    expect(alarms.map((alarm) => alarm.id)).toEqual(['clock i-1', 'clock i-2', 'clock i-3']);
  });
});
