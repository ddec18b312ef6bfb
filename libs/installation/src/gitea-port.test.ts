import { GiteaError, createGiteaClient, createSecret, type GiteaClient, type ListedJob } from '@tinqs/gitea-client';
import { beforeEach, describe, expect, it } from 'vitest';
import { createGiteaPort, toFact, type GiteaPortOptions } from './gitea-port.js';

const NOW = 1_900_000_000_000;
const SCOPE = { kind: 'repository', id: 7, fullName: 'acme/app' } as const;

function failure(kind: 'not-found' | 'forbidden' | 'unreachable', noSuchRoute = false): GiteaError {
  return new GiteaError({ kind, method: 'GET', path: '/api/v1/x', status: kind === 'not-found' ? 404 : 403, sentence: kind, noSuchRoute });
}

const job = (change: Partial<ListedJob> = {}): ListedJob =>
  ({ id: 4411, runId: 12, runAttempt: 1, name: 'build', labels: ['go'], status: 'queued', conclusion: null, headSha: 'abc', headBranch: 'main', htmlUrl: 'https://git.example.com/acme/app/actions/runs/12/jobs/0', runnerId: null, runnerName: null, createdAt: '2030-01-01T00:00:00Z', startedAt: null, completedAt: null, repositoryPath: 'acme/app', ...change }) as ListedJob;

type Calls = Partial<{ readonly [call in keyof GiteaClient]: (...args: never[]) => Promise<unknown> }>;

/** What the port warned of. */
let warned: string[] = [];
const log = { warn: (message: string, fields?: object) => void warned.push(`${message} ${JSON.stringify(fields)}`) };
beforeEach(() => (warned = []));

function portWith(calls: Calls, options: Partial<GiteaPortOptions> = {}) {
  const client = { repositoryByPath: async (path: string) => ({ id: path === 'acme/app' ? 7 : 8, fullName: path, mirror: false }), currentUser: async () => ({ isAdmin: false }), ...calls } as unknown as GiteaClient;
  return createGiteaPort({ client, now: () => NOW, allowedRepositories: ['acme/*'], registrationToken: null, isCaller: async () => false, log, ...options });
}

describe('toFact', () => {
  it.each([
    ['queued', 'queued', 'a runner may take it'],
    ['waiting', 'blocked', 'it waits for others'],
    ['in_progress', 'running', 'a runner has it'],
    ['completed', 'done', 'final'],
    ['unknown', 'blocked', 'a word of a newer server: not ready, read again'],
  ] as const)('calls %s %s: %s', (said, status, _reason) => {
    expect(toFact(job({ status: said }), { id: 7, fullName: 'acme/app' }, NOW, 'listing').status).toBe(status);
  });

  it('makes nothing of what Gitea leaves empty', () => {
    expect(toFact(job({ headSha: '', htmlUrl: '', createdAt: null }), { id: 7, fullName: 'acme/app' }, NOW, 'read')).toMatchObject({ id: '4411', headSha: null, url: null, createdAt: null, seenAt: NOW, via: 'read' });
  });
});

describe('createGiteaPort', () => {
  it('gives up each list when it is told to', async () => {
    const { signal } = new AbortController();
    const heard: unknown[] = [];
    const port = portWith(
      {
        listJobs: async (query: { signal?: AbortSignal }) => {
          heard.push(query.signal);
          throw failure('forbidden');
        },
      },
      { allowedRepositories: ['acme/app'] },
    );

    await expect(port.listJobs(signal)).rejects.toMatchObject({ kind: 'forbidden' });
    expect(heard).toEqual([signal, signal, signal]);
  });

  it('lists at the highest level that the token allows: the instance, else owners, else repositories that are named', async () => {
    const asked: unknown[] = [];
    const port = portWith(
      {
        listJobs: async (query: { scope?: { kind: string; login?: string } }) => {
          asked.push(query.scope ?? 'instance');
          if (query.scope === undefined || query.scope.login === 'tools') throw failure('forbidden');
          return [job({ repositoryPath: query.scope.kind === 'owner' ? 'acme/app' : 'tools/site' })];
        },
      },
      { allowedRepositories: ['acme/*', 'tools/site', 'tools/*', '*/public'] },
    );

    expect((await port.listJobs()).map((fact) => fact.repository.fullName)).toEqual(['acme/app', 'tools/site']);
    expect(asked).toEqual(['instance', { kind: 'owner', login: 'acme' }, { kind: 'owner', login: 'tools' }, { kind: 'repository', repository: { fullName: 'tools/site' } }]);
  });

  it('drops listed jobs of repositories that are not allowed, mirrors without a name among them', async () => {
    const port = portWith({
      repositoryByPath: async (path: string) => ({ id: 1, fullName: path, mirror: path === 'acme/mirror' }),
      listJobs: async () => [job(), job({ id: 2, repositoryPath: 'evil/app' }), job({ id: 3, repositoryPath: 'acme/mirror' })],
    } as Calls);

    expect((await port.listJobs()).map((fact) => fact.id)).toEqual(['4411']);
  });

  it('never takes a part of the list for the whole: what fails otherwise is thrown', async () => {
    await expect(portWith({ listJobs: async () => Promise.reject(failure('unreachable')) }).listJobs()).rejects.toThrow('unreachable');
  });

  it.each(['not-found', 'forbidden'] as const)('lists on where one repository is hidden from the token (%s), and says so', async (kind) => {
    const port = portWith({ repositoryByPath: async (path: string) => (path === 'acme/secret' ? Promise.reject(failure(kind)) : { id: 7, fullName: path, mirror: false }), listJobs: async () => [job({ id: 1, repositoryPath: 'acme/secret' }), job()] } as Calls);

    expect((await port.listJobs()).map((fact) => fact.id)).toEqual(['4411']);
    expect(warned).toEqual([expect.stringContaining('acme/secret')]);
  });

  it('asks for no repository that is not allowed: a server has many', async () => {
    const asked: string[] = [];
    const port = portWith({ repositoryByPath: async (path: string) => (asked.push(path), { id: 7, fullName: path, mirror: false }), listJobs: async () => [job({ id: 1, repositoryPath: 'evil/app' }), job()] } as Calls);

    await port.listJobs();

    expect(asked).toEqual(['acme/app']);
  });

  it('lists on where one of the repositories that are named is gone, and says so', async () => {
    const listJobs = async ({ scope }: { scope?: { kind: string; repository?: { fullName: string } } }) => (scope?.repository?.fullName === 'tools/site' ? [job({ repositoryPath: 'tools/site' })] : Promise.reject(failure(scope?.kind === 'repository' ? 'not-found' : 'forbidden')));
    const port = portWith({ listJobs } as Calls, { allowedRepositories: ['tools/gone', 'tools/site'] });

    expect((await port.listJobs()).map((fact) => fact.repository.fullName)).toEqual(['tools/site']);
    expect(warned).toEqual([expect.stringContaining('tools/gone')]);
  });

  it('says of an owner, too, of which nothing else may be listed', async () => {
    const listJobs = async ({ scope }: { scope?: { kind: string } }) => (scope?.kind === 'repository' ? [job({ repositoryPath: 'tools/site' })] : Promise.reject(failure('forbidden')));

    expect(await portWith({ listJobs } as Calls, { allowedRepositories: ['acme/*', 'tools/site'] }).listJobs()).toHaveLength(1);
    expect(warned).toEqual([expect.stringContaining('"acme"')]);
  });

  it.each([
    ['each of the named repositories is closed to the token', ['acme/app', 'acme/site']],
    ['its owners are, and no repository is named', ['acme/*', 'tools/ci-*']],
    ['the instance is, and no owner is named', ['*/*']],
  ])('takes no refusal for an empty list: %s', async (_which, allowedRepositories) => {
    await expect(portWith({ listJobs: async () => Promise.reject(failure('forbidden')) }, { allowedRepositories }).listJobs()).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it.each([
    ['an administrator’s token', true, false, 'gone'],
    ['another token, from which it may only be hidden', false, false, 'thrown'],
    ['a server without the call', true, true, 'thrown'],
  ])('believes a 404 with %s: %s', async (_who, isAdmin, noSuchRoute, outcome) => {
    const refuse = async () => Promise.reject(failure('not-found', noSuchRoute));
    const port = portWith({ getJob: refuse, listRunners: refuse, getRunner: refuse, deleteRunner: refuse, currentUser: async () => ({ isAdmin }) });
    const all = await Promise.allSettled([port.readJob({ id: 7, fullName: 'acme/app' }, '4411'), port.listRunners(SCOPE), port.readRunner(SCOPE, 41), port.unregister(SCOPE, 41)]);

    if (outcome === 'gone') expect(all.map((each) => each.status === 'fulfilled' && each.value)).toEqual([null, [], null, undefined]);
    else expect(all.map((each) => each.status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected']);
  });

  it('believes a 404 of Gitea, and none of a proxy that has lost it: nothing is gone by that', async () => {
    const answers = { '/api/v1/user': { id: 1, login: 'ci', is_admin: true }, '/api/v1/repositories/7': { id: 7, full_name: 'acme/app', name: 'app', owner: { id: 1, login: 'acme' }, default_branch: 'main', html_url: 'https://git.example.com/acme/app' } };
    let body = '{"message":"not found","url":"https://git.example.com/api/swagger"}';
    const client = createGiteaClient({
      url: 'https://git.example.com',
      token: 'a-token-of-forty-characters-for-a-person',
      fetch: async (address) => {
        const known = (answers as { readonly [path: string]: unknown })[new URL(address).pathname];
        const isThere = known !== undefined && !body.startsWith('<');
        return { status: isThere ? 200 : 404, headers: { get: () => null }, text: async () => (isThere ? JSON.stringify(known) : body) };
      },
    });
    const port = createGiteaPort({ client, now: () => NOW, allowedRepositories: ['acme/*'], registrationToken: null, isCaller: async () => false, log });
    // Whose token it is, is known from here on.
    expect(await port.listRunners(SCOPE)).toEqual([]);
    body = '<html><h1>404 Not Found</h1>nginx</html>';

    for (const read of [() => port.readJob({ id: 7, fullName: 'acme/app' }, '4411'), () => port.listRunners(SCOPE), () => port.readRunner(SCOPE, 41)]) await expect(read()).rejects.toMatchObject({ kind: 'unexpected-answer', status: 404 });
  });

  it.each([
    ['lacks read:user', new GiteaError({ kind: 'forbidden', method: 'GET', path: '/api/v1/user', status: 403, sentence: 'required=[read:user]' }), 'not-found: deleted, or hidden from the token, which nobody can tell until GITEA_TOKEN gets the scope read:user (GET /api/v1/user: 403, required=[read:user])'],
    ['cannot be looked up', new GiteaError({ kind: 'unreachable', method: 'GET', path: '/api/v1/user', sentence: 'no answer' }), 'not-found: deleted, or hidden from the token, which nobody can tell (GET /api/v1/user: no answer)'],
  ])('keeps to the 404 where the token %s, ends nothing by it, and says so', async (_which, lookUp, sentence) => {
    let lookUps = 0;
    const refuse = async () => Promise.reject(failure('not-found'));
    const port = portWith({ getJob: refuse, listRunners: refuse, getRunner: refuse, deleteRunner: refuse, currentUser: async () => ((lookUps += 1), Promise.reject(lookUp)) });
    const reads = [() => port.readJob({ id: 7, fullName: 'acme/app' }, '4411'), () => port.listRunners(SCOPE), () => port.readRunner(SCOPE, 41), () => port.unregister(SCOPE, 41)];

    for (const read of reads) await expect(read()).rejects.toMatchObject({ kind: 'not-found', status: 404, path: '/api/v1/x', sentence, cause: lookUp });
    // The scope may have been given meanwhile.
    expect(lookUps).toBe(4);
  });

  it('registers with the instance’s token in that scope only', async () => {
    const calls: { path?: string }[] = [];
    const answer = { runner: { id: '41', uuid: 'u', token: 't', name: 'n', labels: ['go'], ephemeral: true } };
    const tokens: string[] = [];
    const fake: Calls = {
      call: async (request: { path: string; body?: unknown }) => (calls.push(request), tokens.push(JSON.stringify(request)), { status: 200, text: JSON.stringify(answer), headers: { get: () => null } }),
      registrationToken: async () => createSecret('scope-token'),
    };
    const port = portWith(fake, { registrationToken: async () => 'instance-token' });

    expect(await port.register({ name: 'n', labels: ['go'], scope: SCOPE })).toMatchObject({ kind: 'registered', runnerId: 41 });
    expect(await port.register({ name: 'n', labels: ['go'], scope: { kind: 'instance' } })).toMatchObject({ kind: 'registered', runnerId: 41 });
    expect(tokens.map((text) => [text.includes('scope-token'), text.includes('instance-token')])).toEqual([[true, false], [false, true]]);
  });

  it('refuses for good what Gitea would register for ever', async () => {
    const deleted: unknown[] = [];
    const port = portWith({
      call: async () => ({ status: 200, text: JSON.stringify({ runner: { id: '41', uuid: 'u', token: 't', name: 'n', labels: ['go'], ephemeral: false } }), headers: { get: () => null } }),
      registrationToken: async () => createSecret('scope-token'),
      deleteRunner: async (...args: unknown[]) => void deleted.push(args),
    } as Calls);

    expect(await port.register({ name: 'n', labels: ['go'], scope: SCOPE })).toMatchObject({ kind: 'refused', permanent: true });
    expect(deleted).toHaveLength(1);
  });

  it.each([
    ['started', 'started'],
    ['refused', 'not-yet'],
    ['unsupported', 'unsupported'],
    ['gone', 'gone'],
  ])('tells a re-run that is %s as %s', async (kind, told) => {
    expect(await portWith({ rerunJob: async () => ({ kind }) }).rerunJob({ id: 7, fullName: 'acme/app' }, 12, '4411')).toBe(told);
  });

  it('reads a path’s repository once a minute: a listing names hundreds of jobs of one', async () => {
    let reads = 0;
    const port = portWith({ repositoryByPath: async (path: string) => ((reads += 1), { id: 7, fullName: path, mirror: false }), listJobs: async () => [job(), job({ id: 2 }), job({ id: 3 })] } as Calls);

    await port.listJobs();
    await port.listJobs();

    expect(reads).toBe(1);
  });
});
