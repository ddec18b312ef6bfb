import { describe, expect, it } from 'vitest';
import { jobFromFact, META } from '@tinqs/fleet';
import { createMemoryRunStore } from '@tinqs/run-store/testing';
import { status } from './status.js';

const NOW = Date.parse('2030-01-01T12:00:00Z');
const REFUSED = { code: 'LAUNCH_REFUSED', sentence: 'EC2 refused the launch with NoLauncher: LAUNCHER is not set', remedy: 'mend what the code names' } as const;

async function shown(change: { readonly swept?: number; readonly refused?: boolean }): Promise<{ readonly text: string; readonly exit: number }> {
  const store = createMemoryRunStore({ now: () => NOW });
  if (change.swept !== undefined) await store.writeMeta(META.sweep, { at: change.swept, gitea: change.swept, ec2: change.swept, spentToday: 0, spentEnded: { day: 0, dollars: 0 }, waiting: [] });
  if (change.refused === true) {
    const fact = { id: '1', repository: { id: 7, fullName: 'acme/app' }, runId: 12, name: 'build', labels: ['go'], status: 'queued', conclusion: null, headSha: null, headBranch: 'main', url: null, runnerId: null, createdAt: null, seenAt: NOW - 5_000, via: 'delivery' } as const;
    await store.noteScope({ kind: 'repository', ...fact.repository });
    await store.createJob({ ...jobFromFact(fact, 'repo-7'), reasons: [{ ...REFUSED, at: NOW - 4_000 }] });
  }
  const said: string[] = [];
  const exit = await status({ target: { name: 'test', store, maxRunners: null, simulated: false, dashboard: null }, json: false, print: (text) => said.push(text), now: NOW });
  return { text: said.join('\n'), exit };
}

describe('status', () => {
  it('says that nothing needs you while the sweep runs and no job fails, exit 0', async () => {
    const { text, exit } = await shown({ swept: NOW - 14_000 });

    expect(text).toContain('Nothing needs you.');
    expect(exit).toBe(0);
  });

  it.each([
    ['a sweep that has never run', {}, 'NEEDS YOU  the sweep has never run', 'you can: deploy the monitor'],
    ['a sweep that ran long ago', { swept: NOW - 3_600_000 }, 'NEEDS YOU  the sweep last ran at 2030-01-01T11:00:00.000Z', 'you can: look at the log of the monitor'],
    ['a launch that was refused seconds ago', { swept: NOW, refused: true }, `NEEDS YOU  ${REFUSED.sentence}`, `you can: ${REFUSED.remedy}`],
  ])('lists %s with what to do, exit 1', async (_what, change, need, remedy) => {
    const { text, exit } = await shown(change);

    expect(text).not.toContain('Nothing needs you.');
    expect(text).toContain(need);
    expect(text).toContain(remedy);
    expect(exit).toBe(1);
  });
});
