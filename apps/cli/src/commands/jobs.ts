import { jobView } from '@tinqs/fleet';
import { overview, type CommandContext } from '../context.js';
import type { ExitCode } from '../failure.js';
import { jobsTable } from './status.js';

export interface JobsOptions {
  readonly repo?: string;
  readonly waiting?: boolean;
}

/** What is live and what ended within 24 hours, oldest first. */
export async function jobs(context: CommandContext, options: JobsOptions): Promise<ExitCode> {
  const all = await overview(context);
  const views = all.jobs
    .filter((job) => options.repo === undefined || job.repository.fullName.toLowerCase() === options.repo.toLowerCase())
    .filter((job) => options.waiting !== true || job.status === 'queued' || job.status === 'blocked')
    .sort((a, b) => a.queuedAt - b.queuedAt)
    .map((job) => jobView(job, all.runners, all.classes, context.now));
  if (context.json) context.print(JSON.stringify(views));
  else context.print(views.length === 0 ? 'no jobs' : jobsTable(views));
  return 0;
}
