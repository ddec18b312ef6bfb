/**
 * One job as the scenario foresees it: what its workflow file asks for, and what will come of it. The scenario
 * names the rows itself (a matrix is several jobs with one key), so that no YAML is read here.
 */
export interface JobPlan {
  /** The key under `jobs`. Rows of one matrix share it. */
  readonly key: string;
  /** Default: the key. */
  readonly name?: string;
  readonly labels: readonly string[];
  readonly needs?: readonly string[];
  readonly durationMs?: number;
  /** What the runner reports. */
  readonly conclusion?: 'success' | 'failure' | 'skipped';
  /** The job's `if`: `always()`, `false`, or none. */
  readonly condition?: 'always' | 'never';
  readonly continueOnError?: boolean;
  /** The jobs of a reusable workflow that this job calls. Up to 1.26 they run inside the one job. */
  readonly uses?: readonly JobPlan[];
  /** Names of its steps. */
  readonly steps?: readonly string[];
  /** FetchTask fails on this row for ever, and on whatever stands behind it. */
  readonly unobtainable?: boolean;
}

export interface WorkflowPlan {
  /** The name within the workflow folder, such as `ci.yml`. */
  readonly file: string;
  readonly name?: string;
  readonly jobs: readonly JobPlan[];
  readonly concurrency?: { readonly group: string; readonly cancelInProgress?: boolean };
}
