import { describe, expect, it } from 'vitest';
import { createGiteaClient } from './client.js';
import { isRecorded, recordedAnswer, recordedVersions, replayFetch, type RecordedAnswer } from './testing.js';
import type { Scope } from './scope.js';

const url = 'http://gitea.example';
const client = (...recordings: RecordedAnswer[]) => {
  const { fetch, calls } = replayFetch(recordings);
  return { client: createGiteaClient({ url, token: 'tok', fetch }), calls };
};
const app = { fullName: 'acme/app' };
const repository = (fullName: string, id: number): RecordedAnswer => {
  const recorded = recordedAnswer('api', '1.27', 'repo-get');
  return { ...recorded, request: { method: 'GET', path: `/api/v1/repositories/${id}` }, body: { ...(recorded.body as object), id, full_name: fullName } };
};
const withJobsApi = ['1.25', '1.26', '1.27'];

describe('listJobs', () => {
  const levels: readonly (readonly [string, Scope])[] = [
    ['jobs-repo-queued', { kind: 'repository', repository: app }],
    ['jobs-org-queued', { kind: 'owner', login: 'acme' }],
    ['jobs-user-queued', { kind: 'owner', login: 'operator', type: 'user' }],
    ['jobs-admin-queued', { kind: 'instance' }],
    ['jobs-admin-in_progress', { kind: 'instance' }],
  ];

  it.each(withJobsApi.flatMap((version) => levels.map(([name, scope]) => [version, name, scope] as const)))('reads %s %s', async (version, name, scope) => {
    const recorded = recordedAnswer('api', version, name);
    const body = recorded.body as { jobs: { id: number; run_id: number; name: string; labels: string[]; status: string; runner_id?: number }[] };
    const { client: gitea, calls } = client(recorded);

    const jobs = await gitea.listJobs({ status: name.endsWith('queued') ? 'queued' : 'in_progress', scope });

    expect(jobs.map(({ id, runId, name: job, labels, status, runnerId, unknown }) => ({ id, runId, job, labels, status, runnerId, unknown }))).toEqual(
      body.jobs.map((row) => ({ id: row.id, runId: row.run_id, job: row.name, labels: row.labels, status: row.status, runnerId: row.runner_id ?? null, unknown: [] })),
    );
    expect(jobs.every(({ repositoryPath }) => repositoryPath.startsWith('acme/'))).toBe(true);
    expect(calls.map(({ query }) => [query.get('page'), query.get('limit')])).toEqual([['1', '50']]);
  });

  it('reads all pages, until total_count, and counts a row that shifted between two of them once', async () => {
    const recorded = recordedAnswer('api', '1.27', 'jobs-admin-queued');
    const rows = (recorded.body as { jobs: object[] }).jobs;
    const page = (...ids: number[]): RecordedAnswer => ({ ...recorded, body: { jobs: ids.map((id) => ({ ...rows[0], id })), total_count: 5 } });
    const { client: gitea, calls } = client(page(1, 2), page(2, 3), page(4));

    const jobs = await gitea.listJobs({ status: 'queued' });

    expect(jobs.map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    expect(calls.map(({ query }) => query.get('page'))).toEqual(['1', '2', '3']);
  });

  it.each(withJobsApi.filter((version) => isRecorded('api', version, 'jobs-repo-page-beyond')))('stops at the empty page %s answers beyond the end', async (version) => {
    const beyond = recordedAnswer('api', version, 'jobs-repo-page-beyond');
    const { client: gitea, calls } = client({ ...beyond, request: { method: 'GET', path: '/api/v1/admin/actions/jobs' } });

    expect(await gitea.listJobs()).toEqual([]);
    expect(calls).toHaveLength(1);
  });

  it('gives up on a list without an end', async () => {
    const recorded = recordedAnswer('api', '1.27', 'jobs-admin-queued');
    const endless = { ...recorded, body: { jobs: (recorded.body as { jobs: object[] }).jobs.slice(0, 1), total_count: 1e9 } };
    const { client: gitea } = client(endless);

    await expect(gitea.listJobs({ status: 'queued' })).rejects.toMatchObject({ kind: 'unexpected-answer', sentence: 'expected an end of the list within 2000 pages' });
  });

  it('asks for several states by repeating the word', async () => {
    const recorded = recordedAnswer('api', '1.27', 'jobs-admin-queued');
    const { client: gitea, calls } = client({ ...recorded, request: { method: 'GET', path: '/api/v1/admin/actions/jobs' } });

    await gitea.listJobs({ status: ['queued', 'in_progress'] });

    expect(calls[0]?.query.getAll('status')).toEqual(['queued', 'in_progress']);
  });

  it('says that 1.24 does not have the call, which is not the same as an empty list', async () => {
    const { client: gitea } = client(recordedAnswer('api', '1.24', 'jobs-admin-queued'));

    await expect(gitea.listJobs({ status: 'queued' })).rejects.toMatchObject({ kind: 'not-found', noSuchRoute: true });
  });

  it('says that on 1.25 only owners may list', async () => {
    const { client: gitea } = client(recordedAnswer('api', '1.25', 'jobs-repo-not-owner'));

    await expect(gitea.listJobs({ status: 'queued', scope: { kind: 'repository', repository: app } })).rejects.toMatchObject({ kind: 'forbidden', sentence: 'user should be the owner of the repo' });
  });

  it('shows a caller of 1.27 as it comes: queued without labels, in progress without a runner', async () => {
    const queued = recordedAnswer('api', '1.27', 'jobs-repo-queued-with-caller');
    const running = recordedAnswer('api', '1.27', 'jobs-repo-in_progress-with-caller');
    const scopeOf = ({ request }: RecordedAnswer): Scope => ({ kind: 'repository', repository: { fullName: /repos\/([^/]+\/[^/]+)/.exec(request.path)?.[1] ?? '' } });

    expect(await client(queued).client.listJobs({ status: 'queued', scope: scopeOf(queued) })).toContainEqual(expect.objectContaining({ name: 'call', labels: [], status: 'queued' }));
    expect(await client(running).client.listJobs({ status: 'in_progress', scope: scopeOf(running) })).toContainEqual(expect.objectContaining({ status: 'in_progress', runnerId: null }));
  });

  it.each([
    ['a row without an id', (row: Record<string, unknown>) => void delete row['id'], 'jobs[0].id: expected a whole number, found nothing'],
    ['a row whose address is no job', (row: Record<string, unknown>) => void (row['url'] = 'https://elsewhere/'), 'url of job 45: expected …/api/v1/repos/{owner}/{name}/actions/…'],
  ])('refuses %s, naming it', async (_, change, sentence) => {
    const recorded = structuredClone(recordedAnswer('api', '1.27', 'jobs-admin-queued'));
    change((recorded.body as { jobs: Record<string, unknown>[] }).jobs[0] ?? {});

    await expect(client(recorded).client.listJobs({ status: 'queued' })).rejects.toMatchObject({ kind: 'unexpected-answer', sentence });
  });

  it('carries on with words and fields of a newer server, and names them', async () => {
    const recorded = structuredClone(recordedAnswer('api', '1.27', 'jobs-admin-queued'));
    Object.assign((recorded.body as { jobs: object[] }).jobs[0] ?? {}, { status: 'paused', priority: 1 });

    const [job] = await client(recorded).client.listJobs({ status: 'queued' });

    expect(job).toMatchObject({ status: 'unknown', unknown: [{ path: 'job.status', word: 'paused' }, { path: 'job.priority', word: null }] });
  });
});

describe('canListJobs', () => {
  const scope: Scope = { kind: 'repository', repository: app };
  const asked = (status: number, body: unknown = { message: 'why' }) => {
    const answer = { ...recordedAnswer('api', '1.25', 'jobs-repo-not-owner'), status, body };
    return client(answer).client.canListJobs(scope);
  };

  it.each([
    [200, { jobs: [], total_count: 0 }, true],
    [403, { message: 'user should be the owner of the repo' }, false],
    [404, { message: 'not found', url: 'http://gitea.example/api/swagger' }, false],
    [404, '404 page not found\n', false],
  ])('takes %i %j for %s', async (status, body, expected) => {
    expect(await asked(status, body)).toBe(expected);
  });

  it.each([
    [401, 'unauthorized'],
    [429, 'rate-limited'],
    [500, 'server'],
  ])('takes %i for neither', async (status, kind) => {
    await expect(asked(status)).rejects.toMatchObject({ kind });
  });

  it('asks for one row', async () => {
    const { client: gitea, calls } = client({ ...recordedAnswer('api', '1.27', 'jobs-repo-not-owner') });
    await gitea.canListJobs(scope);

    expect(calls.map(({ query }) => query.toString())).toEqual(['status=queued&page=1&limit=1']);
  });
});

describe('getJob', () => {
  it.each(withJobsApi.flatMap((version) => ['job-get', 'job-cancelled-while-running', 'job-tombstoned', 'job-get-cancelling', 'job-get-caller'].filter((name) => isRecorded('api', version, name)).map((name) => [version, name] as const)))('reads %s %s', async (version, name) => {
    const recorded = recordedAnswer('api', version, name);
    const [, fullName = '', id] = /repos\/([^/]+\/[^/]+)\/actions\/jobs\/(\d+)/.exec(recorded.request.path) ?? [];
    const body = recorded.body as { status: string; conclusion?: string; runner_id?: number };

    expect(await client(recorded).client.getJob({ fullName }, Number(id))).toMatchObject({ id: Number(id), repositoryPath: fullName, status: body.status, conclusion: body.conclusion ?? null, runnerId: body.runner_id ?? null });
  });

  it.each(withJobsApi)('is null on %s for a job that is gone, and only after its repository was found by id', async (version) => {
    const { client: gitea, calls } = client(repository('acme/app', 1), recordedAnswer('api', version, 'job-get-missing'));

    expect(await gitea.getJob({ id: 1 }, 999999)).toBeNull();
    expect(calls.map(({ path }) => path)).toEqual(['/api/v1/repositories/1', '/api/v1/repos/acme/app/actions/jobs/999999', '/api/v1/repositories/1']);
  });

  it('is an error, not null, where the repository cannot be seen any more', async () => {
    const hidden = { ...recordedAnswer('api', '1.27', 'private-anonymous'), request: { method: 'GET', path: '/api/v1/repositories/1' } };
    const { client: gitea } = client(repository('acme/app', 1), recordedAnswer('api', '1.27', 'job-get-missing'), hidden);

    await expect(gitea.getJob({ id: 1 }, 999999)).rejects.toMatchObject({ kind: 'not-found', path: '/api/v1/repositories/1' });
  });

  it('is an error, not null, on a server without a jobs API', async () => {
    const { request } = recordedAnswer('api', '1.25', 'job-get-missing');
    const noRoute = { ...recordedAnswer('api', '1.24', 'job-get'), request };

    await expect(client(noRoute).client.getJob(app, 999999)).rejects.toMatchObject({ kind: 'not-found', noSuchRoute: true });
  });

  it('finds a job in a repository renamed since its path was read', async () => {
    const missing = recordedAnswer('api', '1.27', 'job-get-missing');
    const found = recordedAnswer('api', '1.27', 'job-get');
    const at = (recording: RecordedAnswer, path: string) => ({ ...recording, request: { method: 'GET', path } });
    const { client: gitea } = client(repository('acme/old', 1), at(missing, '/api/v1/repos/acme/old/actions/jobs/51'), repository('acme/new', 1), at(found, '/api/v1/repos/acme/new/actions/jobs/51'));

    expect(await gitea.getJob({ id: 1 }, 51)).toMatchObject({ id: 51, status: 'in_progress' });
  });
});

describe('jobLogsState and jobLog', () => {
  const at = (recording: RecordedAnswer, jobId: number) => ({ ...recording, request: { method: 'GET', path: `/api/v1/repos/acme/app/actions/jobs/${jobId}/logs` } });
  const answer = (status: number, body: unknown): RecordedAnswer => ({ ...recordedAnswer('api', '1.27', 'job-get-missing'), status, body });

  it.each(recordedVersions.flatMap((version) => [
    [version, 'job-logs-queued', 'not-started'],
    [version, 'job-logs-running', 'started'],
    [version, 'job-logs', 'started'],
  ] as const))('reads %s %s as %s', async (version, name, state) => {
    expect(await client(at(recordedAnswer('api', version, name), 7)).client.jobLogsState(app, 7)).toBe(state);
  });

  it.each([
    ['a picked job before its first line up to 1.26.2, or an id that never was', answer(500, { message: '' }), 'unclear'],
    ['a picked job before its first line since 1.26.3', answer(404, { message: 'logs not found', url: 'http://gitea.example/api/swagger' }), 'started'],
  ])('reads %s', async (_, recording, state) => {
    expect(await client(at(recording, 7)).client.jobLogsState(app, 7)).toBe(state);
  });

  it('is an error for a job of another repository', async () => {
    await expect(client(at(answer(404, { message: 'x', errors: ['job not found'], url: 'http://gitea.example/api/swagger' }), 7)).client.jobLogsState(app, 7)).rejects.toMatchObject({ kind: 'not-found', sentence: 'x: job not found' });
  });

  it.each(recordedVersions)('reads the log of %s', async (version) => {
    const recorded = recordedAnswer('api', version, 'job-logs');

    expect(await client(at(recorded, 7)).client.jobLog(app, 7)).toBe(recorded.body);
    expect(await client(at(recordedAnswer('api', version, 'job-logs-queued'), 7)).client.jobLog(app, 7)).toBeNull();
    expect(await client(at(answer(500, { message: '' }), 7)).client.jobLog(app, 7)).toBeNull();
  });
});

describe('listRunJobs', () => {
  it.each(withJobsApi)('reads the jobs of a run of %s', async (version) => {
    const filtered = recordedAnswer('api', version, 'jobs-run-queued');
    const recorded = { ...filtered, request: { method: 'GET', path: filtered.request.path.replace(/\?.*/, '') } };
    const runId = Number(/runs\/(\d+)/.exec(recorded.request.path)?.[1]);

    const jobs = await client(recorded).client.listRunJobs(app, runId);

    expect(jobs.map(({ id }) => id)).toEqual((recorded.body as { jobs: { id: number }[] }).jobs.map(({ id }) => id));
  });
});
