import type { Job } from '@tinqs/fleet';
import { GiteaError, type GiteaErrorKind, type Run } from '@tinqs/gitea-client';
import { describe, expect, it } from 'vitest';
import { createCallerCheck } from './caller.js';
import { callsWorkflow } from './calls-workflow.js';

const WORKFLOW = `on: push
jobs:
  build:
    runs-on: go
    steps: [{ run: make }]
  shared:
    uses: ./.gitea/workflows/shared.yml
  matrix:
    name: every
    strategy: { matrix: { os: [a, b] } }
    uses: acme/ci/.gitea/workflows/one.yml@v1
`;

describe('callsWorkflow', () => {
  it.each([
    ['shared', true, 'its key has uses'],
    ['every (a)', true, 'a row of a matrix is called by its name'],
    ['build', false, 'it has steps'],
    ['built', false, 'nothing is called so'],
    ['sharedness', false, 'a name that only begins so is another'],
  ])('%s: %s, %s', (name, calls) => {
    expect(callsWorkflow(WORKFLOW, name)).toBe(calls);
  });

  it('says no of a file that is no workflow', () => {
    expect(callsWorkflow('- [', 'shared')).toBe(false);
  });
});

describe('createCallerCheck', () => {
  const job = { repository: { id: 7, fullName: 'old/name' }, runId: 12, headSha: 'abc', name: 'shared' } as Job;
  const run = { id: 12, workflow: 'ci.yml', ref: 'refs/heads/main', event: 'push', headSha: 'def', htmlUrl: '' } satisfies Run;
  const refuse = (kind: GiteaErrorKind) => () => Promise.reject(new GiteaError({ kind, method: 'GET', path: '/asked', sentence: 'no' }));
  const check = (change: Partial<Parameters<typeof createCallerCheck>[0]> = {}) => createCallerCheck({ getRun: async () => run, readWorkflowFile: async () => WORKFLOW, ...change });

  it('reads the file of the run at the commit of the job', async () => {
    const asked: unknown[] = [];
    const ask = check({ getRun: async (...of) => (asked.push(of), run), readWorkflowFile: async (...file) => (asked.push(file), WORKFLOW) });

    expect(await ask(job)).toBe(true);
    expect(await ask({ ...job, name: 'build' })).toBe(false);
    expect(asked.slice(0, 2)).toEqual([[{ id: 7 }, 12], [{ id: 7 }, 'ci.yml', 'abc']]);
  });

  it.each<readonly [what: string, change: Parameters<typeof check>[0], asked: Job]>([
    ['the file is gone', { readWorkflowFile: async () => null }, job],
    ['the run is gone', { getRun: async () => null }, job],
    ['the run names no file', { getRun: async () => ({ ...run, workflow: '' }) }, job],
    ['the token may not read files', { readWorkflowFile: refuse('forbidden') }, job],
    ['the run is not known', {}, { ...job, runId: null }],
    ['the commit is not known', {}, { ...job, headSha: null }],
  ])('says no where %s: a job that waits is better served than not', async (_what, change, asked) => {
    expect(await check(change)(asked)).toBe(false);
  });

  it.each(['unreachable', 'server', 'rate-limited'] as const)('says nothing where Gitea is %s: it is asked again', async (kind) => {
    await expect(check({ readWorkflowFile: refuse(kind) })(job)).rejects.toMatchObject({ kind });
    await expect(check({ getRun: refuse(kind) })(job)).rejects.toMatchObject({ kind });
  });
});
