import type { GiteaVersion, Problem, Trigger, Workflow } from '@tinqs/workflow-parser';
import { acceptsEvent, writtenName } from './event-name.js';
import type { Judging } from './condition.js';
import { triggerVerdict } from './match-trigger.js';
import type { Finding } from './reason.js';
import { findingAt, listed } from './reason.js';
import type { TriggerEvent } from './trigger-event.js';
import { versionRules } from './version-rules.js';
import type { WorkflowFile } from './workflow-file.js';
import { readWorkflowFile, workflowName } from './workflow-file.js';

/** What Gitea finds in one file before it makes any run. */
export type Detected =
  | { readonly kind: 'ignored' | 'no-match' | 'panics' | 'unreadable'; readonly finding: () => Finding }
  | { readonly kind: 'matched'; readonly workflow: Workflow; readonly trigger: Trigger; readonly finding: () => Finding };

const top = { line: 1, column: 1 };

/** Judges one file: one answer for the file, or one for each entry under `on` that matches. */
export function detectTriggers(file: WorkflowFile, event: TriggerEvent, judging: Judging): readonly Detected[] {
  const { gitea } = judging;
  if (file.kind === 'submodule') return [{ kind: 'unreadable', finding: () => findingAt(top, 'unreadable', 'a submodule called like a workflow cannot be read, and Gitea then starts nothing at all for this commit; rename it') }];
  if (file.kind === 'folder') return [{ kind: 'ignored', finding: () => findingAt(top, 'file-ignored', 'this is a folder, not a workflow') }];
  const result = readWorkflowFile(file, gitea);
  if (result.kind === 'ignored') return [{ kind: 'ignored', finding: () => ignoredFinding(file, result.problems) }];
  const { workflow } = result;
  const { panic } = workflow;
  if (panic) return [{ kind: 'panics', finding: () => findingAt(panic, 'panic', panic.message) }];
  if (event.type === 'dispatch' || event.type === 'cron') return [startedDirectly(file, workflow, event, gitea)];

  const matched: Detected[] = [];
  let refused: (() => Finding) | undefined;
  for (const trigger of workflow.triggers) {
    if (trigger.schedules || !acceptsEvent(trigger.name, event.type)) continue;
    const { matches, panics, finding } = triggerVerdict(trigger, event, judging);
    if (panics) return [{ kind: 'panics', finding }];
    if (matches) matched.push({ kind: 'matched', workflow, trigger, finding });
    else refused ??= finding;
  }
  if (matched.length > 0) return matched;
  return [{ kind: 'no-match', finding: refused ?? (() => notListening(workflow, event)) }];
}

function ignoredFinding(file: WorkflowFile, problems: readonly Problem[]): Finding {
  const problem = problems.find(({ severity }) => severity === 'error');
  if (file.kind === 'link') return findingAt(top, 'file-ignored', 'this is a symbolic link, and Gitea reads the text of its target, not the file it points to');
  return problem ? findingAt(problem, 'file-ignored', problem.message) : findingAt(top, 'file-ignored', 'it cannot be read as a workflow');
}

function notListening({ triggers }: Workflow, event: TriggerEvent): Finding {
  const name = writtenName(event.type);
  const scheduled = triggers.find((trigger) => trigger.schedules && acceptsEvent(trigger.name, event.type));
  if (scheduled && scheduled.name !== 'schedule') return findingAt(scheduled, 'only-schedule', `${scheduled.name} holds a list where a map belongs, and Gitea takes any event with a list for a schedule: it never fires`);
  const [first] = triggers;
  if (!first) return findingAt(top, 'no-events', 'on names no event');
  return findingAt(first, 'other-event', `it listens to ${listed([...new Set(triggers.map((trigger) => trigger.name || '(an empty name)'))])}, not to ${name}`);
}

/** What Gitea starts without matching events: a dispatched file, a schedule whose time has come. */
function startedDirectly(file: WorkflowFile, workflow: Workflow, event: TriggerEvent, gitea: GiteaVersion): Detected {
  const { triggers } = workflow;
  if (event.type === 'cron') {
    const trigger = triggers.find(({ name, schedules }) => name === 'schedule' && schedules);
    if (!trigger) return { kind: 'no-match', finding: () => findingAt(triggers[0] ?? top, 'other-event', 'it has no schedule') };
    const crons = (trigger.schedules ?? []).flatMap(({ entries }) => (entries?.['cron'] === undefined ? [] : [entries['cron']]));
    return { kind: 'matched', workflow, trigger, finding: () => findingAt(trigger, 'schedule-due', `schedule ${listed(crons.map((cron) => JSON.stringify(cron)))}`) };
  }
  const trigger = triggers.find(({ name }) => name === 'workflow_dispatch');
  if (event.workflow !== file.path && event.workflow !== workflowName(file.path)) return { kind: 'no-match', finding: () => findingAt(trigger ?? top, 'not-dispatched', `the dispatch is for ${event.workflow ?? 'no file'}`) };
  if (!trigger && versionRules[gitea].dispatchNeedsTrigger) return { kind: 'no-match', finding: () => findingAt(triggers[0] ?? top, 'not-dispatchable', 'it has no workflow_dispatch under on, and Gitea since 1.26 refuses to dispatch it (422)') };
  const started = trigger ?? { name: 'workflow_dispatch', ...top };
  return { kind: 'matched', workflow, trigger: started, finding: () => findingAt(started, 'dispatched', trigger ? 'it was dispatched' : 'it was dispatched, which Gitea up to 1.25 allows without workflow_dispatch under on') };
}
