import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { createJob, type Job, type StepResult } from './composite-runner.js';
import { actionsWith, pathOf } from './download-server.js';

/** A job on a machine that has none of the tools: they can be baked into its folder `baked`, and are kept in its `cache`. */
export function createToolJob(pinned: readonly (readonly string[])[]): Job {
  const job = createJob({});
  Object.assign(job.env, { PATH: pathOf(job.folder, []), RUNNER_TOOL_CACHE: join(job.folder, 'cache'), TINQS_TOOLS: join(job.folder, 'baked') });
  job.actions = actionsWith(job.folder, pinned);
  return job;
}

/** What a step is run by to have a terminal, as in host mode, at which nobody sits. */
export function terminal(job: Job): readonly string[] {
  for (const tool of ['script', 'timeout']) symlinkSync(`/usr/bin/${tool}`, join(job.folder, 'bin', tool));
  return ['sh', '-c', 'exec timeout 60 script -qec "$*" /dev/null', 'sh'];
}

/** The work failed, and the error says so on one line. */
export function expectFailure({ status, log }: StepResult, message: RegExp): void {
  expect(log).toMatch(new RegExp(`::error::.*${message.source}`));
  expect(status).toBe(1);
}

/** The input was refused, by its name. */
export function expectRefusal({ status, log }: StepResult, input: string): void {
  expect(log).toMatch(new RegExp(`^::error::input "${input}": `, 'm'));
  expect(status).toBe(2);
}
