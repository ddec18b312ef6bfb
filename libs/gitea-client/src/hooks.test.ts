import { describe, expect, it } from 'vitest';
import { createGiteaClient } from './client.js';
import { replayFetch, type RecordedAnswer } from './testing.js';

/** As 1.25.4 and 1.27.0 list a system hook that was made by API. */
const listed = (id: number, fields: object = {}) => ({ id, type: 'gitea', branch_filter: '', config: { content_type: 'json', url: 'http://127.0.0.1:9/webhook' }, events: ['push', 'workflow_job'], authorization_header: '', active: true, ...fields });
const answer = (path: string, body: unknown, headers: Record<string, string> = {}): RecordedAnswer => ({ note: '', request: { method: 'GET', path }, status: 200, headers, body });

function client(...recordings: RecordedAnswer[]) {
  const { fetch, calls } = replayFetch(recordings);
  return { calls, gitea: createGiteaClient({ url: 'https://git.example', token: 'tok', fetch }) };
}

describe('listHooks', () => {
  it.each([
    ['the system hooks of the instance', { kind: 'instance' }, '/api/v1/admin/hooks?type=system'],
    ['those of an organisation', { kind: 'owner', login: 'acme' }, '/api/v1/orgs/acme/hooks'],
    ['those of the token’s own account', { kind: 'owner', login: 'robin', type: 'user' }, '/api/v1/user/hooks'],
    ['those of a repository', { kind: 'repository', repository: { fullName: 'acme/app' } }, '/api/v1/repos/acme/app/hooks'],
  ] as const)('reads %s', async (_what, scope, path) => {
    const { gitea } = client(answer(path, [listed(7)]));

    expect(await gitea.listHooks(scope)).toEqual([{ id: 7, active: true, address: 'http://127.0.0.1:9/webhook', contentType: 'json', events: ['push', 'workflow_job'] }]);
  });

  it('asks once where the whole list comes without a count, as on 1.25', async () => {
    const { gitea, calls } = client(answer('/api/v1/admin/hooks?type=system', [listed(1), listed(2)]));

    expect(await gitea.listHooks({ kind: 'instance' })).toHaveLength(2);
    expect(calls).toHaveLength(1);
  });

  it('reads on while the count says that there are more, as on 1.27', async () => {
    const count = { 'x-total-count': '2' };
    const { gitea, calls } = client(answer('/api/v1/admin/hooks', [listed(1)], count), answer('/api/v1/admin/hooks', [listed(2)], count));

    expect((await gitea.listHooks({ kind: 'instance' })).map(({ id }) => id)).toEqual([1, 2]);
    expect(calls.map(({ query }) => query.get('page'))).toEqual(['1', '2']);
  });

  it('takes a hook without events or address for what it is', async () => {
    const { gitea } = client(answer('/api/v1/admin/hooks', [listed(1, { events: null, config: {} })]));

    expect(await gitea.listHooks({ kind: 'instance' })).toEqual([{ id: 1, active: true, address: '', contentType: '', events: [] }]);
  });
});
