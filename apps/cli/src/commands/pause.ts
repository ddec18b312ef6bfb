import { META, pauseOf, pauseSentence, type Pause, type RunnerClass } from '@tinqs/fleet';
import { answered, type CommandContext } from '../context.js';
import { CommandFailure, type ExitCode } from '../failure.js';

/** The red button: no machine is launched, running jobs finish, clocks run. Planners heed it within a minute. */
export async function pause(context: CommandContext, classId: string | undefined): Promise<ExitCode> {
  return change(context, classId, (before) => (classId === undefined || before === true ? true : [...new Set([...listed(before), classId])]));
}

export async function resume(context: CommandContext, classId: string | undefined): Promise<ExitCode> {
  return change(context, classId, (before) => {
    if (classId === undefined) return false;
    if (before === true) throw new CommandFailure(1, 'all classes are paused: tinqs-ci resume lets all of them go on, tinqs-ci pause <class> stops one again');
    const left = listed(before).filter((each) => each !== classId);
    return left.length > 0 && left;
  });
}

const listed = (pause: Pause): readonly string[] => (typeof pause === 'boolean' ? [] : pause);

async function change({ target, json, print }: CommandContext, classId: string | undefined, next: (before: Pause) => Pause): Promise<ExitCode> {
  const [noted, classes] = await answered(target, Promise.all([target.store.readMeta(META.pause), target.store.readMeta(META.classes)]));
  const known = ((classes as readonly RunnerClass[] | undefined) ?? []).map(({ id }) => id);
  if (classId !== undefined && !known.includes(classId)) throw new CommandFailure(3, `no class "${classId}": expected one of ${known.join(', ') || 'those that the dispatcher writes to the table at its first start'}`);
  const after = next(pauseOf(noted));
  await answered(target, target.store.writeMeta(META.pause, after));
  const sentence = pauseSentence(after);
  print(json ? JSON.stringify({ target: target.name, paused: after }) : sentence !== null ? `${sentence} (heeded within a minute)` : 'nothing is paused: what waits is launched within a minute');
  return 0;
}

