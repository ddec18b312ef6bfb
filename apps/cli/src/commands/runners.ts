import { machineView } from '@tinqs/fleet';
import { overview, type CommandContext } from '../context.js';
import type { ExitCode } from '../failure.js';
import { machinesTable } from './status.js';

/** Machines that are alive and those that ended within 24 hours, oldest first. */
export async function runners(context: CommandContext): Promise<ExitCode> {
  const all = await overview(context);
  const views = [...all.runners].sort((a, b) => (a.stages.granted ?? a.stages.registered ?? 0) - (b.stages.granted ?? b.stages.registered ?? 0)).map(machineView);
  if (context.json) context.print(JSON.stringify(views));
  else context.print(views.length === 0 ? 'no machines' : machinesTable(views, context.now));
  return 0;
}
