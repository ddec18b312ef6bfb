import type { SweepReport } from '@tinqs/fleet';
import { describe, expect, it } from 'vitest';
import { alarmsOf, toTell, type Alarm } from './alarms.js';

const QUIET: SweepReport = { at: 0, failed: [], ended: [], stuck: [], surplus: [], lost: [], adopted: 0, missedByWebhooks: 0, knocked: [], orphansDeleted: 0, machines: 3 };

describe('alarmsOf', () => {
  it.each<[string, Partial<SweepReport>, readonly string[]]>([
    ['a quiet pass', {}, []],
    ['a machine that ended as it should', { ended: [{ instanceId: 'i-1', code: 'JOB_FINAL' }] }, []],
    ['a machine that an outside clock had to end', { ended: [{ instanceId: 'i-1', code: 'DEATH_CLOCK' }] }, ['clock i-1']],
    ['a part that failed', { failed: [{ part: 'listing', message: 'Gitea does not answer' }] }, ['sweep listing']],
    ['a class of which Gitea hands no job out', { stuck: [{ scope: 'repo-1', sentence: 'machines idled out' }] }, ['stuck repo-1 machines idled out']],
    ['a job that lost its machine and stays failed', { lost: [{ job: '7', sentence: 'run it again' }] }, ['lost 7']],
    ['jobs that no webhook announced', { missedByWebhooks: 2 }, ['missed']],
    ['all of it', { missedByWebhooks: 1, failed: [{ part: 'caps', message: 'x' }], ended: [{ instanceId: 'i-2', code: 'DEATH_CLOCK' }] }, ['sweep caps', 'clock i-2', 'missed']],
  ])('raises for %s what a person must look at', (_what, change, ids) => {
    expect(alarmsOf({ ...QUIET, ...change }).map((alarm) => alarm.id)).toEqual(ids);
  });
});

describe('toTell', () => {
  const alarm = (id: string): Alarm => ({ id, sentence: `about ${id}` });
  it.each<[string, readonly string[], { readonly told?: readonly string[]; readonly untold?: readonly string[] }, readonly string[]]>([
    ['what is new', ['missed', 'lost 7'], { told: ['missed'] }, ['lost 7']],
    ['nothing while it lasts', ['missed'], { told: ['missed'] }, []],
    ['what is gone by now and was not taken', [], { untold: ['lost 7'] }, ['lost 7']],
    ['what was not taken and lasts, once', ['missed', 'stuck x'], { told: ['missed'], untold: ['missed'] }, ['missed', 'stuck x']],
  ])('names %s', (_what, lasting, { told = [], untold = [] }, ids) => {
    expect(toTell(lasting.map(alarm), { told, untold: untold.map(alarm) }).map((each) => each.id)).toEqual(ids);
  });

  it('keeps the last two hundred for a chat that is away for long', () => {
    const untold = Array.from({ length: 201 }, (_, index) => alarm(`lost ${index}`));

    expect(toTell([alarm('missed')], { told: [], untold })).toEqual([...untold.slice(1), alarm('missed')]);
  });
});
