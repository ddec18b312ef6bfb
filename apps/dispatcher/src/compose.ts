import { readFileSync } from 'node:fs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { createController, LIMITS, type RunnerClass } from '@tinqs/fleet';
import { createLeanFetch } from '@tinqs/gitea-client';
import { composeInstallation, createAwsCall, createLambdaParameterReader, createLauncherPort, createLogger, createSqsQueue, loadConfig, type Environment } from '@tinqs/installation';
import { createRunStore } from '@tinqs/run-store';
import { createSpotLauncher } from '@tinqs/spot-launcher';
import { withDeathSchedule } from './death-schedule.js';
import type { DispatchTools, EventPlanner } from './dispatch.js';
import { createPlanLook } from './look-at-plans.js';
import { createOnce } from './once.js';

/** Everything the dispatch function works with, made once per cold start. */
export function composeDispatcher(environment: Environment, classes: readonly RunnerClass[], now: () => number): DispatchTools {
  const config = loadConfig('dispatch', environment);
  const log = createLogger((line) => console.log(line), now, { function: 'dispatch' });
  const call = createAwsCall({ environment, now });
  const readParameter = createLambdaParameterReader(call);
  // Launches are tried by the launcher itself: the SDK would spend its attempts on one exhausted pool.
  const spot = createSpotLauncher({ ec2: new EC2Client({ maxAttempts: 1 }), now: () => new Date(now()), launchMs: LIMITS.launchLoop });
  const rootDeviceName = remember(async (imageId: string) => (await spot.describeImage(imageId))?.rootDeviceName);
  const scheduler = { client: new SchedulerClient({}), group: environment['SCHEDULE_GROUP'] ?? '', roleArn: environment['SCHEDULE_ROLE_ARN'] ?? '', log };
  const queue = createSqsQueue({ call, url: environment['QUEUE_URL'] ?? '' });
  const { ports, settings, gitea } = composeInstallation(config, {
    installation: environment['INSTALLATION'] ?? 'unnamed',
    classes,
    store: createRunStore({ client: new DynamoDBClient({}), table: config.DDB_TABLE, now }),
    queue,
    launcher: (machine) => withDeathSchedule(createLauncherPort({ launcher: spot, settings: machine, readParameter, rootDeviceName, now }), scheduler),
    readParameter,
    fetch: createLeanFetch(config.GITEA_CA_FILE === undefined ? {} : { ca: readFileSync(config.GITEA_CA_FILE, 'utf8') }),
    log,
    now,
  });
  if (config.RUNNER_TOKEN !== undefined && config.RUNNER_SCOPE !== 'instance') log.warn('RUNNER_TOKEN is not needed: runners are registered at the level of RUNNER_SCOPE', { scope: config.RUNNER_SCOPE });
  const controller = createController(ports, settings);
  const source = config.DISPATCH_SOURCE;
  let planner: Promise<EventPlanner> | undefined;
  // Parser and matcher are loaded at the first push: most deliveries are about jobs.
  const load = () => (planner ??= import('./plan-event.js').then(({ createEventPlanner }) => createEventPlanner({ gitea, ports, settings, controller, source, queue })));
  return {
    controller,
    ports,
    settings,
    source,
    once: createOnce(),
    planner: { plan: async (...event) => (await load()).plan(...event), settle: async (...event) => (await load()).settle(...event), look: createPlanLook({ gitea, source, ports, controller }) },
  };
}

function remember<Value>(read: (key: string) => Promise<Value>): (key: string) => Promise<Value> {
  const known = new Map<string, Promise<Value>>();
  return (key) => {
    const value = known.get(key) ?? read(key);
    known.set(key, value);
    value.catch(() => known.delete(key));
    return value;
  };
}
