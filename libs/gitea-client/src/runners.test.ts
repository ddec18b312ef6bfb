import { describe, expect, it } from 'vitest';
import { createGiteaClient } from './client.js';
import type { Scope } from './scope.js';
import { isRecorded, recordedAnswer, recordedVersions, replayFetch, type RecordedAnswer } from './testing.js';

const app: Scope = { kind: 'repository', repository: { fullName: 'acme/app' } };

function client(recordings: readonly RecordedAnswer[], now: () => number = () => 0) {
  const { fetch, calls } = replayFetch(recordings);
  return { client: createGiteaClient({ url: 'http://gitea.example', token: 'tok', fetch, now }), calls };
}

describe('listRunners', () => {
  const lists: readonly (readonly [string, Scope])[] = [
    ['runners-repo', app],
    ['runners-org', { kind: 'owner', login: 'acme' }],
    ['runners-user', { kind: 'owner', login: 'operator', type: 'user' }],
    ['runners-admin', { kind: 'instance' }],
    ['runners-admin-busy', { kind: 'instance' }],
  ];

  it.each(recordedVersions.flatMap((version) => lists.map(([name, scope]) => [version, name, scope] as const)))('reads %s %s', async (version, name, scope) => {
    const recorded = recordedAnswer('api', version, name);
    const rows = (recorded.body as { runners: { id: number; name: string; status: string; busy: boolean; ephemeral: boolean; disabled?: boolean; labels: { name: string }[] }[] }).runners;
    const { client: gitea, calls } = client([recorded]);

    expect(await gitea.listRunners(scope)).toEqual(
      rows.map((row) => ({ id: row.id, name: row.name, online: row.status === 'online', busy: row.busy, disabled: row.disabled ?? false, ephemeral: row.ephemeral, labels: row.labels.map((label) => label.name) })),
    );
    expect(calls.every(({ query }) => query.get('page') !== null && query.get('limit') === '50'), 'pages are always asked for').toBe(true);
  });

  it.each(recordedVersions)('goes on from page to page on %s, which says the total in the body only', async (version) => {
    const second = recordedAnswer('api', version, 'runners-repo-page2');
    const { client: gitea, calls } = client([second]);

    const total = (second.body as { total_count: number }).total_count;
    await gitea.listRunners(app);

    expect(calls).toHaveLength(total);
  });
});

describe('getRunner', () => {
  it.each(recordedVersions.flatMap((version) => ['runner-repo-get', 'runner-repo-get-online', 'runner-repo-get-busy'].map((name) => [version, name] as const)))('reads %s %s', async (version, name) => {
    const recorded = recordedAnswer('api', version, name);
    const body = recorded.body as { id: number; status: string; busy: boolean };

    expect(await client([recorded]).client.getRunner(app, body.id)).toMatchObject({ id: body.id, online: body.status === 'online', busy: body.busy });
  });

  it.each(recordedVersions)('is null on %s for a row that is gone, once the list of its scope was read', async (version) => {
    const { client: gitea, calls } = client([recordedAnswer('api', version, 'runner-repo-get-gone'), recordedAnswer('api', version, 'runners-repo')]);

    expect(await gitea.getRunner(app, 1)).toBeNull();
    expect(calls.map(({ path }) => path)).toEqual(['/api/v1/repos/acme/app/actions/runners/1', '/api/v1/repos/acme/app/actions/runners']);
  });

  it('is an error, not null, for somebody who may not see the runners: strangers get 404 too', async () => {
    const hidden = { ...recordedAnswer('api', '1.24', 'private-anonymous'), request: { method: 'GET', path: '/api/v1/repos/acme/app/actions/runners' } };
    const { client: gitea } = client([recordedAnswer('api', '1.24', 'runner-repo-get-gone'), hidden]);

    await expect(gitea.getRunner(app, 1)).rejects.toMatchObject({ kind: 'not-found' });
  });

  it.each(recordedVersions.filter((version) => isRecorded('api', version, 'runner-repo-disable')))('knows that a runner of %s is disabled', async (version) => {
    const recorded = recordedAnswer('api', version, 'runner-repo-disable');
    const asRead = { ...recorded, request: { method: 'GET', path: '/api/v1/repos/acme/app/actions/runners/9' } };

    expect(await client([asRead]).client.getRunner(app, 9)).toMatchObject({ disabled: true });
  });
});

describe('deleteRunner', () => {
  it.each(recordedVersions.flatMap((version) => ['runner-repo-delete', 'runner-repo-delete-busy'].map((name) => [version, name] as const)))('deletes with %s %s', async (version, name) => {
    const recorded = recordedAnswer('api', version, name);
    const [, fullName = '', id] = /repos\/([^/]+\/[^/]+)\/actions\/runners\/(\d+)/.exec(recorded.request.path) ?? [];

    expect(await client([recorded]).client.deleteRunner({ kind: 'repository', repository: { fullName } }, Number(id))).toBe('deleted');
  });

  it.each(recordedVersions)('finds it already gone on %s', async (version) => {
    const recorded = recordedAnswer('api', version, 'runner-repo-delete-again');
    const id = Number(/\d+$/.exec(recorded.request.path)?.[0]);

    expect(await client([recorded, recordedAnswer('api', version, 'runners-repo')]).client.deleteRunner(app, id)).toBe('already-gone');
  });
});

describe('registrationToken', () => {
  const posts: readonly (readonly [string, Scope])[] = [
    ['registration-token-repo-post', app],
    ['registration-token-org-post', { kind: 'owner', login: 'acme' }],
    ['registration-token-user-post', { kind: 'owner', login: 'operator', type: 'user' }],
    ['registration-token-admin-post', { kind: 'instance' }],
  ];

  it.each(recordedVersions.flatMap((version) => posts.filter(([name]) => isRecorded('api', version, name)).map(([name, scope]) => [version, name, scope] as const)))('is had by POST with %s %s', async (version, name, scope) => {
    const token = await client([recordedAnswer('api', version, name)]).client.registrationToken(scope);

    expect(token.reveal()).toBe('<registration token>');
    expect(`${token} ${JSON.stringify({ token })}`).toBe('[secret] {"token":"[secret]"}');
  });

  it('is had by GET where a server has no POST', async () => {
    const get = recordedAnswer('api', '1.25', 'registration-token-repo-get');
    const noPost = { ...get, request: { ...get.request, method: 'POST' }, status: 405, body: '' };

    expect((await client([noPost, get]).client.registrationToken(app)).reveal()).toBe('<registration token>');
  });

  it.each([
    ['registration-token-repo-post-anonymous', 'not-found'],
    ['scope-missing', 'forbidden'],
  ])('never falls back to GET for lack of a right: %s', async (name, kind) => {
    const recorded = recordedAnswer('api', '1.26', name);
    const { client: gitea, calls } = client([{ ...recorded, request: { method: 'POST', path: '/api/v1/repos/acme/app/actions/runners/registration-token' } }]);

    await expect(gitea.registrationToken(app)).rejects.toMatchObject({ kind });
    expect(calls.map(({ method }) => method)).toEqual(['POST']);
  });

  it('is kept for 60 s, unless a fresh one is asked for', async () => {
    let at = 0;
    const { client: gitea, calls } = client([{ ...recordedAnswer('api', '1.27', 'registration-token-repo-post'), request: { method: 'POST', path: '/api/v1/repos/acme/app/actions/runners/registration-token' } }], () => at);
    const asked = async () => {
      await gitea.registrationToken(app);
      return calls.length;
    };

    expect(await asked()).toBe(1);
    at = 59_999;
    expect(await asked()).toBe(1);
    at = 60_000;
    expect(await asked()).toBe(2);
    await gitea.registrationToken(app, { fresh: true });
    expect(calls).toHaveLength(3);
  });
});
