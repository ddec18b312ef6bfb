import { existsSync, readFileSync } from 'node:fs';
import { newestGitea } from '@tinqs/workflow-parser';
import { Command, CommanderError } from 'commander';
import type { DoctorOptions } from './commands/doctor.js';
import { explain, type ExplainOptions } from './commands/explain.js';
import { jobs, type JobsOptions } from './commands/jobs.js';
import { lint, type LintCommandOptions } from './commands/lint.js';
import { pause, resume } from './commands/pause.js';
import { runners } from './commands/runners.js';
import { status } from './commands/status.js';
import { why } from './commands/why.js';
import type { CommandContext } from './context.js';
import { CommandFailure, type ExitCode } from './failure.js';
import { terminalOutput } from './output.js';
import { findTarget, type TargetOptions } from './target.js';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

type Common = TargetOptions & { readonly json?: boolean };

/** Beside `src` in a clone, beside `dist` in the package. */
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
const program = new Command('tinqs-ci').version(version).description('One fresh EC2 Spot machine for every job of your Gitea').exitOverride().showHelpAfterError('(tinqs-ci --help lists the commands)');

/** As Nx does for deploys: a `.env` of this folder counts where the environment itself says nothing. */
function loadEnvironment(): void {
  if (existsSync('.env')) process.loadEnvFile('.env');
}

/** A command that works on the table: it says on stderr where it looks, unless scripts read. */
function reading(command: Command, run: (context: CommandContext, ...args: never[]) => Promise<ExitCode>): void {
  command
    .option('--json', 'print JSON')
    .option('--local', 'the npm start of this folder')
    .option('--aws', 'the table on AWS')
    .action(async (...args: unknown[]) => {
      loadEnvironment();
      const options = (args.at(-2) ?? {}) as Common;
      const target = findTarget(options, process.env, process.cwd());
      const json = options.json === true;
      if (!json) process.stderr.write(`reading ${target.name}\n`);
      process.exitCode = await run({ target, json, print: (text) => process.stdout.write(`${text}\n`), now: Date.now() }, ...(args.slice(0, -1) as never[]));
    });
}

reading(program.command('status').description('one screen: waiting, running, machines, caps, last sweep; exit 1 if anything needs you'), (context) => status(context));
reading(program.command('jobs').description('live jobs and those of the last 24 hours').option('--repo <owner/name>').option('--waiting', 'only those that wait'), (context, options: JobsOptions) => jobs(context, options));
reading(program.command('runners').description('live machines and those of the last 24 hours'), (context) => runners(context));
reading(program.command('why').argument('<job>', 'a Gitea address, job id, job name, owner/repo#run, machine or instance id').description('why a job waits, what happens next, what you can do'), (context, reference: string) => why(context, reference));

reading(program.command('pause').argument('[class]', 'else all').description('no machine is launched any more; running jobs finish'), (context, classId: string | undefined) => pause(context, classId));
reading(program.command('resume').argument('[class]', 'else all').description('launches go on'), (context, classId: string | undefined) => resume(context, classId));

program
  .command('doctor')
  .description('is everything there that an installation needs? Asks Gitea, the table and EC2, changes nothing; exit 1 if a check failed')
  .option('--only <part>', 'gitea or aws')
  .option('--json', 'print JSON')
  .action(async (options: DoctorOptions) => {
    loadEnvironment();
    // Loaded late: no other command needs the SDK of EC2.
    const [{ doctor }, { doctorTools }] = await Promise.all([import('./commands/doctor.js'), import('./doctor/doctor-tools.js')]);
    process.exitCode = await doctor(options, doctorTools(process.env, process.cwd()), terminalOutput(process.stdout, process.stderr));
  });

program
  .command('explain')
  .argument('<dir>', 'the root of a checkout')
  .description('which workflows and jobs an event would start in Gitea, and the rule that decides')
  .option('--event <name>', 'push, pull_request, … as under on', 'push')
  .option('--ref <ref>', 'a bare name is a branch; of a pull request the one it goes into', 'main')
  .option('--files <a,b>', 'the changed files; without them conditions on paths fail')
  .option('--message <text>', 'the message of the commit, for [skip ci]')
  .option('--title <text>', 'the title of the pull request, for [skip ci]')
  .option('--action <word>', 'as under types: opened, synchronize, labeled, …')
  .option('--workflow <name>', 'the file that is dispatched, or the workflow that ran')
  .option('--var <NAME=value>', 'a variable, for labels and names; may be repeated', (value: string, before: readonly string[]) => [...before, value], [])
  .option('--gitea <version>', 'judge as this version', newestGitea)
  .option('--from-delivery <file>', 'a recorded delivery instead of flags')
  .option('--json', 'print JSON')
  .action((folder: string, options: ExplainOptions) => {
    process.exitCode = explain(folder, options, terminalOutput(process.stdout, process.stderr));
  });

program
  .command('lint')
  .argument('<dir>', 'the root of a checkout')
  .description('what is wrong with its workflows, or is not what it looks like; exit 1 if there is a finding')
  .option('--gitea <version>', 'what this version makes of them: 1.24 to 1.27', newestGitea)
  .option('--runners <file>', 'the classes that serve labels; else apps/dispatcher/runners.yml')
  .option('--json', 'print JSON')
  .action((folder: string, options: LintCommandOptions) => {
    process.exitCode = lint(folder, options, terminalOutput(process.stdout, process.stderr));
  });

program.parseAsync().catch((cause: unknown) => {
  if (cause instanceof CommanderError) {
    process.exitCode = cause.exitCode === 0 ? 0 : 2;
  } else if (cause instanceof CommandFailure) {
    process.stderr.write(`tinqs-ci: ${cause.message}\n`);
    process.exitCode = cause.exitCode;
  } else {
    process.stderr.write(`tinqs-ci failed: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}\n`);
    process.exitCode = 1;
  }
});
