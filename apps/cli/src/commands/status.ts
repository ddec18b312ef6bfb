import { pauseSentence, runnerNameTail, type JobView, type MachineView, type StatusView } from '@tinqs/fleet';
import { overview, type CommandContext } from '../context.js';
import type { ExitCode } from '../failure.js';
import { span, table } from '../table.js';

/** One screen. Exit 1 while anything needs a person, so that monitoring can use it. */
export async function status(context: CommandContext): Promise<ExitCode> {
  const { status: view } = await overview(context);
  if (context.json) context.print(JSON.stringify({ target: context.target.name, simulated: context.target.simulated, ...view }));
  else context.print(screen(view, context));
  return view.needsYou.length === 0 ? 0 : 1;
}

function screen(view: StatusView, { now, target }: CommandContext): string {
  const queued = view.waiting.filter((job) => job.status === 'queued');
  const { held, most } = view.caps.all;
  const paused = pauseSentence(view.paused);
  const lines = [
    [`waiting ${queued.length}${queued[0] === undefined ? '' : ` (oldest ${span(queued[0].waited)})`}`, `running ${view.running.length}`, `machines ${view.machines.length}${most === null ? '' : `/${most}`}`, `places ${held}`, `today $${view.spentToday.toFixed(2)}`].join(' · '),
    `last sweep ${view.lastSweep === null ? 'not yet' : `${span((now - Date.parse(view.lastSweep)) / 1_000)} ago`} · ${view.missedByWebhooks} missed by webhooks${target.simulated ? ' · simulated' : ''}`,
    ...(paused === null ? [] : [`PAUSED     ${paused}`]),
    '',
    ...(view.needsYou.length === 0 ? ['Nothing needs you.'] : view.needsYou.flatMap((need) => [`NEEDS YOU  ${need.sentence}`, ...(need.remedy === null ? [] : [`           you can: ${need.remedy}`])])),
  ];
  const jobs = [...view.waiting, ...view.running];
  if (jobs.length > 0) lines.push('', jobsTable(jobs));
  if (view.machines.length > 0) lines.push('', machinesTable(view.machines, now));
  return lines.join('\n');
}

export function jobsTable(jobs: readonly JobView[]): string {
  return table(
    ['job', 'repository', 'label', 'state', 'waited', 'machine', 'because'],
    jobs.map((job) => [job.name, job.repository, job.labels.join(','), job.status === 'done' ? (job.conclusion ?? 'done') : job.status === 'queued' ? 'waiting' : job.status, span(job.waited), job.runner === null ? '–' : runnerNameTail(job.runner), job.reason?.sentence ?? '']),
  );
}

export function machinesTable(machines: readonly MachineView[], now: number): string {
  return table(
    ['machine', 'class', 'state', 'type', 'zone', 'market', 'gone by'],
    machines.map((machine) => [runnerNameTail(machine.name), machine.class, machine.outcome === null ? machine.state : `${machine.state}: ${machine.outcome}`, machine.type ?? '–', machine.zone ?? '–', machine.market ?? '–', machine.state === 'ended' ? '–' : span((Date.parse(machine.endsBy) - now) / 1_000)]),
  );
}
