import { describe, expect, it } from 'vitest';
import { createGiteaClient } from './client.js';
import { recordedAnswer, recordedDelivery, recordedVersions, replayFetch, type RecordedAnswer } from './testing.js';

const answer = (path: string, body: unknown, status = 200): RecordedAnswer => ({ note: '', request: { method: 'GET', path }, status, headers: {}, body });
const client = (...recordings: RecordedAnswer[]) => createGiteaClient({ url: 'https://gitea.internal:3000/sub', token: 'tok', fetch: replayFetch(recordings).fetch });

describe('currentUser', () => {
  it.each(recordedVersions)('reads a person as %s describes one', async (version) => {
    const { sender } = JSON.parse(recordedDelivery(version, '020-workflow_job-queued-plain').body) as { sender: { id: number; login: string } };

    expect(await client(answer('/sub/api/v1/user', { ...sender, is_admin: true })).currentUser()).toEqual({ id: sender.id, login: sender.login, isAdmin: true });
  });
});

describe('tokenScopes', () => {
  it('reads them since 1.27', async () => {
    expect(await client(answer('/sub/api/v1/token', { id: 1, name: 'ci', scopes: ['write:repository', 'read:admin'] })).tokenScopes()).toEqual(['write:repository', 'read:admin']);
  });

  it.each([
    ['a route that is not there', '404 page not found\n'],
    ['a thing that is not there', { message: 'not found', url: 'https://git.example/api/swagger' }],
  ])('is null for %s', async (_, body) => {
    expect(await client(answer('/sub/api/v1/token', body, 404)).tokenScopes()).toBeNull();
  });

  it('is an error for a token that is not accepted', async () => {
    await expect(client({ ...recordedAnswer('api', '1.27', 'bad-token'), request: { method: 'GET', path: '/sub/api/v1/token' } }).tokenScopes()).rejects.toMatchObject({ kind: 'unauthorized' });
  });
});

describe('gitHosts', () => {
  const repository = recordedAnswer('api', '1.27', 'repo-get').body as object;
  const shown = (html_url: string) => client(answer('/sub/api/v1/repositories/7', { ...repository, id: 7, html_url })).gitHosts({ id: 7 });

  it('names the host in use and the one that Gitea shows', async () => {
    expect(await shown('https://git.example/acme/app')).toEqual(['gitea.internal:3000', 'git.example']);
  });

  it.each(['https://gitea.internal:3000/sub/acme/app', '', 'not an address'])('names one where there is one: %j', async (htmlUrl) => {
    expect(await shown(htmlUrl)).toEqual(['gitea.internal:3000']);
  });
});
