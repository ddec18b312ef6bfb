import { EC2Client } from '@aws-sdk/client-ec2';
import { createParameterReader } from '@tinqs/installation';
import { createSpotLauncher } from '@tinqs/spot-launcher';
import type { DoctorTools } from '../commands/doctor.js';
import { CommandFailure } from '../failure.js';
import { readClasses } from '../runners-file.js';
import { findTarget } from '../target.js';

/** The world as this process has it. */
export function doctorTools(environment: NodeJS.ProcessEnv, folder: string): DoctorTools {
  return {
    environment,
    fetch,
    readParameter: createParameterReader(),
    launcher: createSpotLauncher({ ec2: new EC2Client({ maxAttempts: 1 }), now: () => new Date() }),
    classes: () => {
      const found = readClasses(environment['RUNNERS_FILE']);
      if (found === undefined) throw new CommandFailure(2, 'no runners.yml is here, which says what each label means: run it in the clone, or name one in RUNNERS_FILE');
      return found.classes;
    },
    target: () => findTarget({}, environment, folder),
    now: Date.now,
  };
}
