import type { Simulation } from '../world/simulation.js';
import { accountOf } from './accounts.js';
import { send } from './deliveries.js';
import type { SimulatedRepository, SimulatedRun } from './gitea-state.js';
import type { WorkflowPlan } from './job-plan.js';
import { commit, repositoryOf } from './repositories.js';
import { insertRun } from './runs.js';

export const NO_COMMIT = '0'.repeat(40);

export interface Push {
  readonly repository: string | number;
  /** A branch; default: the repository's default branch. */
  readonly branch?: string;
  readonly by?: string;
  readonly message?: string;
  /** Path → text; `null` removes the file. None: the branch is made, or left, where it is. */
  readonly files?: { readonly [path: string]: string | null };
  /** Several commits in one push, oldest first, instead of `message` and `files`. */
  readonly commits?: readonly { readonly message: string; readonly files: { readonly [path: string]: string | null } }[];
  /** A force push begins at this commit. */
  readonly onto?: string;
  /** The workflows that Gitea decides to run for it. */
  readonly workflows?: readonly WorkflowPlan[];
}

export interface PushResult {
  readonly before: string;
  readonly after: string;
  readonly runs: readonly SimulatedRun[];
}

export function push(simulation: Simulation, wanted: Push): PushResult {
  const repository = repositoryOf(simulation, wanted.repository);
  const by = accountOf(simulation, wanted.by ?? 'operator').login;
  const branch = wanted.branch ?? repository.defaultBranch;
  const before = repository.branches[branch] ?? NO_COMMIT;
  const isNew = before === NO_COMMIT;
  const made: string[] = [];
  let head = wanted.onto ?? (isNew ? (repository.branches[repository.defaultBranch] ?? null) : before);
  for (const change of wanted.commits ?? (wanted.files ? [{ message: wanted.message ?? 'change', files: wanted.files }] : [])) {
    head = commit(simulation, repository, { parent: head, by, message: `${change.message}\n`, files: change.files }).sha;
    made.unshift(head);
  }
  if (head === null) throw new RangeError(`a push to the new branch ${branch} of an empty repository needs files`);
  repository.branches[branch] = head;
  const ref = `refs/heads/${branch}`;
  if (isNew) send(simulation, repository, { event: 'create', ref: branch, refType: 'branch', sha: head, by });
  send(simulation, repository, { event: 'push', ref, before, after: head, commits: made, head, by });
  return { before, after: head, runs: runAll(simulation, repository, wanted.workflows, ref, head, by) };
}

export interface TagPush {
  readonly repository: string | number;
  readonly tag: string;
  readonly by?: string;
  /** Default: the head of the default branch. */
  readonly commit?: string;
  readonly workflows?: readonly WorkflowPlan[];
}

/** Announced as `push` from nothing and then `create`, a moved tag as well. */
export function pushTag(simulation: Simulation, wanted: TagPush): PushResult {
  const repository = repositoryOf(simulation, wanted.repository);
  const by = accountOf(simulation, wanted.by ?? 'operator').login;
  const sha = wanted.commit ?? repository.branches[repository.defaultBranch];
  if (sha === undefined) throw new RangeError(`${repository.owner}/${repository.name} has no commit to tag`);
  repository.tags[wanted.tag] = sha;
  const ref = `refs/tags/${wanted.tag}`;
  send(simulation, repository, { event: 'push', ref, before: NO_COMMIT, after: sha, commits: [], head: sha, by });
  send(simulation, repository, { event: 'create', ref: wanted.tag, refType: 'tag', sha, by });
  return { before: NO_COMMIT, after: sha, runs: runAll(simulation, repository, wanted.workflows, ref, sha, by) };
}

export interface Dispatch {
  readonly repository: string | number;
  readonly workflow: WorkflowPlan;
  readonly by?: string;
  readonly branch?: string;
}

export function dispatch(simulation: Simulation, wanted: Dispatch): SimulatedRun {
  const repository = repositoryOf(simulation, wanted.repository);
  const branch = wanted.branch ?? repository.defaultBranch;
  const headSha = repository.branches[branch];
  if (headSha === undefined) throw new RangeError(`${repository.owner}/${repository.name} has no branch ${branch}`);
  return insertRun(simulation, repository, { workflow: wanted.workflow, event: 'workflow_dispatch', ref: `refs/heads/${branch}`, headSha, title: wanted.workflow.file, by: wanted.by ?? 'operator' });
}

/** Only `delete`, no push; jobs of the branch stay as they are. */
export function deleteBranch(simulation: Simulation, reference: string | number, branch: string, by = 'operator'): void {
  const repository = repositoryOf(simulation, reference);
  const sha = repository.branches[branch];
  if (sha === undefined) throw new RangeError(`${repository.owner}/${repository.name} has no branch ${branch}`);
  delete repository.branches[branch];
  send(simulation, repository, { event: 'delete', ref: branch, refType: 'branch', sha, by });
}

function runAll(simulation: Simulation, repository: SimulatedRepository, workflows: readonly WorkflowPlan[] | undefined, ref: string, headSha: string, by: string): readonly SimulatedRun[] {
  const title = repository.commits[headSha]?.message.trim().split('\n')[0] ?? headSha;
  return (workflows ?? []).map((workflow) => insertRun(simulation, repository, { workflow, event: 'push', ref, headSha, title, by }));
}
