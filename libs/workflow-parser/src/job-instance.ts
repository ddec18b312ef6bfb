import type { GiteaVersion } from './gitea-version.js';
import type { YamlRecord } from './job.js';
import type { Problem } from './problem.js';

/** What expressions may see when Gitea computes rows, names and labels: no secrets, no env, no results of needs. */
export interface JobContext {
  /** `github.*` (and `gitea.*`). Give what the version has there: `run_id` is empty up to 1.25, `run_number` is `'0'`. */
  readonly github?: Readonly<Record<string, unknown>>;
  readonly vars?: Readonly<Record<string, string>>;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/** An evaluated `concurrency` (since 1.26). */
export interface ConcurrencyGroup {
  readonly group: string;
  readonly cancel: boolean;
}

/** One row, as Gitea stores it when the run is made. */
export interface JobInstance {
  /** The job's key; all combinations of a matrix share it. */
  readonly id: string;
  readonly name: string;
  /** Evaluated. `''`, `Array` and `Object` are what failed expressions leave: no runner has them. */
  readonly labels: readonly string[];
  readonly needs: readonly string[];
  /** This combination's values; absent without a matrix. */
  readonly matrix?: YamlRecord;
  /** Gitea's inner words: `waiting` may be taken now (outside: queued), `blocked` waits for others (outside: waiting). */
  readonly status: 'waiting' | 'blocked' | 'skipped' | 'cancelled';
  readonly uses?: string;
  readonly if?: string;
  readonly failFast?: string;
  readonly maxParallel?: string;
  readonly timeoutMinutes?: string;
  readonly permissions?: unknown;
  /** Since 1.27: evaluated. */
  readonly continueOnError?: boolean;
  /** Since 1.26: evaluated, where the job may start at once. */
  readonly concurrency?: ConcurrencyGroup;
  /** Since 1.27: the server expands this row, no runner gets it. */
  readonly caller?: true;
  /** Since 1.27: the index in `jobs` of the caller this row belongs to. */
  readonly parent?: number;
}

export type ExpandResult =
  | {
      readonly kind: 'jobs';
      /** The run's title where `run-name` sets it. */
      readonly runName?: string;
      /** The run's status in Gitea's inner words; `unknown` for a run without jobs. */
      readonly runStatus: 'waiting' | 'blocked' | 'skipped' | 'cancelled' | 'unknown';
      /** Since 1.26: the run's evaluated group. */
      readonly concurrency?: ConcurrencyGroup;
      readonly jobs: readonly JobInstance[];
      /** The server's re-check of this run fails and is tried again for ever (1.27: a nested caller that cannot be expanded). */
      readonly stuck?: true;
      /** Expressions Gitea evaluates and this library cannot: the row's name or label is then the raw text. */
      readonly problems: readonly Problem[];
    }
  /** No run is stored and no event sent; Gitea only logs it. */
  | { readonly kind: 'jobs-error'; readonly problem: Problem }
  /** Gitea panics: the event is lost for the files not yet handled, since 1.26 for all. */
  | { readonly kind: 'panic'; readonly problem: Problem };

export interface ExpandOptions {
  /** Default: the version the workflow was read for. */
  readonly gitea?: GiteaVersion;
  /**
   * Since 1.27: the text of a reusable workflow, or undefined when it does not exist or may not be read. A path inside the repository
   * comes as `./<path>`; one in another repository, also what that one calls by a local path, as `owner/repo/<path>@ref`.
   * Without it callers are rows that are not expanded, and their callees are taken to be fine.
   */
  readonly readCallee?: (uses: string) => string | undefined;
}
