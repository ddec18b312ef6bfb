import type { DeliveryFacts, RepositoryFacts } from './delivery-facts.js';
import { jobFields, toJob, type Job } from './job.js';
import { object, text } from './payload-fields.js';
import { refuseFields, type RefusedDelivery } from './refused-delivery.js';
import { repositoryFields } from './repository.js';
import { unknownFields, type UnknownWord } from './unknown-words.js';

/** A job was queued, blocked, picked or ended (`workflow_job`, since 1.24). */
export interface JobDelivery extends RepositoryFacts {
  readonly kind: 'workflow-job';
  /** Gitea's word, the same as the job's status in all recordings. */
  readonly action: string;
  readonly job: Job;
}

const ownFields = object({ action: text, workflow_job: jobFields });
const payloadFields = object({ action: text, workflow_job: jobFields, repository: repositoryFields });
const known = new Set(['action', 'workflow_job', 'pull_request', 'organization', 'repository', 'sender']);

export function readJobDelivery(facts: DeliveryFacts, payload: object): JobDelivery | RefusedDelivery {
  const { repository } = facts;
  const parsed = ownFields.safeParse(payload);
  // A repository among the facts was read already; where there is none, the fields say why.
  if (!parsed.success || repository === null) return refuseFields(facts, payloadFields.safeParse(payload).error?.issues ?? [], payload);
  const { action, workflow_job: fields } = parsed.data;
  const unknown: UnknownWord[] = unknownFields('', payload, known);
  const job = toJob(fields, 'workflow_job', (payload as { workflow_job: object }).workflow_job, unknown);
  return { ...facts, kind: 'workflow-job', repository, action, job, unknown };
}
