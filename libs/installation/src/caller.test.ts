import type { Job } from '@tinqs/fleet';
import type { GiteaClient } from '@tinqs/gitea-client';
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
  function giteaWith(files: Record<string, string>, run: object = { path: 'ci.yml@refs/heads/main' }) {
    const asked: string[] = [];
    const client = {
      repositoryById: async () => ({ id: 7, fullName: 'acme/app', mirror: false }),
      call: async ({ path, query }: { path: string; query?: { ref?: string } }) => {
        asked.push(`${path}${query?.ref === undefined ? '' : `@${query.ref}`}`);
        if (path.includes('/actions/runs/')) return { text: JSON.stringify(run) };
        const text = files[path.split('/raw/')[1]!];
        if (text === undefined) throw new Error('404');
        return { text };
      },
    } as unknown as GiteaClient;
    return { check: createCallerCheck(client), asked };
  }

  it('reads the workflow file at the commit of the run, in the repository as it is called now', async () => {
    const { check, asked } = giteaWith({ '.github/workflows/ci.yml': WORKFLOW });

    expect(await check(job)).toBe(true);
    expect(await check({ ...job, name: 'build' })).toBe(false);
    expect(asked.slice(0, 3)).toEqual(['/api/v1/repos/acme/app/actions/runs/12', '/api/v1/repos/acme/app/raw/.gitea/workflows/ci.yml@abc', '/api/v1/repos/acme/app/raw/.github/workflows/ci.yml@abc']);
  });

  it.each([
    ['the file is gone', {}, { path: 'ci.yml@main' }, job],
    ['the run names no file', { '.gitea/workflows/ci.yml': WORKFLOW }, {}, job],
    ['the run is not known', { '.gitea/workflows/ci.yml': WORKFLOW }, { path: 'ci.yml' }, { ...job, runId: null } as Job],
  ])('says no where %s: a job that waits is better served than not', async (_what, files, run, asked) => {
    expect(await giteaWith(files, run).check(asked)).toBe(false);
  });
});
