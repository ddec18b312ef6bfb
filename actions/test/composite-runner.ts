import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const actionsFolder = fileURLToPath(new URL('..', import.meta.url));

export interface Action {
  readonly name: string;
  readonly description: string;
  readonly inputs?: Readonly<Record<string, { description?: string; default?: string; required?: boolean }>>;
  readonly outputs?: Readonly<Record<string, { description?: string; value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly { id?: string; shell?: string; run?: string; uses?: string; env?: Record<string, string> }[] };
}

export function readAction(name: string, folder = actionsFolder): Action {
  return parse(readFileSync(join(folder, name, 'action.yml'), 'utf8')) as Action;
}

/** One job's world: a workspace, a temp folder and the environment that steps share. */
export interface Job {
  readonly folder: string;
  readonly workspace: string;
  readonly temp: string;
  readonly home: string;
  /** Where the actions are. */
  actions: string;
  /** What actions see as `github.…`. */
  readonly github: Record<string, unknown>;
  /** The environment of every step; a step's GITHUB_ENV and GITHUB_PATH land here. */
  readonly env: Record<string, string>;
  remove(): void;
}

/** `ACTIONS_TEST_PATH`: a PATH of other tools than this machine's, such as `old-tools.sh` makes. */
export function createJob(github: Record<string, unknown>, env: Record<string, string> = {}): Job {
  const folder = mkdtempSync(join(tmpdir(), 'tinqs-job-'));
  const [workspace, temp, home] = ['workspace', 'temp', 'home'].map((name) => join(folder, name)) as [string, string, string];
  for (const each of [workspace, temp, home]) mkdirSync(each);
  return {
    folder, workspace, temp, home, github, actions: actionsFolder,
    env: { PATH: process.env['ACTIONS_TEST_PATH'] ?? process.env['PATH'] ?? '', HOME: home, RUNNER_TEMP: temp, GITHUB_WORKSPACE: workspace, TINQS_RETRY_PAUSES: '0 0 0', TINQS_SYSTEM_ROOT: join(folder, 'no-musl'), GIT_CONFIG_NOSYSTEM: '1', ...env },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export interface StepResult {
  readonly status: number;
  /** stdout and stderr as one stream, as the runner's terminal shows them. */
  readonly log: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** Names and values the step put into GITHUB_ENV. */
  readonly exported: Readonly<Record<string, string>>;
  /** The raw text of all three files. */
  readonly files: string;
}

/** Runs a composite action the way Gitea's runner does: inputs through expressions, each step by bash with the runner's flags. */
export async function runAction(job: Job, name: string, inputs: Readonly<Record<string, string>> = {}, wrap: readonly string[] = []): Promise<StepResult> {
  const action = readAction(name, job.actions);
  const values = Object.fromEntries(Object.entries(action.inputs ?? {}).map(([input, { default: text = '' }]) => [input, inputs[input] ?? evaluate(String(text), { github: job.github })]));
  const steps: Record<string, { outputs: Record<string, string> }> = {};
  const total = { status: 0, log: '', exported: {}, files: '' };
  for (const step of action.runs.steps) {
    const result = await runStep(job, step, { inputs: values, github: job.github, steps }, join(job.actions, name), wrap);
    steps[step.id ?? ''] = { outputs: result.outputs };
    total.status = result.status;
    total.log += result.log;
    total.files += result.files;
    Object.assign(total.exported, result.exported);
    if (result.status !== 0) break;
  }
  const outputs = Object.fromEntries(Object.entries(action.outputs ?? {}).map(([output, { value }]) => [output, evaluate(value, { steps })]));
  return { ...total, outputs };
}

async function runStep(job: Job, step: Action['runs']['steps'][number], context: Record<string, unknown>, actionPath: string, wrap: readonly string[]): Promise<StepResult> {
  const folder = mkdtempSync(join(job.folder, 'step-'));
  const files = { GITHUB_OUTPUT: join(folder, 'output'), GITHUB_ENV: join(folder, 'env'), GITHUB_PATH: join(folder, 'path') };
  for (const file of Object.values(files)) writeFileSync(file, '');
  const script = join(folder, 'step.sh');
  writeFileSync(script, evaluate(step.run ?? '', context));
  const github = Object.fromEntries(['repository', 'ref', 'sha', 'event_name', 'server_url'].flatMap((key) => (typeof job.github[key] === 'string' ? [[`GITHUB_${key.toUpperCase()}`, job.github[key]]] : [])));
  const env = Object.fromEntries(Object.entries(step.env ?? {}).map(([key, value]) => [key, evaluate(String(value), context)]));
  const [command = 'bash', ...args] = [...wrap, 'bash', '--noprofile', '--norc', '-e', '-o', 'pipefail', script];
  const child = spawn(command, args, { cwd: job.workspace, env: { ...github, ...job.env, ...env, ...files, GITHUB_ACTION_PATH: actionPath }, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stdout.on('data', (chunk) => (log += chunk));
  child.stderr.on('data', (chunk) => (log += chunk));
  const status = await new Promise<number>((done, failed) => child.on('error', failed).on('close', (code) => done(code ?? 128)));
  const texts = Object.values(files).map((file) => readFileSync(file, 'utf8'));
  const [output = '', environment = '', path = ''] = texts;
  const exported = parseBlocks(environment);
  Object.assign(job.env, exported);
  for (const entry of path.split('\n').filter(Boolean)) job.env['PATH'] = `${entry}:${job.env['PATH']}`;
  return { status, log, outputs: parseBlocks(output), exported, files: texts.join('\n') };
}

/** What a reader of the log sees: lines that announce a mask are swallowed by the runner. */
export const visible = (log: string): string => log.split('\n').filter((line) => !line.startsWith('::add-mask::')).join('\n');

/** Paths only: that is all our action files use, and a test holds them to it. */
function evaluate(text: string, context: Record<string, unknown>): string {
  return text.replace(/\$\{\{\s*([\w.-]+)\s*\}\}/g, (_all, path: string) => {
    const value = path.split('.').reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[key] : undefined), context);
    return value === undefined || value === null ? '' : String(value);
  });
}

/** GITHUB_ENV and GITHUB_OUTPUT: `name=value` lines and `name<<delimiter` blocks. */
function parseBlocks(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = text.split('\n');
  while (lines.length > 0) {
    const line = lines.shift() ?? '';
    const block = /^([^=<]+)<<(.+)$/.exec(line);
    if (block) {
      const end = lines.indexOf(block[2]!);
      if (end < 0) throw new Error(`the delimiter of ${block[1]} is missing`);
      values[block[1]!] = lines.splice(0, end + 1).slice(0, -1).join('\n');
    } else if (line !== '') {
      const at = line.indexOf('=');
      if (at < 1) throw new Error(`not a name and a value: ${line}`);
      values[line.slice(0, at)] = line.slice(at + 1);
    }
  }
  return values;
}
