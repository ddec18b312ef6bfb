import { readFileSync } from 'node:fs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EC2Client } from '@aws-sdk/client-ec2';
import { META, type RunnerClass } from '@tinqs/fleet';
import { createLeanFetch } from '@tinqs/gitea-client';
import { composeInstallation, ConfigError, createAwsCall, createLambdaParameterReader, createLauncherPort, createLogger, createSecretValue, createSqsQueue, loadConfig, type Environment, type Installation, type MessageQueue } from '@tinqs/installation';
import { createRunStore } from '@tinqs/run-store';
import { createSpotLauncher } from '@tinqs/spot-launcher';
import type { Alarm } from './alarms.js';
import { createAlert } from './alert.js';

/** What both functions of the monitor work with. */
export interface Monitor {
  /** The installation with the classes as the table has them now; `undefined` until the dispatcher has written any. */
  readonly open: () => Promise<Installation & { readonly hasClasses: boolean }>;
  readonly queue: MessageQueue;
  readonly alert: (alarm: Alarm) => Promise<void>;
  readonly now: () => number;
}

/**
 * Made once per cold start. Classes are read from the table at each pass: the dispatcher alone has `runners.yml`, so
 * that a changed label is one deploy, of one function.
 */
export function composeMonitor(name: string, environment: Environment, now: () => number): Monitor {
  const config = loadConfig('sweep', environment);
  const { INSTALLATION: installation, GITEA_CA_FILE: caFile, ALERT_WEBHOOK_URL: alertUrl } = config;
  const url = environment['QUEUE_URL'] ?? '';
  if (installation === undefined || url === '') throw new ConfigError(['INSTALLATION and QUEUE_URL: missing: the deployed template names them']);
  const log = createLogger((line) => console.log(line), now, { function: name });
  const call = createAwsCall({ environment, now });
  const readParameter = createLambdaParameterReader(call);
  const queue = createSqsQueue({ call, url });
  const store = createRunStore({ client: new DynamoDBClient({}), table: config.DDB_TABLE, now });
  const spot = createSpotLauncher({ ec2: new EC2Client({ maxAttempts: 1 }), now: () => new Date(now()) });
  const fetch = createLeanFetch(caFile === undefined ? {} : { ca: readFileSync(caFile, 'utf8') });
  const alertSetting = alertUrl === undefined ? undefined : createSecretValue(alertUrl, { readParameter, now });
  const compose = (classes: readonly RunnerClass[]) => composeInstallation(config, { installation, classes, store, queue, launcher: (machine) => createLauncherPort({ launcher: spot, settings: machine, readParameter, now }), readParameter, fetch, log, now });
  let composed: { readonly text: string; readonly made: Installation } | undefined;
  return {
    async open() {
      const classes = (await store.readMeta(META.classes)) as readonly RunnerClass[] | undefined;
      const text = JSON.stringify(classes ?? []);
      if (composed?.text !== text) composed = { text, made: compose(classes ?? []) };
      return { ...composed.made, hasClasses: classes !== undefined };
    },
    queue,
    alert: createAlert({ url: async () => alertSetting?.read() }),
    now,
  };
}
