import { createHash } from 'node:crypto';
import type { JobFact, PlannedFrom, Repository } from '@tinqs/fleet';
import type { Decision } from '@tinqs/trigger-matcher';

/** A run that Gitea is expected to make for an event. */
export interface PlannedRun {
  /** The same for every delivery of the event, and for no other run. */
  readonly key: string;
  /** Within the workflow folder, as Gitea's own lists name it. */
  readonly file: string;
  /** The name under `on` that matched: `push`. */
  readonly event: string;
  readonly ref: string;
  readonly sha: string;
  /** Names and labels are what Gitea computes; false where they hold expressions that see more than an event tells. */
  readonly sure: boolean;
  /** A caller behind `needs` adds its jobs when it is expanded (1.27). */
  readonly grows: boolean;
  readonly rows: readonly PlannedRow[];
}

export interface PlannedRow {
  readonly id: string;
  readonly name: string;
  readonly labels: readonly string[];
  /** `none`: no runner will ever be asked for it. */
  readonly status: 'queued' | 'blocked' | 'none';
  /** Expanded by the server (1.27). */
  readonly caller: boolean;
  readonly from: PlannedFrom;
}

/** The event whose workflows were judged, as far as it tells one run from another. */
export interface PlannedEvent {
  readonly repository: Repository;
  readonly ref: string;
  readonly sha: string;
  /** What tells it from other events of the same commit: `push`, the old head. */
  readonly distinct: readonly string[];
  /** The `name` of a workflow file; empty without one. */
  readonly titleOf: (path: string) => string;
}

/**
 * The runs and rows that the decisions foresee. Ids are made of repository, commit, event, workflow, entry under `on`
 * and row: a doubled delivery plans the very same jobs.
 */
export function plannedRuns(decisions: readonly Decision[], event: PlannedEvent): readonly PlannedRun[] {
  return decisions
    .filter((decision) => decision.outcome === 'runs')
    .map((decision) => {
      const { trigger, path } = decision;
      const key = hash([event.repository.id, event.ref, event.sha, ...event.distinct, path, trigger?.name, trigger?.line, trigger?.column]);
      const file = fileOf(path);
      const name = trigger?.name ?? '';
      const title = event.titleOf(path);
      const rows = decision.jobs.map((job, index): PlannedRow => {
        const parent = job.parent === undefined ? '' : `${job.parent}/`;
        return {
          id: `planned:${key}:${index}`,
          name: job.name,
          labels: job.labels,
          status: job.caller === true || job.status === 'skipped' || job.status === 'cancelled' ? 'none' : job.status === 'waiting' ? 'queued' : 'blocked',
          caller: job.caller === true,
          from: { run: key, file, event: name, ref: event.ref, key: `${parent}${job.id}`, needs: job.needs.map((need) => `${parent}${need}`), context: `${title} / ${job.name} (${name})`.trim() },
        };
      });
      return { key, file, event: name, ref: event.ref, sha: event.sha, sure: decision.problems.length === 0, grows: decision.jobs.some((job) => job.caller === true && job.status === 'blocked'), rows };
    });
}

/** A planned row as the table takes it in. `read`: Gitea was asked just now and shows it open. */
export function plannedFact(row: PlannedRow, run: PlannedRun, repository: Repository, seen: { readonly at: number; readonly status: 'queued' | 'blocked'; readonly via: 'plan' | 'read' }): JobFact {
  return {
    id: row.id,
    repository: { id: repository.id, fullName: repository.fullName },
    runId: null,
    name: row.name,
    labels: row.labels,
    status: seen.status,
    conclusion: null,
    headSha: run.sha,
    headBranch: run.ref.startsWith('refs/heads/') ? run.ref.slice('refs/heads/'.length) : null,
    url: null,
    runnerId: null,
    createdAt: null,
    seenAt: seen.at,
    via: seen.via,
    planned: row.from,
  };
}

/** Gitea's id of a workflow: its path below the workflow folder. */
export function fileOf(path: string): string {
  return path.replace(/^\.(gitea|github)\/workflows\//, '');
}

function hash(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
}
