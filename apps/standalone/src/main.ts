import { ConfigError } from '@tinqs/installation';
import { parseOptions, UsageError } from './options.js';
import { createReporter, type ReportLine } from './report.js';
import { start } from './start.js';
import { StoreInUseError } from './store-lock.js';

const STOP_MS = 9_000;

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  const now = () => Date.now();
  const reporter = createReporter({ json: options.json, write: (text) => process.stdout.write(text), colour: process.stdout.isTTY === true, now });
  const greet = (line: ReportLine) => (options.json || line.event !== 'listening' ? reporter.say(line) : process.stdout.write(greeting(line)));
  const log = (line: string) => {
    const { level } = JSON.parse(line) as { level: string };
    if (level !== 'info') process.stderr.write(`${line}\n`);
  };
  const asked = askedToStop();
  const started = await start(options, process.env, { reporter: { say: greet }, log, now });
  await asked;
  await started.stop();
  process.exit(0);
}

/** Resolves at the first signal, also one that comes while everything starts. */
async function askedToStop(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  // What hangs must not keep the process: everything in hand is in the table and goes on at the next start.
  setTimeout(() => process.exit(0), STOP_MS).unref();
}

function greeting(line: ReportLine): string {
  const what = line['mode'] === 'demo' ? 'local demo: simulated Gitea and EC2, nothing leaves this machine' : 'beside your Gitea';
  const notices = (line['notices'] as readonly string[]).map((notice) => `  note        ${notice}\n`).join('');
  const resumed = line['resumed'] === true ? ', resumed' : '';
  return `tinqs-ci  ${what}\n  dashboard   ${String(line['dashboard'])}\n  webhook     ${String(line['webhook'])}\n  store       ${String(line['store'])} (delete to start over)${resumed}\n${notices}  stop        Ctrl-C; other terminal: npx tinqs-ci status\n\n`;
}

main().catch((cause: unknown) => {
  const expected = cause instanceof UsageError || cause instanceof ConfigError || cause instanceof StoreInUseError;
  process.stderr.write(expected ? `tinqs-ci: ${cause.message}\n` : `tinqs-ci could not start: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}\n`);
  process.exit(expected ? 2 : 1);
});
