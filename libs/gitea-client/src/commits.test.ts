import { describe, expect, it } from 'vitest';
import { createGiteaClient } from './client.js';
import { isRecorded, recordedAnswer, recordedVersions, replayFetch, type RecordedAnswer } from './testing.js';

const client = (...recordings: RecordedAnswer[]) => {
  const { fetch, calls } = replayFetch(recordings);
  return { client: createGiteaClient({ url: 'http://gitea.example', fetch }), calls };
};
const repositoryOf = ({ request }: RecordedAnswer) => ({ fullName: /repos\/([^/]+\/[^/]+)\//.exec(request.path)?.[1] ?? '' });

describe('commit', () => {
  it.each(recordedVersions)('reads %s with its parents', async (version) => {
    const recorded = recordedAnswer('api', version, 'commit-get');
    const body = recorded.body as { sha: string; parents: { sha: string }[] };

    expect(await client(recorded).client.commit(repositoryOf(recorded), body.sha)).toEqual({ id: body.sha, parents: body.parents.map(({ sha }) => sha), message: 'two\n' });
  });

  it('is null for one that is gone', async () => {
    const recorded = recordedAnswer('api', '1.27', 'compare-missing');
    const gone = { ...recorded, request: { method: 'GET', path: '/api/v1/repos/a/b/git/commits/1111' } };

    expect(await client(gone).client.commit({ fullName: 'a/b' }, '1111')).toBeNull();
  });
});

describe('compare', () => {
  const ends = ({ request }: RecordedAnswer) => /compare\/([0-9a-f]+)\.\.\.([0-9a-f]+)$/.exec(request.path)?.slice(1) ?? [];

  it.each(recordedVersions.flatMap((version) => [
    [version, 'compare-two-commits', 3, 'the commits between'],
    [version, 'compare-backwards', 0, 'none'],
  ] as const))('reads %s %s: %i commits, %s', async (version, name, number, _what) => {
    const recorded = recordedAnswer('api', version, name);
    const [base = '', head = ''] = ends(recorded);
    const commits = await client(recorded).client.compare(repositoryOf(recorded), base, head);

    expect(commits).toHaveLength(number);
    if (number > 0) expect(commits?.[0]?.id, 'newest first').toBe(head);
  });

  it.each(recordedVersions)('is null on %s for a base that is gone', async (version) => {
    const recorded = recordedAnswer('api', version, 'compare-missing');
    const [base = '', head = ''] = ends(recorded);

    expect(await client(recorded).client.compare(repositoryOf(recorded), base, head)).toBeNull();
  });

  it('is a server error on 1.26 for histories that have nothing in common, and empty elsewhere', async () => {
    for (const version of recordedVersions) {
      const recorded = recordedAnswer('api', version, 'compare-unrelated');
      const [base = '', head = ''] = ends(recorded);
      const compared = client(recorded).client.compare(repositoryOf(recorded), base, head);

      if (version === '1.26') await expect(compared).rejects.toMatchObject({ kind: 'server' });
      else expect(await compared).toEqual([]);
    }
  });
});

describe('commitStatuses', () => {
  const names = ['commit-status-queued', 'commit-status-running', 'commit-status-superseded', 'commit-status-swept'].filter((name) => isRecorded('api', '1.24', name));

  it.each(names)('reads %s of 1.24, the one witness it has', async (name) => {
    const recorded = recordedAnswer('api', '1.24', name);
    const rows = (recorded.body as { statuses: { context: string; status: string; target_url: string; description: string }[] }).statuses;
    const sha = /commits\/([0-9a-f]+)\/status/.exec(recorded.request.path)?.[1] ?? '';

    expect(await client(recorded).client.commitStatuses(repositoryOf(recorded), sha)).toEqual(
      rows.map((row) => ({ context: row.context, state: row.status, targetUrl: row.target_url, description: row.description })),
    );
  });

  it('reads until X-Total-Count, since total_count counts one page only', async () => {
    const recorded = recordedAnswer('api', '1.24', 'commit-status-queued');
    const body = recorded.body as { statuses: object[] };
    const page = (...ids: number[]): RecordedAnswer => ({ ...recorded, headers: { 'x-total-count': '3' }, body: { ...body, statuses: ids.map((id) => ({ ...body.statuses[0], id })), total_count: ids.length } });
    const sha = /commits\/([0-9a-f]+)\/status/.exec(recorded.request.path)?.[1] ?? '';
    const { client: gitea, calls } = client(page(1, 2), page(3));

    expect(await gitea.commitStatuses(repositoryOf(recorded), sha)).toHaveLength(3);
    expect(calls.map(({ query }) => query.get('page'))).toEqual(['1', '2']);
  });
});
