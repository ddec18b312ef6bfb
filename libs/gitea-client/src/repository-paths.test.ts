import { describe, expect, it } from 'vitest';
import { createGiteaClient } from './client.js';
import type { Scope } from './scope.js';
import { recordedAnswer, recordedVersions, replayFetch } from './testing.js';

/** A server whose repository 7 has the names of `names`, one after the other, each time it is looked up; old names answer 301. */
function renaming(names: readonly string[], now: () => number = () => 0) {
  const calls: string[] = [];
  let lookups = 0;
  const repository = recordedAnswer('api', '1.27', 'repo-get').body as object;
  const client = createGiteaClient({
    url: 'http://gitea.example',
    now,
    fetch: async (url, { method }) => {
      const { pathname } = new URL(url);
      calls.push(`${method} ${pathname}`);
      const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => ({ status, headers: { get: (name: string) => headers[name] ?? null }, text: async () => (body === undefined ? '' : JSON.stringify(body)) });
      if (pathname === '/api/v1/repositories/7') {
        const full_name = names[Math.min(lookups, names.length - 1)];
        lookups += 1;
        return answer(200, { ...repository, id: 7, full_name });
      }
      const current = names.at(-1) ?? '';
      if (pathname.startsWith(`/api/v1/repos/${current}/`)) return method === 'DELETE' ? answer(204, undefined) : answer(200, { token: 't', runners: [], total_count: 0 });
      return answer(301, undefined, { location: pathname.replace(/\/repos\/[^/]+\/[^/]+/, `/repos/${current}`) });
    },
  });
  return { client, calls };
}

const scope: Scope = { kind: 'repository', repository: { id: 7 } };

describe('a repository by id', () => {
  it('is looked up before the first write and kept for 60 s', async () => {
    let at = 0;
    const { client, calls } = renaming(['acme/app'], () => at);
    const lookups = () => calls.filter((call) => call.includes('/repositories/')).length;

    await client.deleteRunner(scope, 1);
    at = 59_999;
    await client.deleteRunner(scope, 2);
    expect(lookups()).toBe(1);
    at = 60_000;
    await client.deleteRunner(scope, 3);
    expect(lookups()).toBe(2);
  });

  it.each(['acme/new', 'other/app'])('is written to as %s when it was renamed or moved meanwhile: the old path answers 301 and does nothing', async (fullName) => {
    const { client, calls } = renaming(['acme/app', fullName]);

    expect(await client.deleteRunner(scope, 5)).toBe('deleted');
    expect(calls).toEqual(['GET /api/v1/repositories/7', 'DELETE /api/v1/repos/acme/app/actions/runners/5', 'GET /api/v1/repositories/7', `DELETE /api/v1/repos/${fullName}/actions/runners/5`]);
  });

  it('gets its registration token under its new name', async () => {
    const { client, calls } = renaming(['acme/app', 'acme/new']);
    await client.registrationToken(scope);

    expect(calls.at(-1)).toBe('POST /api/v1/repos/acme/new/actions/runners/registration-token');
  });

  it('is not written to in a circle where the server sends it back to the same name', async () => {
    const { client, calls } = renaming(['acme/app', 'acme/app', 'acme/never']);

    await expect(client.deleteRunner(scope, 5)).rejects.toMatchObject({ kind: 'redirected' });
    expect(calls.filter((call) => call.startsWith('DELETE'))).toHaveLength(1);
  });

  it('is read through the redirect', async () => {
    const { client, calls } = renaming(['acme/app', 'acme/new']);

    expect(await client.listRunners(scope)).toEqual([]);
    expect(calls).toEqual(['GET /api/v1/repositories/7', 'GET /api/v1/repos/acme/app/actions/runners', 'GET /api/v1/repos/acme/new/actions/runners']);
  });
});

describe('a repository by name', () => {
  it('is never written to through a redirect: another one may have the name now', async () => {
    const { client, calls } = renaming(['acme/new']);

    await expect(client.deleteRunner({ kind: 'repository', repository: { fullName: 'acme/app' } }, 5)).rejects.toMatchObject({ kind: 'redirected' });
    expect(calls).toEqual(['DELETE /api/v1/repos/acme/app/actions/runners/5']);
  });

  it.each(recordedVersions)('is read as %s describes it', async (version) => {
    const recorded = recordedAnswer('api', version, 'repo-get');
    const body = recorded.body as { id: number; full_name: string; default_branch: string; html_url: string; private: boolean; owner: { id: number; login: string } };
    const { fetch } = replayFetch([recorded]);

    expect(await createGiteaClient({ url: 'http://gitea.example', fetch }).repositoryByPath(body.full_name)).toEqual({
      id: body.id,
      fullName: body.full_name,
      owner: { id: body.owner.id, login: body.owner.login },
      name: body.full_name.split('/')[1],
      defaultBranch: body.default_branch,
      htmlUrl: body.html_url,
      private: body.private,
      fork: false,
      mirror: false,
      archived: false,
    });
  });
});
