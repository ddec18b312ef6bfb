import type { GiteaVersion } from './gitea-version.js';
import type { Concurrency, Job, YamlRecord, YamlValue } from './job.js';
import type { Problem } from './problem.js';
import type { Trigger } from './trigger.js';
import type { WorkflowDocument } from './workflow-document.js';

/** A workflow file as one version of Gitea reads it. */
export interface Workflow {
  readonly path?: string;
  /** The version it was read for; `expandJobs` takes it as its default. */
  readonly gitea: GiteaVersion;
  readonly name?: string;
  readonly runName?: string;
  /** In file order; since 1.26 without `workflow_call`. */
  readonly triggers: readonly Trigger[];
  readonly jobs: readonly Job[];
  readonly concurrency?: Concurrency;
  readonly env?: Readonly<Record<string, string>>;
  readonly defaults?: YamlValue;
  readonly permissions?: YamlValue;
  /** The inputs, secrets and outputs of `on.workflow_call`, when the file has it; also since 1.26, where it is no trigger. */
  readonly call?: YamlRecord | null;
  /**
   * Since 1.26: reading the triggers of this very file makes Gitea panic, so that no workflow of the repository starts for *any* event,
   * whatever this file listens to. Up to 1.25 the jobs are read only after the triggers match: see `expandJobs`.
   */
  readonly panic?: Problem;
  /** The tree it was read from, for `expandJobs`; not for looking into. */
  readonly document: WorkflowDocument;
}

/** What became of a file. `problems` holds all of them, in the order of the text. */
export type ParseResult =
  | { readonly kind: 'workflow'; readonly workflow: Workflow; readonly problems: readonly Problem[] }
  | {
      readonly kind: 'ignored';
      readonly problems: readonly Problem[];
      /**
       * What can be read of the file all the same, for tools that judge by parts: there unless it is no YAML or has a wrong type. Without
       * triggers where these are the reason; else (since 1.26) the jobs are.
       */
      readonly workflow?: Workflow;
    };

export interface ParseOptions {
  /** Names the file in problems and reasons. */
  readonly path?: string;
  /** Default: the newest, 1.27. */
  readonly gitea?: GiteaVersion;
}
