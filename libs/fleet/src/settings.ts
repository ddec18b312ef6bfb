import type { RunnerClass } from './runner-class.js';
import type { ScopeKind } from './scope.js';

/** What the owner of an installation decided. */
export interface FleetSettings {
  /** Part of every name, tag and token; nothing else is ever touched. */
  readonly installation: string;
  readonly classes: readonly RunnerClass[];
  readonly scopeKind: ScopeKind;
  /** `MAX_RUNNERS`. */
  readonly maxRunners: number;
  readonly subnets: readonly string[];
  /** Dollars; `null`: no limit. */
  readonly dailyBudget: number | null;
}
