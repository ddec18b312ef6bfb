import type { JobContext, Problem, Workflow } from '@tinqs/workflow-parser';
import { readingRules } from '@tinqs/workflow-parser';

/** The fields of `github` that Gitea fills while it computes rows; the others are empty there. `run_id` and `run_number` count since 1.26. */
const filled = ['actor', 'repository', 'repository_owner', 'server_url', 'api_url', 'run_id', 'run_number', 'event'];
const mention = /\$\{\{[^}]*?\b(?:github|gitea)\s*\.\s*(\w+)/gi;

/**
 * Warns of names and labels that ask for what neither the event nor the caller tells: they are computed as if it were empty, and Gitea's may differ.
 * Blind contexts are no guess: `github: {}` says that Gitea itself sees nothing there.
 */
export function unknownMentions(workflow: Workflow, { github = {} }: JobContext, given: JobContext | undefined): readonly Problem[] {
  if (Object.keys(github).length === 0) return [];
  if (mentionsIn(workflow).length === 0) return [];
  const told = given?.github ?? {};
  const unknown = new Set(filled.filter((field) => told[field] === undefined && (readingRules[workflow.gitea].knowsRun || !field.startsWith('run_'))));
  return mentionsIn(workflow).flatMap(({ job, fields }) =>
    fields.filter((field) => unknown.has(field)).map((field): Problem => ({ severity: 'warning', code: 'context-unknown', message: `github.${field} is not known here, so names and labels of the job "${job.id}" are computed as if it were empty; give it in the context of the event`, line: job.line, column: job.column, ...(workflow.path === undefined ? {} : { path: workflow.path }) })),
  );
}

interface Mentions {
  readonly job: Workflow['jobs'][number];
  readonly fields: readonly string[];
}

const known = new WeakMap<Workflow, readonly Mentions[]>();

/** The jobs whose name or labels ask for fields of `github`; remembered with the workflow. */
function mentionsIn(workflow: Workflow): readonly Mentions[] {
  const found = known.get(workflow) ?? workflow.jobs.flatMap((job) => {
    const texts = [...job.runsOn, ...(job.matrix ? [job.name ?? '', ...textsOf(job.matrix)] : [])];
    const fields = new Set(texts.flatMap((text) => (text.includes('${{') ? Array.from(text.matchAll(mention), ([, field = '']) => field.toLowerCase()) : [])));
    return fields.size === 0 ? [] : [{ job, fields: [...fields] }];
  });
  known.set(workflow, found);
  return found;
}

const textsOf = (value: unknown): readonly string[] => (typeof value === 'string' ? [value] : typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : []);
