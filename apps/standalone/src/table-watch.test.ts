import { jobFromFact, type JobFact } from '@tinqs/fleet';
import { createMemoryRunStore } from '@tinqs/run-store/testing';
import { describe, expect, it } from 'vitest';
import type { ReportLine } from './report.js';
import { watchTable } from './table-watch.js';

const NOW = Date.parse('2030-01-31T12:00:00Z');
const SCOPE = { kind: 'repository', id: 7, fullName: 'acme/app' } as const;

const job = (id: string, status: JobFact['status']) =>
  jobFromFact({ id, repository: { id: 7, fullName: 'acme/app' }, runId: 12, name: `job-${id}`, labels: ['go'], status, conclusion: status === 'done' ? 'success' : null, headSha: null, headBranch: 'main', url: null, runnerId: status === 'queued' ? null : 41, createdAt: NOW, seenAt: NOW, via: 'delivery' }, 'repo-7');
const push = (id: string) => ({ id, receivedAt: NOW, event: 'push', repository: 'acme/app', decision: 'planned', sentence: id }) as const;

async function tableWithAnEarlierRun() {
  const store = createMemoryRunStore({ now: () => NOW });
  await store.noteScope(SCOPE);
  for (const each of [job('1', 'done'), job('2', 'queued'), job('3', 'running')]) await store.createJob(each);
  await store.recordDelivery(push('earlier push'));
  const lines: ReportLine[] = [];
  const watch = await watchTable({ store, reporter: { say: (line) => lines.push(line) }, simulated: false, now: () => NOW, onError: (cause) => lines.push({ event: 'error', text: String(cause) }) });
  const told = async () => {
    watch.look();
    await watch.settled();
    return lines.splice(0).map(({ event, text }) => `${event} ${text.split('   ')[0]}`);
  };
  return { store, told };
}

describe('the lines of a start that resumes', () => {
  it('do not tell what an earlier start left', async () => {
    const { told } = await tableWithAnEarlierRun();

    expect(await told()).toEqual([]);
  });

  it('tell what happens from now on, also to jobs of before', async () => {
    const { store, told } = await tableWithAnEarlierRun();
    await store.replaceJob({ ...job('2', 'running'), version: 2 });
    await store.replaceJob({ ...job('3', 'done'), version: 2 });
    await store.createJob(job('4', 'queued'));
    await store.recordDelivery(push('new push'));

    expect(await told()).toEqual(['push acme/app → new push', 'job-running job-2', 'job-done job-3', 'job-queued job-4']);
    expect(await told()).toEqual([]);
  });
});
