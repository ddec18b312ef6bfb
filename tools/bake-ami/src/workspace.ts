import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { RunnerClass } from '@tinqs/fleet';
import { ConfigError, parseRunnerClasses, type Environment } from '@tinqs/installation';
import type { BakeInputs } from './bake-plan.js';
import { pointerPath } from './pointer-store.js';
import { listPins, type VersionsModule } from './pins.js';
import type { Settings } from './settings.js';

/** What the workspace says of runners, images and versions. */
export interface Workspace {
  readonly classes: readonly RunnerClass[];
  inputs(settings: Settings): BakeInputs;
}

export async function readWorkspace(root: string, environment: Environment): Promise<Workspace> {
  const runnersFile = environment['RUNNERS_FILE']?.trim() || join(root, 'apps/dispatcher/runners.yml');
  const classes = parseRunnerClasses(legible(() => readFileSync(runnersFile, 'utf8')), runnersFile);
  // A plain module of the workspace: it belongs to no package, and has no types.
  const versionsModule = (await import(pathToFileURL(join(root, 'images/versions.mjs')).href)) as VersionsModule;
  const versions = legible(() => versionsModule.readVersions());
  const manifest = readFileSync(join(root, 'images/manifest.sh'), 'utf8');
  return {
    classes,
    inputs: ({ architecture, base, npmRegistry }) => ({
      architecture,
      base,
      npmRegistry,
      manifest,
      // Classes with an AMI of their own boot from another.
      classes: classes.filter(({ ami }) => ami === null || ami === `ssm:${pointerPath(architecture)}`),
      pins: listPins(versionsModule, versions, architecture),
    }),
  };
}

/** What somebody wrote and cannot be read is a mistake of theirs, told without our stack. */
function legible<Read>(read: () => Read): Read {
  try {
    return read();
  } catch (error) {
    throw new ConfigError([error instanceof Error ? error.message : String(error)]);
  }
}
