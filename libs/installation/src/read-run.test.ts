import type { Job } from '@tinqs/fleet';
import { GiteaError, type GiteaClient, type GiteaErrorKind, type Run } from '@tinqs/gitea-client';
import { describe, expect, it } from 'vitest';
import { sharesGroup } from './calls-workflow.js';
import { readRun } from './read-run.js';

const JOB = { repository: { id: 7, fullName: 'old/name' } } as Job;
const RUN: Run = { id: 12, workflow: 'ci.yml', ref: 'refs/heads/main', event: 'push', headSha: 'abc', htmlUrl: '' };
const workflow = (concurrency: string) => `on: push\n${concurrency}\njobs: { build: { runs-on: go, steps: [{ run: make }] } }\n`;

function giteaWith({ newer = [], run = RUN, file, refusal }: { readonly newer?: readonly Partial<Run>[]; readonly run?: Run | null; readonly file?: string; readonly refusal?: GiteaErrorKind }) {
  const asked: string[] = [];
  const client = {
    getRun: async () => run,
    listRunJobs: async () => [{ id: 7, name: 'build', labels: ['go'], status: 'completed', conclusion: 'failure', runnerId: 5, startedAt: '2030-01-01T00:00:00Z', completedAt: null }],
    listNewerRuns: async () => newer.map((each, index) => ({ ...RUN, id: 13 + index, headSha: 'def', ...each })),
    readWorkflowFile: async ({ id }: { id: number }, name: string, commit: string) => {
      asked.push(`${id} ${name}@${commit}`);
      if (file === undefined && refusal !== undefined) throw new GiteaError({ kind: refusal, method: 'GET', path: '/asked', sentence: refusal });
      return file ?? null;
    },
  } as unknown as GiteaClient;
  return { client, asked };
}

describe('readRun', () => {
  it('tells the rows of the newest attempt, with Gitea’s times', async () => {
    expect(await readRun(giteaWith({}).client, JOB, 12)).toEqual({ jobs: [{ id: '7', name: 'build', labels: ['go'], status: 'done', conclusion: 'failure', runnerId: 5, startedAt: Date.parse('2030-01-01T00:00:00Z'), completedAt: null }], superseded: false });
  });

  it('tells that the run is gone', async () => {
    expect(await readRun(giteaWith({ run: null }).client, JOB, 12)).toBeNull();
  });

  it.each<readonly [why: string, newer: readonly Partial<Run>[], file: string | undefined, superseded: boolean]>([
    ['nothing is newer', [], undefined, false],
    ['the same workflow ran again at the same ref', [{ headSha: 'abc' }], workflow(''), true],
    ['a later push started another workflow at the ref', [{ workflow: 'docs.yml' }], workflow(''), true],
    ['the same push started another workflow', [{ workflow: 'docs.yml', headSha: 'abc' }], workflow(''), false],
    ['another ref', [{ ref: 'refs/heads/next' }], workflow(''), false],
    ['another ref, and a group of the ref', [{ ref: 'refs/heads/next' }], workflow('concurrency: "ci-${{ github.ref }}"'), false],
    ['another ref, and a group that all refs share', [{ ref: 'refs/heads/next' }], workflow('concurrency: { group: deploy }'), true],
    ['another ref, and a file that is not there', [{ ref: 'refs/heads/next' }], undefined, true],
  ])('knows whether it was overtaken: %s', async (_why, newer, file, superseded) => {
    expect((await readRun(giteaWith({ newer, ...(file === undefined ? {} : { file }) }).client, JOB, 12))?.superseded).toBe(superseded);
  });

  it('tells nothing where the file cannot be read now: whoever asks asks again', async () => {
    await expect(readRun(giteaWith({ newer: [{ ref: 'refs/heads/next' }], refusal: 'unreachable' }).client, JOB, 12)).rejects.toThrow('unreachable');
  });

  it('reads the workflow at the commit of the run', async () => {
    const { client, asked } = giteaWith({ newer: [{ ref: 'refs/heads/next' }], file: workflow('') });
    await readRun(client, JOB, 12);

    expect(asked).toEqual(['7 ci.yml@abc']);
  });
});

describe('sharesGroup', () => {
  it.each([
    ['no group', '', false],
    ['a group that names the ref', 'concurrency: { group: "a-${{ github.ref }}" }', false],
    ['a group that names the head', 'concurrency: "${{ github.head_ref || github.run_id }}"', false],
    ['one group for all', 'concurrency: deploy', true],
    ['a group of the workflow', 'concurrency: "${{ github.workflow }}"', true],
  ])('%s: %s', (_what, concurrency, shares) => {
    expect(sharesGroup(workflow(concurrency))).toBe(shares);
  });

  it('looks at the groups of jobs, too', () => {
    expect(sharesGroup('on: push\njobs: { a: { runs-on: go, concurrency: deploy, steps: [{ run: make }] } }\n')).toBe(true);
  });

  it('is said of what is no workflow: nobody knows', () => {
    expect(sharesGroup('- [')).toBe(true);
  });
});
