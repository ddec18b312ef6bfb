import { GiteaError, type GiteaClient, type GiteaErrorKind, type Hook } from '@tinqs/gitea-client';
import { describe, expect, it } from 'vitest';
import { checkGitea, type GiteaQuestions } from './gitea-checks.js';

const refuse = (kind: GiteaErrorKind) => () => Promise.reject(new GiteaError({ kind, method: 'GET', path: '/asked', sentence: 'no' }));
const hook = (fields: Partial<Hook> = {}): Hook => ({ id: 7, active: true, address: 'https://robin:pw@ci.example/webhook?key=1', contentType: 'json', events: ['workflow_job'], ...fields });

function healthy(hooks: readonly Hook[] = [hook()]): Partial<GiteaClient> {
  return {
    version: async () => '1.27.0',
    canListJobs: async () => true,
    listHooks: async ({ kind }) => (kind === 'instance' ? hooks : []),
    currentUser: async () => ({ id: 1, login: 'operator', isAdmin: true }),
    tokenScopes: async () => ['write:admin', 'write:repository'],
    listRunners: async () => [],
  };
}

async function examined(gitea: Partial<GiteaClient> = {}, change: Partial<GiteaQuestions> = {}) {
  const questions: GiteaQuestions = { gitea: { ...healthy(), ...gitea } as GiteaClient, stranger: { repositoryByPath: async () => ({}) as never }, allowed: ['acme/*', 'acme/app'], scopeKind: 'repository', source: 'auto', clockDifference: () => 400, ...change };
  const { tier, checks } = await checkGitea(questions);
  return { tier, checks, wrong: checks.filter(({ status }) => status !== 'ok') };
}

describe('what is asked of Gitea', () => {
  it('finds nothing wrong with a server that has all it needs, and says what it saw', async () => {
    const { tier, checks } = await examined();

    expect(tier).toBe('full');
    expect(checks.map(({ status, text }) => [status, text])).toEqual([
      ['ok', 'Gitea 1.27.0, tier full'],
      ['ok', 'its clock and this one differ by 0 s'],
      ['ok', 'the token is of operator, an administrator, with write:admin, write:repository'],
      ['ok', 'it sees the runners of acme/app: 0'],
      ['ok', 'hook 7 of the whole Gitea sends workflow_job to https://ci.example/webhook'],
      ['ok', 'tinqs/ci can be read without a login, as runners fetch actions'],
    ]);
  });

  it.each<readonly [what: string, gitea: Partial<GiteaClient>, change: Partial<GiteaQuestions>, expected: { readonly id: string; readonly status: string; readonly text: RegExp; readonly fix: RegExp }]>([
    ['a Gitea that does not answer', { version: refuse('unreachable') }, {}, { id: 'gitea', status: 'failed', text: /^GET \/asked: no$/, fix: /GITEA_URL.*GITEA_CA_FILE/ }],
    ['one that is too old', { version: async () => '1.23.8' }, {}, { id: 'gitea', status: 'failed', text: /ephemeral/, fix: /1\.24/ }],
    ['an older one with less to promise', { version: async () => '1.24.7' }, {}, { id: 'jobs-api', status: 'warning', text: /no call that lists jobs/, fix: /1\.25/ }],
    ['a token that may list jobs of repositories only', { canListJobs: async ({ kind }) => kind === 'repository' }, {}, { id: 'jobs-listing', status: 'warning', text: /only repository by repository/, fix: /read:admin/ }],
    ['a token that Gitea does not know', { listHooks: refuse('unauthorized') }, {}, { id: 'gitea', status: 'failed', text: /no/, fix: /GITEA_TOKEN/ }],
    ['a token without read:user', { currentUser: refuse('forbidden') }, {}, { id: 'token', status: 'warning', text: /deleted repository/, fix: /read:user/ }],
    ['a token that cannot register', { listRunners: refuse('forbidden') }, {}, { id: 'runners', status: 'failed', text: /may not see the runners of acme\/app/, fix: /owner with write:repository/ }],
    ['one that cannot register for the whole Gitea', { listRunners: refuse('forbidden') }, { scopeKind: 'instance' }, { id: 'runners', status: 'failed', text: /runners of the whole Gitea/, fix: /write:admin/ }],
    ['a clock ahead', {}, { clockDifference: () => 61_000 }, { id: 'clock', status: 'warning', text: /61 s ahead of this one/, fix: /NTP/ }],
    ['a clock behind', {}, { clockDifference: () => -90_000 }, { id: 'clock', status: 'warning', text: /90 s behind this one/, fix: /NTP/ }],
    ['answers without a date', {}, { clockDifference: () => null }, { id: 'clock', status: 'warning', text: /what time it is/, fix: /Date/ }],
    ['actions that want a login', {}, { stranger: { repositoryByPath: refuse('not-found') } }, { id: 'actions', status: 'warning', text: /checkout@v1 fail/, fix: /DEFAULT_ACTIONS_URL/ }],
    ['no hook', healthy([]), {}, { id: 'hook', status: 'failed', text: /no webhook for workflow_job/, fix: /Deploy/ }],
    ['a hook to somebody else', healthy([hook({ address: 'https://chat.example/in' })]), {}, { id: 'hook', status: 'failed', text: /no webhook/, fix: /Deploy/ }],
    ['a hook that is off', healthy([hook({ active: false })]), {}, { id: 'hook', status: 'failed', text: /hook 7 of the whole Gitea is not active/, fix: /active/ }],
    ['a hook without the event', healthy([hook({ events: ['push'] })]), {}, { id: 'hook', status: 'failed', text: /sends push, not workflow_job/, fix: /add the event workflow_job/ }],
    ['a hook that sends forms', healthy([hook({ contentType: 'form' })]), {}, { id: 'hook', status: 'failed', text: /sends form, which is refused/, fix: /application\/json/ }],
    ['two hooks to one address', healthy([hook(), hook({ id: 8 })]), {}, { id: 'hook-twice', status: 'warning', text: /comes twice/, fix: /rotating/ }],
    ['hooks that the token may not see', { listHooks: refuse('forbidden') }, {}, { id: 'hook', status: 'warning', text: /may not read webhooks/, fix: /202/ }],
  ])('says of %s what mends it', async (_what, gitea, change, { id, status, text, fix }) => {
    const { wrong } = await examined(gitea, change);

    const check = wrong.find((each) => each.id === id);
    expect(check).toMatchObject({ id, status });
    expect(check!.text).toMatch(text);
    expect(check!.fix).toMatch(fix);
  });

  it('wants a push instead, and no announced jobs, where jobs are planned from pushes', async () => {
    expect(await examined(healthy([hook({ events: ['push'] })]), { source: 'push' })).toMatchObject({ tier: 'push', wrong: [] });
    expect((await examined(healthy([hook()]), { source: 'push' })).wrong).toMatchObject([{ id: 'hook', status: 'failed' }]);
  });

  it('goes on to the next level where the token may not see one', async () => {
    const { wrong, checks } = await examined({ listHooks: ({ kind }) => (kind === 'repository' ? Promise.resolve([hook()]) : refuse('forbidden')()) });

    expect(wrong).toEqual([]);
    expect(checks.map(({ text }) => text)).toContain('hook 7 of acme/app sends workflow_job to https://ci.example/webhook');
  });

  it('never prints what an address of a hook hides', async () => {
    expect(JSON.stringify(await examined(healthy([hook(), hook({ id: 8 })])))).not.toMatch(/pw|key=1/);
  });
});
