import { countHolders, META, statusView, type EndedRecord, type Job, type Runner, type RunnerClass, type StatusView, type SweepMark } from '@tinqs/fleet';
import { CommandFailure } from './failure.js';
import type { Target } from './target.js';

/** What a command may use. Everything it prints goes through here, so that it can be tested without a terminal. */
export interface CommandContext {
  readonly target: Target;
  readonly json: boolean;
  readonly print: (text: string) => void;
  readonly now: number;
}

export interface Everything {
  readonly status: StatusView;
  readonly jobs: readonly Job[];
  readonly runners: readonly Runner[];
  readonly classes: readonly RunnerClass[];
}

const DAY_MS = 86_400_000;

/** The live world and what ended within 24 hours. A store that does not answer is exit 4. */
export async function readEverything({ target, now }: CommandContext): Promise<Everything> {
  const { store } = target;
  try {
    const [live, ended, holders, sweep, missed, classes] = await Promise.all([store.listLive(), store.listEnded({ from: now - DAY_MS, to: now + 1 }), store.listCapHolders(), store.readMeta(META.sweep), store.readMeta(META.missed), store.readMeta(META.classes)]);
    const known = (classes as readonly RunnerClass[] | undefined) ?? [];
    const status = statusView({ jobs: live.jobs, runners: live.runners, classes: known, cap: countHolders(holders), maxRunners: target.maxRunners, sweep: sweep as SweepMark | undefined, missed: (missed as number | undefined) ?? 0 }, now);
    return { status, jobs: [...live.jobs, ...ended.flatMap(jobOf)], runners: [...live.runners, ...ended.flatMap(runnerOf)], classes: known };
  } catch (cause) {
    throw unreachable(target, cause);
  }
}

export function unreachable(target: Target, cause: unknown): CommandFailure {
  return new CommandFailure(4, `${target.name} does not answer: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
}

const jobOf = (record: EndedRecord): readonly Job[] => (record.kind === 'job' && record.job !== null ? [record.job] : []);
const runnerOf = (record: EndedRecord): readonly Runner[] => (record.runner === null ? [] : [record.runner]);
