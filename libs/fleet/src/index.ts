export type { Action } from './action.js';
export type { Job, JobFact, JobId, JobRecord, JobStatus, PlannedFrom, TimelineEntry } from './job.js';
export { TAGS } from './ports.js';
export type {
  CapHolder,
  CapOutcome,
  CapRequest,
  DeliveryRecord,
  EndedRecord,
  FleetPorts,
  GiteaPort,
  Instance,
  LauncherPort,
  LaunchOrder,
  LaunchResult,
  LogPort,
  PoolRefusal,
  QueuePort,
  Registration,
  RegistrationOutcome,
  RerunNote,
  RunJob,
  RunnerRow,
  RunState,
  ScopeItems,
  StorePort,
  Written,
} from './ports.js';
export { oneLine } from './reason.js';
export type { Reason, ReasonCode, RecordedReason } from './reason.js';
export { endsByOf, isUnconsumed, lifeOf, poolKey, RUNNER_STATES } from './runner.js';
export type { Pool, Runner, RunnerEnding, RunnerOutcome, RunnerState, Stage, StageClock } from './runner.js';
export type { Market, RunnerClass, RunnerLimits } from './runner-class.js';
export { LIMITS } from './limits.js';
export { runnerNameTail } from './runner-name.js';
export { scopeKey, scopeOf } from './scope.js';
export type { Repository, Scope, ScopeKey, ScopeKind } from './scope.js';
export type { Instant } from './time.js';
export type { AmiBreaker, CapLimits, CapSnapshot, Grant, PlanItem, PoolRest, RestCause, ServerFacts, World } from './world.js';
export { classFor, nearestClass } from './class-match.js';
export { createController } from './controller.js';
export type { Controller, Served } from './controller.js';
export { plan } from './plan.js';
export { pauseOf, pauseSentence } from './pause.js';
export type { Pause } from './pause.js';
export { isOpenPlan, replacedPlans } from './planned-job.js';
export { listsRepository } from './repository-list.js';
export type { FleetSettings } from './settings.js';
export { jobFromFact } from './job-lifecycle.js';
export { META } from './surroundings.js';
export type { SweepMark } from './surroundings.js';
export { reconcileInstance } from './reconcile-instance.js';
export { sweep } from './sweep.js';
export type { SweepReport } from './sweep.js';
export { explainJob } from './explain.js';
export type { JobExplanation } from './explain.js';
export { countHolders } from './surroundings.js';
export { jobView, machineView, statusView } from './view.js';
export type { JobView, MachineView, Need, StatusInput, StatusView } from './view.js';
