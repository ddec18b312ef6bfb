import { describe, expect, it } from 'vitest';
import { GITEA_VERSIONS, type GiteaVersion } from '../gitea/gitea-version.js';
import { answerCall } from '../http/answer-call.js';
import { registrationToken } from '../http/registration-token.js';
import { recordedCall } from './recordings.js';
import { shapeText } from './shape.js';
import { createStand, ROOT, type Stand } from './stand.js';

/** What the recorded calls met, under the names that paths use. */
interface Scene {
  readonly stand: Stand;
  readonly ids: Readonly<Record<string, string | number>>;
}

const LONELY = { key: 'lonely', labels: ['nobody-has-this'] };

/** Jobs queued, running and done, a runner idle and one busy, three commits. */
function setScene(version: GiteaVersion, hasIdle = true): Scene {
  const stand = createStand(version);
  const { world, repository } = stand;
  const first = world.gitea.repositories.get(repository)!.branches['main']!;
  const { after } = world.do('push', { repository, by: 'kim', commits: [{ message: 'two', files: { 'run.sh': 'exit 0\n' } }, { message: 'three', files: { 'a.txt': 'a\n' } }] });
  const doneRun = stand.dispatch([{ key: 'good', labels: ['go'], durationMs: 1_000 }, { key: 'bad', labels: ['go'], durationMs: 1_000, conclusion: 'failure' }]);
  stand.machine();
  stand.machine();
  stand.pass(180_000);
  const doneJob = world.jobs().find((job) => job.runId === doneRun && job.name === 'good')!.id;
  const pushRun = world.do('push', { repository, by: 'kim', files: { 'b.txt': 'b\n' }, workflows: [{ file: 'pushed.yml', jobs: [LONELY, { key: 'after', labels: ['go'], needs: ['lonely'] }] }] });
  const queuedRun = stand.dispatch({ file: 'lonely.yml', jobs: [LONELY, { ...LONELY, key: 'second' }] });
  const busyRun = stand.dispatch({ file: 'slow.yml', jobs: [{ key: 'slow', labels: ['go'], durationMs: 300_000 }] });
  const busy = stand.machine();
  // Up to 1.26 an idle runner takes a caller without labels.
  const idle = hasIdle ? stand.machine(['go', 'linux']) : busy;
  stand.pass(50_000);
  const fresh = world.do('register', { name: 'live-ephemeral', labels: ['go', 'linux'], ephemeral: true, repositoryId: repository, owner: null });
  const callerRun = stand.dispatch({ file: 'call.yml', jobs: [{ key: 'call', labels: [], uses: [{ key: 'inner', labels: ['go', 'x'] }] }] });
  stand.pass(10_000);
  const jobIn = (run: number): number => world.jobs().find((job) => job.runId === run)!.id;
  const ids = {
    first,
    head: after,
    pushed: pushRun.after,
    done: doneRun,
    doneJob,
    queued: queuedRun,
    queuedJob: jobIn(queuedRun),
    busyRun,
    busyJob: jobIn(busyRun),
    callerJob: jobIn(callerRun),
    busy: busy.runnerId,
    idle: idle.runnerId,
    fresh: fresh.id,
  };
  return { stand, ids };
}

interface Row {
  readonly name: string;
  readonly path: string;
  readonly method?: string;
  readonly body?: object;
  /** Default: an administrator's. */
  readonly token?: 'good' | 'narrow' | 'writer' | 'wrong' | null;
  /** Why the shape of the body is not compared. */
  readonly bodyDiffers?: string;
  readonly before?: (scene: Scene) => void;
}

const REPO = '/api/v1/repos/acme/app';
const ROWS: readonly Row[] = [
  { name: 'version', path: '/api/v1/version' },
  { name: 'settings-api', path: '/api/v1/settings/api', token: null },
  { name: 'repo-get', path: REPO },
  { name: 'private-anonymous', path: REPO, token: null },
  { name: 'bad-token', path: `${REPO}/actions/runners`, token: 'wrong' },
  { name: 'scope-missing', path: '/api/v1/orgs/acme/actions/runners', token: 'narrow' },
  { name: 'job-get', path: `${REPO}/actions/jobs/{busyJob}` },
  { name: 'job-get-missing', path: `${REPO}/actions/jobs/999999` },
  { name: 'job-get-caller', path: `${REPO}/actions/jobs/{callerJob}` },
  { name: 'job-logs-queued', path: `${REPO}/actions/jobs/{queuedJob}/logs`, bodyDiffers: 'recorded as text' },
  { name: 'job-logs-running', path: `${REPO}/actions/jobs/{busyJob}/logs` },
  { name: 'jobs-repo-queued', path: `${REPO}/actions/jobs?status=queued&limit=50` },
  { name: 'jobs-org-queued', path: '/api/v1/orgs/acme/actions/jobs?status=queued&limit=50' },
  { name: 'jobs-admin-queued', path: '/api/v1/admin/actions/jobs?status=queued&limit=50' },
  { name: 'jobs-user-queued', path: '/api/v1/user/actions/jobs?status=queued&limit=50' },
  { name: 'jobs-run-queued', path: `${REPO}/actions/runs/{queued}/jobs?status=queued&limit=50`, bodyDiffers: 'on 1.26 the recorded run had none queued' },
  { name: 'jobs-repo-in_progress', path: `${REPO}/actions/jobs?status=in_progress&limit=50` },
  { name: 'jobs-repo-not-owner', path: `${REPO}/actions/jobs?status=queued&limit=1`, token: 'writer' },
  { name: 'jobs-repo-status-running', path: `${REPO}/actions/jobs?status=running&limit=5` },
  { name: 'jobs-repo-page1', path: `${REPO}/actions/jobs?limit=2&page=1` },
  { name: 'jobs-repo-page-beyond', path: `${REPO}/actions/jobs?page=999` },
  { name: 'jobs-repo-queued-page2', path: `${REPO}/actions/jobs?status=queued&page=2&limit=2` },
  { name: 'jobs-repo-queued-with-caller', path: `${REPO}/actions/jobs?status=queued&page=1&limit=50`, bodyDiffers: 'see the test of callers' },
  { name: 'run-get', path: `${REPO}/actions/runs/{busyRun}` },
  { name: 'run-rerun', method: 'POST', path: `${REPO}/actions/runs/{done}/rerun` },
  { name: 'run-rerun-not-done', method: 'POST', path: `${REPO}/actions/runs/{queued}/rerun` },
  { name: 'run-rerun-failed-jobs', method: 'POST', path: `${REPO}/actions/runs/{done}/rerun-failed-jobs` },
  { name: 'job-rerun', method: 'POST', path: `${REPO}/actions/runs/{done}/jobs/{doneJob}/rerun` },
  { name: 'job-rerun-first-id', method: 'POST', path: `${REPO}/actions/runs/{done}/jobs/{doneJob}/rerun`, before: rerunToItsEnd },
  { name: 'commit-status-queued', path: `${REPO}/commits/{pushed}/status?page=1&limit=50` },
  { name: 'runners-repo', path: `${REPO}/actions/runners` },
  { name: 'runners-repo-page2', path: `${REPO}/actions/runners?limit=1&page=2` },
  { name: 'runners-admin', path: '/api/v1/admin/actions/runners' },
  { name: 'runner-repo-get', path: `${REPO}/actions/runners/{fresh}` },
  { name: 'runner-repo-get-online', path: `${REPO}/actions/runners/{idle}` },
  { name: 'runner-repo-get-busy', path: `${REPO}/actions/runners/{busy}` },
  { name: 'runner-repo-get-gone', path: `${REPO}/actions/runners/999` },
  { name: 'runner-repo-delete', method: 'DELETE', path: `${REPO}/actions/runners/{fresh}` },
  { name: 'runner-repo-delete-again', method: 'DELETE', path: `${REPO}/actions/runners/999` },
  { name: 'runner-repo-disable', method: 'PATCH', path: `${REPO}/actions/runners/{idle}`, body: { disabled: true } },
  { name: 'registration-token-repo-get', path: `${REPO}/actions/runners/registration-token` },
  { name: 'registration-token-repo-post', method: 'POST', path: `${REPO}/actions/runners/registration-token` },
  { name: 'registration-token-org-get', path: '/api/v1/orgs/acme/actions/runners/registration-token' },
  { name: 'registration-token-org-post', method: 'POST', path: '/api/v1/orgs/acme/actions/runners/registration-token' },
  { name: 'registration-token-admin-post', method: 'POST', path: '/api/v1/admin/actions/runners/registration-token' },
  { name: 'registration-token-repo-post-anonymous', method: 'POST', path: `${REPO}/actions/runners/registration-token`, token: null },
  { name: 'contents-file', path: `${REPO}/contents/.gitea/workflows/ci.yml?ref={head}` },
  { name: 'contents-dir', path: `${REPO}/contents/.gitea/workflows?ref={head}` },
  { name: 'contents-missing', path: `${REPO}/contents/.nothing?ref={head}` },
  { name: 'contents-bad-ref', path: `${REPO}/contents/a.txt?ref=${'1'.repeat(40)}` },
  { name: 'file-contents', method: 'POST', path: `${REPO}/file-contents?ref={head}`, body: { files: ['.gitea/workflows/ci.yml', 'a.txt', 'nothing'] } },
  { name: 'raw-file', path: `${REPO}/raw/.gitea/workflows/ci.yml?ref={head}` },
  { name: 'raw-missing', path: `${REPO}/raw/nothing.yml?ref={head}` },
  { name: 'tree-flat', path: `${REPO}/git/trees/{head}` },
  { name: 'tree-recursive', path: `${REPO}/git/trees/{head}?recursive=true` },
  { name: 'tree-missing', path: `${REPO}/git/trees/${'1'.repeat(40)}` },
  { name: 'blob', path: `${REPO}/git/blobs/78981922613b2afb6025042ff6bd878ac1994e85` },
  { name: 'commit-get', path: `${REPO}/git/commits/{head}` },
  { name: 'branch-get', path: `${REPO}/branches/main` },
  { name: 'compare-two-commits', path: `${REPO}/compare/{first}...{head}` },
  { name: 'compare-backwards', path: `${REPO}/compare/{head}...{first}` },
  { name: 'compare-missing', path: `${REPO}/compare/${'1'.repeat(40)}...{head}` },
  { name: 'compare-zero', path: `${REPO}/compare/${'0'.repeat(40)}...{head}` },
  { name: 'post-runs-n-rerun', method: 'POST', path: `${REPO}/actions/runs/{done}/rerun` },
];

/** On 1.27 the first id is then one of an older attempt. */
function rerunToItsEnd({ stand, ids }: Scene): void {
  stand.world.do('rerun', { run: Number(ids['done']), what: { job: Number(ids['doneJob']) } });
  stand.machine();
  stand.pass(300_000);
}

describe.each(GITEA_VERSIONS)('answers of the REST API of Gitea %s are those recorded', (version) => {
  const known = ROWS.flatMap((row) => {
    const recording = recordedCall('api', version, row.name);
    return recording ? [[row.name, row, recording] as const] : [];
  });

  it.each(known)('%s', (_name, row, recording) => {
    const scene = setScene(version, row.name !== 'job-get-caller');
    row.before?.(scene);

    const answer = call(scene, row);

    expect(answer.status).toBe(recording.status);
    if (!row.bodyDiffers) expect(shapeText(answer.body ?? '')).toBe(shapeText(recording.body));
    for (const header of ['x-total-count', 'link']) expect([header, header in (answer.headers ?? {})]).toEqual([header, header in recording.headers]);
  });
});

function call({ stand, ids }: Scene, { path, method = 'GET', body, token = 'good' }: Row): ReturnType<typeof answerCall> {
  const target = path.replace(/\{(\w+)\}/g, (_text, name: string) => String(ids[name]));
  return answerCall(stand.world, ROOT, { method, target, authorization: token === null ? undefined : `token ${token}`, body });
}

describe.each(GITEA_VERSIONS)('the runner protocol of Gitea %s answers as recorded', (version) => {
  const names = ['ping', 'register-ephemeral', 'register-permanent', 'register-bad-token', 'register-no-name', 'register-no-token', 'register-unknown-field', 'register-long-name'];

  it.each(names)('%s', (name) => {
    const { request, status, body } = recordedCall('runner', version, name)!;
    const stand = createStand(version);
    const token = registrationToken(stand.world, { repositoryId: stand.repository });
    const asked = JSON.parse(JSON.stringify(request.body).replace('<registration token>', token)) as object;

    const answer = answerCall(stand.world, ROOT, { method: 'POST', target: request.path, body: asked });

    expect(answer.status).toBe(status);
    expect(shapeText(answer.body)).toBe(shapeText(body));
    const runner = (of: unknown): Record<string, unknown> => ({ ...(of as { runner?: object }).runner, id: '', uuid: '', token: '' });
    expect(runner(answer.body)).toEqual(runner(body));
  });
});
