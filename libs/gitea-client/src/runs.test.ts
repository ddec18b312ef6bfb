import { describe, expect, it } from 'vitest';
import { createGiteaClient } from './client.js';
import { isRecorded, recordedAnswer, recordedVersions, replayFetch, type RecordedAnswer } from './testing.js';

const app = { fullName: 'acme/app' };
const client = (...recordings: RecordedAnswer[]) => {
  const { fetch, calls } = replayFetch(recordings);
  return { client: createGiteaClient({ url: 'http://gitea.example', token: 'tok', fetch }), calls };
};
const partsOf = ({ request }: RecordedAnswer) => {
  const [, fullName = '', run, job] = /repos\/([^/]+\/[^/]+)\/actions\/runs\/(\d+)(?:\/jobs\/(\d+))?/.exec(request.path) ?? [];
  return { repository: { fullName }, runId: Number(run), jobId: Number(job) };
};

describe('getRun', () => {
  it.each(['1.25', '1.26', '1.27'])('reads %s: the workflow’s file, its ref, its event', async (version) => {
    const recorded = recordedAnswer('api', version, 'run-get');
    const { repository, runId } = partsOf(recorded);
    const body = recorded.body as { head_sha: string; html_url: string };

    expect(await client(recorded).client.getRun(repository, runId)).toEqual({ id: runId, workflow: 'slow.yml', ref: 'refs/heads/main', event: 'workflow_dispatch', headSha: body.head_sha, htmlUrl: body.html_url });
  });

  it('is an error on 1.24, which has no such call', async () => {
    const recorded = recordedAnswer('api', '1.24', 'run-get');
    const { repository, runId } = partsOf(recorded);

    await expect(client(recorded).client.getRun(repository, runId)).rejects.toMatchObject({ noSuchRoute: true });
  });
});

describe('listNewerRuns', () => {
  const row = (id: number) => ({ ...(recordedAnswer('api', '1.27', 'run-get').body as object), id, path: `ci.yml@refs/heads/b${id}` });

  /** A repository of runs 1 to `most`, as Gitea lists them: the newest first. */
  async function newerThan(runId: number, most: number) {
    const pages: number[] = [];
    const gitea = createGiteaClient({
      url: 'http://gitea.example',
      fetch: async (url) => {
        const { pathname, searchParams } = new URL(url);
        expect(pathname).toBe('/api/v1/repos/acme/app/actions/runs');
        const [page, limit] = [Number(searchParams.get('page')), Number(searchParams.get('limit'))];
        pages.push(page);
        const ids = Array.from({ length: most }, (_, index) => most - index).slice((page - 1) * limit, page * limit);
        return { status: 200, headers: { get: () => null }, text: async () => JSON.stringify({ workflow_runs: ids.map(row), total_count: most }) };
      },
    });
    return { runs: await gitea.listNewerRuns(app, runId), pages };
  }

  it('tells the runs that were made after one, and reads no page behind it', async () => {
    const { runs, pages } = await newerThan(198, 200);

    expect(runs.map(({ id, workflow, ref }) => [id, workflow, ref])).toEqual([[200, 'ci.yml', 'refs/heads/b200'], [199, 'ci.yml', 'refs/heads/b199']]);
    expect(pages).toEqual([1]);
  });

  it('reads on as long as all of a page are newer', async () => {
    const { runs, pages } = await newerThan(60, 200);

    expect([runs.length, pages]).toEqual([140, [1, 2, 3]]);
  });

  it.each([
    ['it is the newest', 200, 200],
    ['there is none', 7, 0],
  ])('tells none where %s', async (_, runId, most) => {
    expect((await newerThan(runId, most)).runs).toEqual([]);
  });
});

describe('rerunJob', () => {
  const run = async (recorded: RecordedAnswer) => {
    const { repository, runId, jobId } = partsOf(recorded);
    return client(recorded).client.rerunJob(repository, runId, jobId);
  };

  it.each([
    ['1.26', 'the same id'],
    ['1.27', 'a new id'],
  ])('starts a job of %s again, under %s', async (version) => {
    const recorded = recordedAnswer('api', version, 'job-rerun');
    const asked = partsOf(recorded).jobId;
    const outcome = await run(recorded);

    expect(outcome).toMatchObject({ kind: 'started', job: { status: 'queued', name: 'good' } });
    expect(outcome.kind === 'started' && outcome.job?.id === asked).toBe(version === '1.26');
  });

  it.each(['1.24', '1.25'])('is unsupported on %s', async (version) => {
    expect(await run(recordedAnswer('api', version, 'post-runs-n-jobs-n-rerun'))).toEqual({ kind: 'unsupported' });
  });

  it('is refused while the run is not done', async () => {
    expect(await run(recordedAnswer('api', '1.26', 'post-runs-n-jobs-n-rerun'))).toEqual({ kind: 'refused', sentence: 'this workflow run is not done' });
  });

  it('says that a job of an older attempt is gone', async () => {
    expect(await run(recordedAnswer('api', '1.27', 'job-rerun-first-id'))).toEqual({ kind: 'gone' });
    expect(await run(recordedAnswer('api', '1.27', 'post-runs-n-jobs-n-rerun'))).toEqual({ kind: 'gone' });
  });

  it.each([
    ['an empty body', ''],
    ['a body of another shape', { id: 'x' }],
    ['text', 'ok'],
  ])('has started all the same where the answer is %s', async (_, body) => {
    expect(await run({ ...recordedAnswer('api', '1.27', 'job-rerun'), body })).toEqual({ kind: 'started', job: null });
  });

  it('throws where the token may not', async () => {
    const recorded = { ...recordedAnswer('api', '1.27', 'job-rerun'), status: 403, body: { message: 'no' } };

    await expect(run(recorded)).rejects.toMatchObject({ kind: 'forbidden' });
  });

  it('throws where the repository cannot be seen: that is not a job that is gone', async () => {
    const hidden = { ...recordedAnswer('api', '1.27', 'private-anonymous'), request: { method: 'GET', path: '/api/v1/repositories/4' } };

    await expect(client(hidden).client.rerunJob({ id: 4 }, 1, 1)).rejects.toMatchObject({ kind: 'not-found' });
  });
});

describe('dispatchWorkflow', () => {
  it.each(recordedVersions)('starts a workflow on %s', async (version) => {
    const recorded = recordedAnswer('api', version, 'dispatch-return-details');
    const body = recorded.body as { workflow_run_id?: number; html_url?: string };
    const { client: gitea, calls } = client(recorded);

    expect(await gitea.dispatchWorkflow(app, 'inputs.yml', { ref: 'main', inputs: { who: 'you' } })).toEqual({ runId: body.workflow_run_id ?? null, htmlUrl: body.html_url ?? null });
    expect(calls[0]).toMatchObject({ method: 'POST', body: { ref: 'main', inputs: { who: 'you' } } });
  });

  it.each(recordedVersions.flatMap((version) => [
    [version, 'dispatch-bad-ref', 'not-found'],
    [version, 'dispatch-no-file', 'not-found'],
    [version, 'dispatch-disabled', 'forbidden'],
  ] as const))('throws on %s for %s: %s', async (version, name, kind) => {
    const recorded = recordedAnswer('api', version, name);
    const [, fullName = '', workflow = ''] = /repos\/([^/]+\/[^/]+)\/actions\/workflows\/([^/]+)\/dispatches/.exec(recorded.request.path) ?? [];
    const asked = { ...recorded, request: { ...recorded.request, path: recorded.request.path.replace(/\?.*/, '') } };

    await expect(client(asked).client.dispatchWorkflow({ fullName }, workflow, { ref: 'main' })).rejects.toMatchObject({ kind });
  });

  it.each(recordedVersions.filter((version) => isRecorded('api', version, 'dispatch-no-trigger')))('starts a workflow without that trigger only up to 1.25: %s', async (version) => {
    const recorded = recordedAnswer('api', version, 'dispatch-no-trigger');
    const started = client(recorded).client.dispatchWorkflow(app, 'callee.yml', { ref: 'main' });

    if (version < '1.26') expect(await started).toEqual({ runId: null, htmlUrl: null });
    else await expect(started).rejects.toMatchObject({ kind: 'refused', status: 422 });
  });
});
