import { describe, expect, it } from 'vitest';
import { GiteaError } from '@tinqs/gitea-client';
import { pushEvent } from '@tinqs/trigger-matcher';
import { createCalleeReader, matchWithCallees } from './reusable-workflows.js';

const calls = (uses: string) => `on: push\njobs:\n  call: {uses: ${uses}}\n`;
const callee = (job: string) => `on: workflow_call\njobs:\n  ${job}\n`;
const push = pushEvent({ ref: 'refs/heads/main', before: 'a1', after: 'b2', changedFiles: ['x'], message: '' });
const file = (name: string, text: string) => ({ path: `.gitea/workflows/${name}`, text, kind: 'file' as const });

describe('reusable workflows', () => {
  it('are read level by level, each file once, until all are known', async () => {
    const texts: Record<string, string> = {
      './.gitea/workflows/one.yml': callee('deeper: {uses: acme/lib/.gitea/workflows/two.yml@v1}'),
      'acme/lib/.gitea/workflows/two.yml@v1': callee('inner: {runs-on: go}'),
    };
    const asked: string[] = [];

    const decisions = await matchWithCallees([file('ci.yml', calls('./.gitea/workflows/one.yml'))], push, '1.27', async (uses) => {
      asked.push(uses);
      return texts[uses];
    });

    expect(asked).toEqual(Object.keys(texts));
    expect(decisions[0]?.jobs.map((job) => [job.name, job.caller === true])).toEqual([['call', true], ['deeper', true], ['inner', false]]);
  });

  it('mean no run where one cannot be read', async () => {
    const [decision] = await matchWithCallees([file('ci.yml', calls('./.gitea/workflows/none.yml'))], push, '1.27', async () => undefined);

    expect(decision?.outcome).toBe('jobs-error');
  });

  it.each(['1.25', '1.26'] as const)('are ordinary jobs on %s, and nothing is read', async (version) => {
    const [decision] = await matchWithCallees([file('ci.yml', calls('./.gitea/workflows/one.yml'))], push, version, () => Promise.reject(new Error('read')));

    expect(decision?.jobs.map((job) => job.name)).toEqual(['call']);
  });
});

describe('the reader of callees', () => {
  const repositories = new Map([
    [12, { id: 12, fullName: 'acme/app', owner: { id: 1, login: 'acme' }, private: true }],
    [13, { id: 13, fullName: 'acme/lib', owner: { id: 1, login: 'acme' }, private: true }],
    [14, { id: 14, fullName: 'open/lib', owner: { id: 2, login: 'open' }, private: false }],
    [15, { id: 15, fullName: 'other/secret', owner: { id: 3, login: 'other' }, private: true }],
  ]);
  const missing = () => new GiteaError({ kind: 'not-found', method: 'GET', path: '/', sentence: 'not found' });
  const gitea = {
    repositoryById: async (id: number) => repositories.get(id) as never,
    repositoryByPath: async (path: string) => {
      const found = [...repositories.values()].find((each) => each.fullName === path);
      if (found === undefined) throw missing();
      return found as never;
    },
    call: async ({ path, query }: { readonly path: string; readonly query?: object }) => {
      if (path.includes('absent')) throw missing();
      return { status: 200, text: `${path} ${JSON.stringify(query)}`, header: () => null };
    },
  };
  const read = createCalleeReader(gitea, { id: 12 }, 'b2', [file('one.yml', 'the text')]);

  it.each([
    ['a file that is known already', './.gitea/workflows/one.yml', 'the text'],
    ['another folder, at the caller’s commit', './.github/workflows/a b.yml', '/api/v1/repos/acme/app/raw/.github/workflows/a%20b.yml {"ref":"b2"}'],
    ['a private repository of the same owner, at its ref', 'acme/lib/.gitea/workflows/two.yml@release/1', '/api/v1/repos/acme/lib/raw/.gitea/workflows/two.yml {"ref":"release/1"}'],
    ['a public one of another owner', 'open/lib/.gitea/workflows/two.yml@v1', '/api/v1/repos/open/lib/raw/.gitea/workflows/two.yml {"ref":"v1"}'],
    ['a private one of another owner', 'other/secret/.gitea/workflows/two.yml@v1', undefined],
    ['a repository that is not there', 'acme/none/.gitea/workflows/two.yml@v1', undefined],
    ['a file that is not there', './.gitea/workflows/absent.yml', undefined],
    ['no name of a workflow', 'nonsense', undefined],
  ])('%s', async (_, uses, expected) => {
    expect(await read(uses)).toBe(expected);
  });
});
