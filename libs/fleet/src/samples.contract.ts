import type { Job, JobFact } from './job.js';
import type { RunnerClass } from './runner-class.js';
import type { Instance } from './ports.js';
import { endsByOf, type Runner } from './runner.js';
import { scopeKey, type Scope } from './scope.js';
import { minutes, seconds } from './time.js';
import type { ServerFacts, World } from './world.js';

/** Noon, so that a day before and after is the same day of the budget. */
export const NOW = Date.parse('2030-01-01T12:00:00Z');
export const SCOPE: Scope = { kind: 'repository', id: 12, fullName: 'acme/app' };
export const KEY = scopeKey(SCOPE);
export const REPOSITORY = { id: 12, fullName: 'acme/app' };

export const V124: ServerFacts = { jobsApi: false, newIdPerAttempt: false, singleShotClaim: true, rerunApi: false };
export const V125: ServerFacts = { ...V124, jobsApi: true };
export const V126: ServerFacts = { ...V125, rerunApi: true };
export const V127: ServerFacts = { jobsApi: true, newIdPerAttempt: true, singleShotClaim: false, rerunApi: true };
export const VERSIONS = { '1.24': V124, '1.25': V125, '1.26': V126, '1.27': V127 } as const;

export function runnerClass(id: string, change: Partial<RunnerClass> = {}): RunnerClass {
  return {
    id,
    labels: [id],
    instanceTypes: ['t3.small', 't3a.small'],
    mode: 'host',
    image: null,
    ami: null,
    diskGiB: 20,
    limits: { bootSeconds: 300, idleSeconds: 300, jobMinutes: 60, concurrent: 10 },
    market: 'spot',
    instanceProfile: false,
    sudo: false,
    allowedRepositories: null,
    rerun: false,
    isDefault: false,
    ...change,
  };
}

export const GO = runnerClass('go');
export const NODE = runnerClass('node');

export function job(id: string, change: Partial<Job> = {}): Job {
  return {
    id,
    scope: KEY,
    repository: REPOSITORY,
    runId: 7,
    name: `job ${id}`,
    labels: ['go'],
    status: 'queued',
    conclusion: null,
    generation: 0,
    headSha: 'c0ffee',
    headBranch: 'main',
    url: `https://git.example/acme/app/actions/runs/7/jobs/${id}`,
    createdAt: NOW - seconds(10),
    queuedAt: NOW - seconds(10),
    confirmedAt: NOW - seconds(10),
    announced: true,
    caller: null,
    pickedAt: null,
    completedAt: null,
    runnerId: null,
    failures: 0,
    notBefore: null,
    idleOuts: 0,
    reasons: [],
    timeline: [],
    version: 1,
    ...change,
  };
}

export function fact(change: Partial<JobFact> = {}): JobFact {
  return {
    id: '1',
    repository: REPOSITORY,
    runId: 7,
    name: 'job 1',
    labels: ['go'],
    status: 'queued',
    conclusion: null,
    headSha: 'c0ffee',
    headBranch: 'main',
    url: 'https://git.example/acme/app/actions/runs/7/jobs/1',
    runnerId: null,
    createdAt: NOW - seconds(10),
    seenAt: NOW,
    via: 'delivery',
    ...change,
  };
}

export function runner(name: string, change: Partial<Runner> = {}): Runner {
  const limits = { bootSeconds: 300, idleSeconds: 300, jobMinutes: 60 };
  return {
    name,
    scope: KEY,
    scopeRef: SCOPE,
    classId: 'go',
    labels: ['go'],
    state: 'idle',
    outcome: null,
    runnerId: 100,
    registrationGone: false,
    instanceId: `i-${name}`,
    pool: { instanceType: 't3.small', subnet: 'subnet-a', market: 'spot' },
    availabilityZone: 'eu-west-1a',
    amiId: 'ami-1',
    pricePerHour: 0.01,
    launchedFor: '1',
    ran: null,
    stages: { registered: NOW - minutes(2), launched: NOW - minutes(2), online: NOW - minutes(1) },
    limits,
    endsBy: endsByOf(limits, NOW - minutes(2)),
    ending: null,
    missing: 0,
    disabled: false,
    timeline: [],
    version: 1,
    ...change,
  };
}

export function instance(change: Partial<Instance> = {}): Instance {
  return { instanceId: 'i-1', state: 'running', stateReason: null, launchedAt: NOW - minutes(2), tags: { 'tinqs-ci:ends-by': new Date(NOW + minutes(80)).toISOString() }, pool: null, availabilityZone: null, ...change };
}

export function world(change: Partial<World> = {}): World {
  return {
    installation: 'x',
    scope: SCOPE,
    jobs: [],
    runners: [],
    plan: { epoch: 4, grants: [] },
    classes: [GO, NODE],
    cap: { all: 0, byClass: {}, byScope: {} },
    capLimits: { all: 12, perScope: 12 },
    subnets: ['subnet-a', 'subnet-b'],
    rests: [],
    breakers: [],
    server: V126,
    lastAnswer: { gitea: NOW, ec2: NOW },
    paused: false,
    budget: { spentToday: 0, perDay: null },
    ...change,
  };
}
