import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { classFor, nearestClass, type RunnerClass } from '@tinqs/fleet';
import { ConfigError, parseRunnerClasses } from '@tinqs/installation';
import type { LabelService } from '@tinqs/trigger-matcher';
import { CommandFailure } from './failure.js';

/** Where an installation keeps its classes: below the folder the command runs in, else in the clone it was started from. */
const usual = ['apps/dispatcher/runners.yml', 'runners.yml', fileURLToPath(new URL('../../dispatcher/runners.yml', import.meta.url))];

/** The classes of a `runners.yml`. Without a name the usual places are tried; undefined: there is none. */
export function readClasses(named: string | undefined): { readonly file: string; readonly classes: readonly RunnerClass[] } | undefined {
  const file = named ?? usual.find((each) => existsSync(each));
  return file === undefined ? undefined : { file, classes: classesOf(file) };
}

/** Who serves which labels, by a `runners.yml`. */
export function readLabelService(named: string | undefined): { readonly file: string; readonly service: LabelService } | undefined {
  const found = readClasses(named);
  if (found === undefined) return undefined;
  const { file, classes } = found;
  const takers = (labels: readonly string[]): readonly string[] => {
    const meant = classFor(labels, classes);
    if (!meant) return [];
    const others = labels.length === 0 ? [] : classes.filter((each) => each !== meant && labels.every((label) => each.labels.includes(label)));
    return [meant.id, ...others.map(({ id }) => id)];
  };
  return { file, service: { takers, nearest: (labels) => nearestClass(labels, classes) } };
}

function classesOf(file: string) {
  try {
    return parseRunnerClasses(readFileSync(file, 'utf8'), file);
  } catch (cause) {
    if (cause instanceof ConfigError) throw new CommandFailure(2, cause.message, { cause });
    throw new CommandFailure(2, `${file}: expected a file of runner classes: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
