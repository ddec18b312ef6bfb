import { explainJob, jobView, oneLine, type Job, type JobExplanation, type JobView } from '@tinqs/fleet';
import { answered, overview, type CommandContext } from '../context.js';
import { CommandFailure, type ExitCode } from '../failure.js';
import { span } from '../table.js';

/** Why a job is where it is. Exit 1 while it waits or failed for reasons of ours. */
export async function why(context: CommandContext, reference: string): Promise<ExitCode> {
  const { target, now } = context;
  const [found, all] = await Promise.all([
    answered(target, target.store.findJob(reference)),
    overview(context),
  ]);
  const job: Job | undefined = found?.job ?? newestNamed(all.jobs, reference);
  if (job === undefined) throw new CommandFailure(3, `${oneLine(reference)} is not in the table: no webhook and no sweep has seen it.\n  Is its repository in ALLOWED_REPOSITORIES, and does its hook send workflow_job events? tinqs-ci jobs lists what is known.`);
  const explanation = explainJob(job, all.runners, now);
  const view = jobView(job, all.runners, all.classes, now);
  const { reason, will, youCan } = explanation;
  if (context.json) context.print(JSON.stringify({ job: view, timeline: explanation.timeline.map((entry) => ({ ...entry, at: new Date(entry.at).toISOString() })), reason, will, youCan }));
  else context.print(text(view, explanation));
  return explanation.needsAttention ? 1 : 0;
}

function newestNamed(jobs: readonly Job[], name: string): Job | undefined {
  return jobs.filter((job) => job.name === name || job.id === name).sort((a, b) => b.queuedAt - a.queuedAt)[0];
}

function text(job: JobView, { reason, will, youCan, timeline }: JobExplanation): string {
  const state = job.status === 'queued' ? `queued for ${span(job.waited)}` : job.status === 'done' ? `${job.conclusion ?? 'done'}, waited ${span(job.waited)}` : `${job.status}, waited ${span(job.waited)}`;
  return [
    `${job.repository}  ${oneLine(job.name)} (job ${job.id})  ${state}    needs: ${job.labels.join(', ') || 'any runner'}`,
    ...timeline.map((entry) => `  ${new Date(entry.at).toISOString().slice(11, 19)}  ${entry.event}${entry.detail === '' ? '' : `: ${entry.detail}`}`),
    ...(reason === null ? [] : [`because   ${reason.code}  ${reason.sentence}`]),
    `will      ${will}`,
    ...youCan.map((remedy) => `you can   ${remedy}`),
  ].join('\n');
}
