import type { Job, JobId, PlanItem, Runner, ScopeItems, ScopeKey, Written } from '@tinqs/fleet';
import { attemptSlot, type AttemptOf } from './attempt.js';
import { encode, type Item } from './attribute-value.js';
import { jobKey, planKey, runnerKey, scopePartition, type ItemKey } from './item-key.js';
import { SCHEMA_VERSION, unseal } from './item-schema.js';
import type { TableClient } from './table-client.js';

/** What fields are that the writer of an item did not know: an older version wrote it. */
const ABSENT_IN_JOB: Partial<Job> = { runId: null, conclusion: null, headSha: null, headBranch: null, url: null, createdAt: null, announced: false, caller: null, pickedAt: null, completedAt: null, runnerId: null, failures: 0, notBefore: null, idleOuts: 0, reasons: [], timeline: [] };
const ABSENT_IN_RUNNER: Partial<Runner> = { outcome: null, registrationGone: false, instanceId: null, pool: null, availabilityZone: null, pricePerHour: null, ran: null, stages: {}, ending: null, missing: 0, disabled: false, timeline: [] };

export const NO_PLAN: PlanItem = { epoch: 0, grants: [] };

export const readJob = (item: Item): Job => unseal(item, 'job', ABSENT_IN_JOB);
export const readRunner = (item: Item): Runner => unseal(item, 'runner', ABSENT_IN_RUNNER);
const readPlan = (item: Item): PlanItem => unseal(item, 'plan', NO_PLAN);

interface VersionedWrite<Content extends object> {
  readonly key: ItemKey;
  readonly attribute: 'job' | 'runner' | 'plan';
  readonly content: Content;
  readonly version: number;
  /** The version that must be stored; `null`: no item. */
  readonly expected: number | null;
  readonly read: (item: Item) => Content;
}

/** Jobs, runners and plans: one item each under its scope, each write guarded by the version that it saw. */
export function createVersionedItems(table: TableClient, attemptOf: AttemptOf) {
  const write = async <Content extends object>({ key, attribute, content, version, expected, read }: VersionedWrite<Content>): Promise<Written<Content>> => {
    const slot = attemptSlot(version);
    const attempt = attemptOf(content);
    const outcome = await table.update(key, {
      update: 'SET #v = :v, #version = :version, #content = :content, #slot = :attempt',
      condition: expected === null ? 'attribute_not_exists(#version)' : '#version = :expected',
      names: { '#v': 'v', '#version': 'version', '#content': attribute, '#slot': slot },
      values: { ':v': encode(SCHEMA_VERSION), ':version': encode(version), ':content': encode(content), ':attempt': encode(attempt), ...(expected === null ? {} : { ':expected': encode(expected) }) },
    });
    if (outcome.kind === 'written' || outcome.found?.[slot]?.S === attempt) return { kind: 'written', item: content };
    return { kind: 'conflict', current: outcome.found === undefined ? undefined : read(outcome.found) };
  };

  const remove = async (key: ItemKey, version: number | undefined): Promise<void> => {
    await table.remove(key, version === undefined ? undefined : { condition: '#version = :version', names: { '#version': 'version' }, values: { ':version': encode(version) } });
  };

  return {
    createJob: (job: Job) => write({ key: jobKey(job.scope, job.id), attribute: 'job', content: job, version: job.version, expected: null, read: readJob }),
    replaceJob: (job: Job) => write({ key: jobKey(job.scope, job.id), attribute: 'job', content: job, version: job.version, expected: job.version - 1, read: readJob }),
    createRunner: (runner: Runner) => write({ key: runnerKey(runner.scope, runner.name), attribute: 'runner', content: runner, version: runner.version, expected: null, read: readRunner }),
    replaceRunner: (runner: Runner) => write({ key: runnerKey(runner.scope, runner.name), attribute: 'runner', content: runner, version: runner.version, expected: runner.version - 1, read: readRunner }),
    /** A plan is never deleted: its epoch is part of every runner's name, and a name must not come twice. */
    savePlan: (scope: ScopeKey, plan: PlanItem) => write({ key: planKey(scope), attribute: 'plan', content: plan, version: plan.epoch, expected: plan.epoch === 1 ? null : plan.epoch - 1, read: readPlan }),

    deleteJob: (scope: ScopeKey, id: JobId, version?: number) => remove(jobKey(scope, id), version),
    deleteRunner: (scope: ScopeKey, name: string, version?: number) => remove(runnerKey(scope, name), version),

    async loadScope(scope: ScopeKey): Promise<ScopeItems> {
      const items = await table.query({ pk: scopePartition(scope) });
      const named = (prefix: string) => items.filter((item) => item['sk']?.S?.startsWith(prefix));
      const plan = items.find((item) => item['sk']?.S === 'PLAN');
      return { jobs: named('JOB#').map(readJob), plan: plan === undefined ? NO_PLAN : readPlan(plan), runners: named('RUNNER#').map(readRunner) };
    },
  };
}

