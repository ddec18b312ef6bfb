import { randomBytes, randomInt } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createEventPlanner, createOnce, dispatchBatch } from '@tinqs/dispatcher';
import { createController, reconcileInstance, type Scope } from '@tinqs/fleet';
import { composeInstallation, ConfigError, createLogger, createParameterReader, createSecretValue, parseRunnerClasses, type Environment } from '@tinqs/installation';
import { createDashboard, runSweep } from '@tinqs/monitor';
import { createRunStore } from '@tinqs/run-store';
import { openEmbeddedStore, LOCAL_REGION } from './embedded-store.js';
import { startHttpServer } from './http-server.js';
import { createLocalQueue } from './local-queue.js';
import { watchMachines } from './machine-watch.js';
import type { Options } from './options.js';
import type { Reporter } from './report.js';
import { onePlanAtATime } from './one-plan-at-a-time.js';
import { repeat } from './repeat.js';
import { lockStore } from './store-lock.js';
import { openSurroundings } from './surroundings.js';
import { watchTable } from './table-watch.js';

const TABLE = 'tinqs-ci-runs';
const WATCH_MS = 3_000;
const PATIENCE_MS = 2_000;
const LOCAL_FILE = '.tinqs-ci/local.json';

export interface Started {
  readonly port: number;
  /** Finishes what is in hand. */
  stop(): Promise<void>;
}

/** Dispatcher and monitor in one process, around the embedded store and a queue that survives a restart. */
export async function start(options: Options, environment: Environment, tools: { readonly reporter: Reporter; readonly log: (line: string) => void; readonly now: () => number }): Promise<Started> {
  const { reporter, now } = tools;
  const log = createLogger(tools.log, now);
  const lock = lockStore(options.store);
  const surroundings = await openSurroundings(options, environment, now);
  const simulated = surroundings.mode === 'demo';
  const embedded = await openEmbeddedStore(join(options.store, 'table'));
  const store = createRunStore({ client: embedded.client, table: TABLE, now });
  await store.ensureTable();
  const resumed = (await store.readMeta('INSTALLATION')) as string | undefined;
  const installation = resumed ?? Array.from({ length: 6 }, () => randomInt(36).toString(36)).join('');
  if (resumed === undefined) await store.writeMeta('INSTALLATION', installation);

  const queue = createLocalQueue({ client: embedded.client, table: TABLE, now, onError: (cause) => log.error('the queue failed', { cause }) });
  const runnersFile = environment['RUNNERS_FILE']?.trim() || fileURLToPath(new URL('../../dispatcher/runners.yml', import.meta.url));
  const classes = parseRunnerClasses(readFileSync(runnersFile, 'utf8'), runnersFile);
  const { ports, settings, gitea } = composeInstallation(surroundings.config, { installation, classes, store, queue, launcher: surroundings.launcher, readParameter: createParameterReader(), log, now });
  const controller = onePlanAtATime(createController(ports, settings), PATIENCE_MS);
  const source = surroundings.config.DISPATCH_SOURCE ?? 'auto';
  const planner = createEventPlanner({ gitea, ports, settings, controller, source, queue });
  const dispatchTools = { controller, ports, settings, planner, source, once: createOnce() };

  // Before anything works on the table: all that happens is told, and nothing of an earlier start.
  const watch = await watchTable({ store, reporter, simulated, now, onError: (cause) => log.warn('could not look at the table', { cause }) });
  const { look } = watch;

  const secretValues = surroundings.secrets.map((secret) => createSecretValue(secret, { readParameter: createParameterReader(), now }));
  const token = randomBytes(16).toString('hex');
  const { server, port } = await startHttpServer({
    port: options.port,
    mayMove: !options.portGiven,
    webhook: { secrets: () => Promise.all(secretValues.map((value) => value.read())), allowedRepositories: surroundings.config.ALLOWED_REPOSITORIES, send: (message) => queue.send(message), log, now },
    dashboard: createDashboard({ store, maxRunners: settings.maxRunners, simulated, now }),
    knock: { token, onKnock: async (body) => queue.knock((body as { scope: Scope }).scope, 0) },
  });
  const dashboard = `http://127.0.0.1:${port}`;
  const moved = options.port === 0 || options.port === port ? [] : [`port ${options.port} is taken: ${port} instead`];
  const local = { pid: process.pid, dashboard, webhook: `${dashboard}/webhook`, store: { endpoint: embedded.endpoint, table: TABLE, region: LOCAL_REGION }, knock: { url: `${dashboard}/knock`, token }, mode: surroundings.mode, giteaUrl: surroundings.config.GITEA_URL };
  for (const file of new Set([resolve(LOCAL_FILE), join(resolve(options.store), 'local.json')])) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(local, null, 2)}\n`, { mode: 0o600 });
  }
  reporter.say({ event: 'listening', text: '', dashboard, webhook: local.webhook, store: options.store, mode: surroundings.mode, pid: process.pid, resumed: resumed !== undefined, notices: [...moved, ...surroundings.notices] });

  await queue.start(async (batch) => {
    const failed = await dispatchBatch(batch, dispatchTools);
    look();
    return failed;
  });
  const onInstanceEnd = (instanceId: string) => void reconcileInstance(ports, settings, instanceId).then(look, (cause: unknown) => log.warn('machine could not be reconciled', { instanceId, cause }));
  await surroundings.begin(local.webhook, onInstanceEnd);
  const sweeping = repeat(sweepMs(environment), async () => {
    await runSweep({ ports, settings, store, alert: async (alarm) => reporter.say({ event: 'alarm', text: alarm.sentence, id: alarm.id }) });
    look();
  });
  const watching = repeat(WATCH_MS, async () => {
    if (await watchMachines(ports, settings, store).catch((cause: unknown) => void log.warn('machines could not be watched', { cause }))) look();
  });

  return {
    port,
    async stop() {
      server.closeIdleConnections();
      await new Promise((done) => server.close(done));
      await queue.stop();
      await Promise.all([sweeping.stop(), watching.stop()]);
      await surroundings.end();
      await watch.settled();
      await embedded.close();
      for (const file of [resolve(LOCAL_FILE), join(resolve(options.store), 'local.json')]) removeOurs(file);
      lock.release();
    },
  };
}

/** `SWEEP_SECONDS`: how often Gitea, EC2 and the table are compared; each minute by default, as on AWS. */
function sweepMs(environment: Environment): number {
  const given = environment['SWEEP_SECONDS'] ?? '60';
  const value = Number(given);
  if (!Number.isInteger(value) || value < 2 || value > 300) throw new ConfigError(['SWEEP_SECONDS: expected a whole number from 2 to 300']);
  return value * 1_000;
}

/** Another `npm start` may have written it since. */
function removeOurs(file: string): void {
  try {
    if ((JSON.parse(readFileSync(file, 'utf8')) as { pid?: number }).pid === process.pid) rmSync(file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
  }
}

