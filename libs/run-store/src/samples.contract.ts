import type { DeliveryRecord, EndedRecord, Job, JobRecord, Runner, Scope } from '@tinqs/fleet';

/** 2030-01-31T12:00:00Z. */
export const NOON = Date.UTC(2030, 0, 31, 12);

export const REPOSITORY: Scope = { kind: 'repository', id: 12, fullName: 'acme/app' };

export function job(fields: Partial<Job> = {}): Job {
  const id = fields.id ?? '4411';
  return {
    id,
    scope: 'repo-12',
    repository: { id: 12, fullName: 'acme/app' },
    runId: 901,
    name: 'build',
    labels: ['go'],
    status: 'queued',
    conclusion: null,
    generation: 0,
    headSha: 'c0ffee',
    headBranch: 'main',
    url: `https://git.example/acme/app/actions/runs/318/jobs/${id}`,
    createdAt: NOON - 1_000,
    queuedAt: NOON,
    confirmedAt: NOON,
    announced: true,
    caller: null,
    pickedAt: null,
    completedAt: null,
    runnerId: null,
    failures: 0,
    notBefore: null,
    idleOuts: 0,
    reasons: [],
    timeline: [{ at: NOON, event: 'webhook', detail: 'received' }],
    version: 1,
    ...fields,
  } as Job;
}

export function runner(fields: Partial<Runner> = {}): Runner {
  return {
    name: 'tinqs-ci-k3-go-c.1.0',
    scope: 'repo-12',
    scopeRef: REPOSITORY,
    classId: 'go',
    labels: ['go'],
    state: 'launching',
    outcome: null,
    runnerId: 77,
    registrationGone: false,
    instanceId: null,
    pool: null,
    availabilityZone: null,
    amiId: 'ami-1',
    pricePerHour: null,
    launchedFor: '4411',
    ran: null,
    stages: { granted: NOON, registered: NOON + 300 },
    limits: { bootSeconds: 300, idleSeconds: 300, jobMinutes: 60 },
    endsBy: NOON + 5_100_000,
    ending: null,
    missing: 0,
    disabled: false,
    timeline: [],
    version: 1,
    ...fields,
  } as Runner;
}

export function jobRecord(fields: Partial<JobRecord> = {}): JobRecord {
  return { id: '4411', scope: 'repo-12', repository: { id: 12, fullName: 'acme/app' }, runId: 901, name: 'build', url: 'https://git.example/acme/app/actions/runs/318/jobs/4411', final: null, ...fields };
}

export function endedJob(fields: Partial<Job> = {}, endedAt = NOON + 60_000): EndedRecord {
  const ended = job({ status: 'done', conclusion: 'success', completedAt: endedAt, ...fields });
  return { id: ended.id, kind: 'job', endedAt, job: ended, runner: null };
}

export function endedRunner(fields: Partial<Runner> = {}, endedAt = NOON + 90_000): EndedRecord {
  const ended = runner({ state: 'ended', outcome: 'used', instanceId: 'i-0abc', ran: '4411', ...fields });
  return { id: ended.name, kind: 'runner', endedAt, job: null, runner: ended };
}

export function delivery(fields: Partial<DeliveryRecord> = {}): DeliveryRecord {
  return { id: '5f0c', receivedAt: NOON, event: 'workflow_job', repository: 'acme/app', decision: 'recorded', sentence: 'job 4411 is queued', ...fields };
}
