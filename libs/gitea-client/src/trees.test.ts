import { describe, expect, it } from 'vitest';
import { createGiteaClient } from './client.js';
import { recordedAnswer, recordedVersions, replayFetch, type RecordedAnswer } from './testing.js';

interface TreeBody {
  readonly tree: readonly { path: string; mode: string; sha: string }[];
  readonly total_count: number;
}

function at(recording: RecordedAnswer, part: RegExp): { fullName: string; id: string } {
  const fullName = /repos\/([^/]+\/[^/]+)\//.exec(recording.request.path)?.[1] ?? '';
  return { fullName, id: part.exec(recording.request.path)?.[1] ?? '' };
}

const client = (recordings: readonly RecordedAnswer[]) => {
  const { fetch, calls } = replayFetch(recordings);
  return { client: createGiteaClient({ url: 'http://gitea.example', fetch }), calls };
};
const treeId = /git\/trees\/([0-9a-f]+)/;

describe('tree', () => {
  it.each(recordedVersions.flatMap((version) => [[version, 'tree-recursive', true], [version, 'tree-flat', false]] as const))('reads %s %s', async (version, name, recursive) => {
    const recorded = recordedAnswer('api', version, name);
    const { fullName, id } = at(recorded, treeId);
    const { client: gitea, calls } = client([recorded]);

    const tree = await gitea.tree({ fullName }, id, { recursive });

    expect(tree).toEqual((recorded.body as TreeBody).tree.map(({ path, mode, sha }) => ({ path, mode, id: sha })));
    expect(calls.map(({ query }) => [query.get('page'), query.get('per_page'), query.get('recursive')])).toEqual([['1', '1000', recursive ? 'true' : null]]);
  });

  it.each(recordedVersions)('goes on from page to page on %s until all entries have come', async (version) => {
    const whole = recordedAnswer('api', version, 'tree-recursive');
    const { tree, total_count: total } = whole.body as TreeBody;
    const page = (from: number, to: number): RecordedAnswer => ({ ...whole, body: { tree: tree.slice(from, to), truncated: to < total, total_count: total } });
    const { fullName, id } = at(whole, treeId);
    const { client: gitea, calls } = client([page(0, 6), page(6, 12), page(12, total)]);

    expect(await gitea.tree({ fullName }, id, { recursive: true })).toHaveLength(total);
    expect(calls.map(({ query }) => query.get('page'))).toEqual(['1', '2', '3']);
  });

  it.each(recordedVersions)('is null on %s for a commit that is gone, which is a 400 there', async (version) => {
    const recorded = recordedAnswer('api', version, 'tree-missing');
    const { fullName, id } = at(recorded, treeId);

    expect(recorded.status).toBe(400);
    expect(await client([recorded]).client.tree({ fullName }, id)).toBeNull();
  });

  it('is an error where the repository itself cannot be seen', async () => {
    const recorded = recordedAnswer('api', '1.27', 'private-anonymous');
    const hidden = { ...recorded, request: { method: 'GET', path: '/api/v1/repositories/9' } };

    await expect(client([hidden]).client.tree({ id: 9 }, 'abc')).rejects.toMatchObject({ kind: 'not-found' });
  });
});

describe('blob', () => {
  it.each(recordedVersions)('reads the text of %s', async (version) => {
    const recorded = recordedAnswer('api', version, 'blob');
    const { fullName, id } = at(recorded, /git\/blobs\/([0-9a-f]+)/);

    expect(await client([recorded]).client.blob({ fullName }, id)).toBe('a\n');
  });

  it('is null where the server leaves a large file out', async () => {
    const recorded = recordedAnswer('api', '1.27', 'blob');
    const { fullName, id } = at(recorded, /git\/blobs\/([0-9a-f]+)/);

    expect(await client([{ ...recorded, body: { ...(recorded.body as object), content: null } }]).client.blob({ fullName }, id)).toBeNull();
  });
});

describe('file', () => {
  const filePath = /raw\/([^?]+)/;
  const commit = /ref=([0-9a-f]+)/;

  it.each(recordedVersions)('is its text on %s', async (version) => {
    const recorded = recordedAnswer('api', version, 'raw-file');
    const { fullName, id: path } = at(recorded, filePath);

    expect(await client([recorded]).client.file({ fullName }, path, at(recorded, commit).id)).toBe(recorded.body);
  });

  it.each(recordedVersions)('is null on %s where the commit has none', async (version) => {
    const recorded = recordedAnswer('api', version, 'raw-missing');
    const { fullName, id: path } = at(recorded, filePath);

    expect(await client([recorded]).client.file({ fullName }, path, at(recorded, commit).id)).toBeNull();
  });

  it('stays an error where nobody can tell', async () => {
    const recorded = { ...recordedAnswer('api', '1.27', 'raw-missing'), status: 502, body: 'bad gateway' };
    const { fullName, id: path } = at(recorded, filePath);

    await expect(client([recorded]).client.file({ fullName }, path, at(recorded, commit).id)).rejects.toMatchObject({ kind: 'server' });
  });
});
