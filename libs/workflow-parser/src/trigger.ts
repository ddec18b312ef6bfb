import type { Position } from './problem.js';

/** A value of a filter with its place: `branches: [main, 'v*']` has two. */
export interface FilterValue extends Position {
  readonly value: string;
}

/** One key below an event: `branches`, `paths-ignore`, `types`, or any other word, since Gitea keeps unknown ones (they never match). */
export interface TriggerFilter extends Position {
  readonly key: string;
  /** As Gitea reads them: a scalar is a list of one, `null` is `['']`, null entries of a list are left out, `[]` stays empty. */
  readonly values: readonly FilterValue[];
}

/**
 * One entry of a list below an event. Only under `schedule` has it content; **any** event with a list instead of a map is a schedule
 * to Gitea and never fires on its event, and its entries are empty here.
 */
export interface TriggerSchedule extends Position {
  /** The entry's keys as written (`cron`, and whatever else stands there); null for the entry of an event that is not `schedule`. */
  readonly entries: Readonly<Record<string, string>> | null;
}

/** An input of `workflow_dispatch`, as Gitea decodes it: what is not given is empty. */
export interface DispatchInput extends Position {
  readonly name: string;
  readonly description: string;
  readonly required: boolean;
  readonly default: string;
  readonly type: string;
  /** null: not given. */
  readonly options: readonly string[] | null;
}

/** One event under `on`, in file order; the same name may come twice, and is then judged twice. The position is that of the name. */
export interface Trigger extends Position {
  /** As written; Gitea does not check it: an unknown name is valid and never matches. */
  readonly name: string;
  /** In file order. A key that comes twice is here once, with its last value. Absent: no filter. */
  readonly filters?: readonly TriggerFilter[];
  /** Present and not empty: Gitea takes this entry as a schedule, whatever its name. */
  readonly schedules?: readonly TriggerSchedule[];
  readonly inputs?: readonly DispatchInput[];
}
