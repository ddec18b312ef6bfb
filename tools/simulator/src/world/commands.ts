import { interrupt } from '../ec2/interruption.js';
import { launch, terminate } from '../ec2/instances.js';
import type { LaunchRequest, MachineFault, PoolPattern } from '../ec2/ec2-state.js';
import { accountOf } from '../gitea/accounts.js';
import { cancelRun } from '../gitea/concurrency.js';
import type { ApiToken, Hook } from '../gitea/gitea-state.js';
import type { GiteaVersion } from '../gitea/gitea-version.js';
import { deleteBranch, dispatch, push, pushTag, type Dispatch, type Push, type TagPush } from '../gitea/pushes.js';
import type { WorkflowPlan } from '../gitea/job-plan.js';
import { disableRunner, register, unregister, type NewRegistration } from '../gitea/registrations.js';
import { createRepository, deleteRepository, renameRepository, repositoryOf, type NewRepository } from '../gitea/repositories.js';
import { rerun, type RerunWhat } from '../gitea/rerun.js';
import type { Misbehaviour } from './misbehaviour.js';
import type { Simulation } from './simulation.js';

/**
 * Everything that can be done to the world from outside. A command is plain data, so that it can be journalled and
 * sent to a world in another process; with the same commands at the same instants a world has the same history.
 */
export const COMMANDS = {
  createRepository: (simulation: Simulation, wanted: NewRepository) => ({ id: createRepository(simulation, wanted).id }),
  renameRepository: (simulation: Simulation, wanted: { repository: string | number; to: string }) => renameRepository(simulation, wanted.repository, wanted.to),
  deleteRepository: (simulation: Simulation, wanted: { repository: string | number }) => deleteRepository(simulation, wanted.repository),
  addHook: (simulation: Simulation, wanted: NewHook) => addHook(simulation, wanted),
  /** All hooks there are: a program that starts again says where it listens now. */
  setHooks: (simulation: Simulation, wanted: { hooks: readonly NewHook[] }) => {
    simulation.state.gitea.hooks.clear();
    return wanted.hooks.map((hook) => addHook(simulation, hook).id);
  },
  addToken: (simulation: Simulation, wanted: ApiToken) => addToken(simulation, wanted),
  push: (simulation: Simulation, wanted: Push) => {
    const { before, after, runs } = push(simulation, wanted);
    return { before, after, runs: runs.map((run) => run.id) };
  },
  pushTag: (simulation: Simulation, wanted: TagPush) => ({ after: pushTag(simulation, wanted).after }),
  deleteBranch: (simulation: Simulation, wanted: { repository: string | number; branch: string }) => deleteBranch(simulation, wanted.repository, wanted.branch),
  dispatch: (simulation: Simulation, wanted: Dispatch) => ({ run: dispatch(simulation, wanted).id }),
  /** From then on a dispatch of this file, by API, starts these jobs. */
  offerWorkflow: (simulation: Simulation, wanted: { repository: string | number; workflow: WorkflowPlan }) =>
    void (repositoryOf(simulation, wanted.repository).dispatchable[wanted.workflow.file] = wanted.workflow),
  cancelRun: (simulation: Simulation, wanted: { run: number }) => cancel(simulation, wanted.run),
  rerun: (simulation: Simulation, wanted: { run: number; what: RerunWhat }) => {
    const answer = rerun(simulation, wanted.run, wanted.what);
    return answer.kind === 'started' ? { kind: answer.kind, job: answer.job?.id ?? null } : answer;
  },
  register: (simulation: Simulation, wanted: NewRegistration) => {
    const { id, uuid, token, name } = register(simulation, wanted);
    return { id, uuid, token, name };
  },
  unregister: (simulation: Simulation, wanted: { runnerId: number }) => unregister(simulation, wanted.runnerId),
  disableRunner: (simulation: Simulation, wanted: { runnerId: number; disabled: boolean }) => disableRunner(simulation, wanted.runnerId, wanted.disabled),
  launch: (simulation: Simulation, wanted: LaunchRequest) => launch(simulation, wanted),
  terminate: (simulation: Simulation, wanted: { instanceId: string; force?: boolean }) => terminate(simulation, wanted.instanceId, wanted.force ?? false),
  /** `noticeMs: null`: taken at once, without a notice. */
  interrupt: (simulation: Simulation, wanted: { instanceId: string; noticeMs?: number | null }) => interrupt(simulation, wanted.instanceId, wanted.noticeMs === undefined ? 120_000 : wanted.noticeMs),
  /** The next `count` launches in these pools, or all of them for a time, get this error code. */
  refuse: (simulation: Simulation, wanted: { pools?: PoolPattern; code?: string; count?: number; forMs?: number }) => refuse(simulation, wanted),
  /** The next `count` machines in these pools have this fault. */
  breakMachines: (simulation: Simulation, wanted: { pools?: PoolPattern; classId?: string; fault: MachineFault; count?: number }) =>
    void simulation.state.ec2.breakRules.push({ pools: wanted.pools ?? {}, classId: wanted.classId ?? null, fault: wanted.fault, remaining: wanted.count ?? null }),
  mendMachines: (simulation: Simulation, _wanted: object) => void simulation.state.ec2.breakRules.splice(0),
  misbehave: (simulation: Simulation, wanted: Partial<Misbehaviour>) => void (simulation.state.misbehaviour = { ...simulation.state.misbehaviour, ...wanted }),
  upgradeGitea: (simulation: Simulation, wanted: { to: GiteaVersion }) => void (simulation.state.gitea.version = wanted.to),
  /** Until then the script's people push nothing: a world that nobody watched does not pile up work. */
  stayAway: (simulation: Simulation, wanted: { until: number }) => void (simulation.state.awayUntil = wanted.until),
} as const;

export type CommandName = keyof typeof COMMANDS;
export type CommandArgument<Name extends CommandName> = Parameters<(typeof COMMANDS)[Name]>[1];
export type CommandAnswer<Name extends CommandName> = ReturnType<(typeof COMMANDS)[Name]>;

export interface NewHook {
  readonly url: string;
  readonly secret: string;
  readonly events: readonly string[];
  /** `owner/name`; neither: a system hook. */
  readonly repository?: string;
  readonly organization?: string;
}

function addHook({ state: { gitea } }: Simulation, wanted: NewHook): { id: number } {
  const hook: Hook = { id: ++gitea.ids.hook, url: wanted.url, secret: wanted.secret, events: wanted.events, repository: wanted.repository ?? null, organization: wanted.organization ?? null };
  gitea.hooks.set(hook.id, hook);
  return { id: hook.id };
}

function addToken(simulation: Simulation, token: ApiToken): void {
  const { tokens } = simulation.state.gitea;
  accountOf(simulation, token.login);
  const position = tokens.findIndex((each) => each.token === token.token);
  tokens.splice(position < 0 ? tokens.length : position, position < 0 ? 0 : 1, token);
}

function cancel(simulation: Simulation, runId: number): boolean {
  const run = simulation.state.gitea.runs.get(runId);
  if (run) cancelRun(simulation, run);
  return run !== undefined;
}

function refuse(simulation: Simulation, wanted: { pools?: PoolPattern; code?: string; count?: number; forMs?: number }): void {
  const { ec2, now } = simulation.state;
  ec2.refusals.push({
    pools: wanted.pools ?? {},
    code: wanted.code ?? 'InsufficientInstanceCapacity',
    remaining: wanted.count ?? (wanted.forMs === undefined ? 1 : null),
    until: wanted.forMs === undefined ? null : now + wanted.forMs,
  });
}
