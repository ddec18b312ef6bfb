import { createGiteaClient, type FetchLike, type GiteaClient } from '@tinqs/gitea-client';
import { ConfigError, createSecretValue, loadConfig, type Config, type Environment, type ReadParameter } from '@tinqs/installation';
import type { RunnerClass } from '@tinqs/fleet';
import { failed, notYet, type Check } from '../doctor/check.js';
import { checkEc2, type Ec2Questions } from '../doctor/ec2-checks.js';
import { checkGitea } from '../doctor/gitea-checks.js';
import { checkTable } from '../doctor/table-checks.js';
import { CommandFailure, type ExitCode } from '../failure.js';
import type { Output } from '../output.js';
import type { Target } from '../target.js';
import { wrap } from '../wrap.js';

export interface DoctorOptions {
  readonly only?: string;
  readonly json?: boolean;
}

/** What the checks may use of the world. */
export interface DoctorTools {
  readonly environment: Environment;
  readonly fetch: FetchLike;
  readonly readParameter: ReadParameter;
  readonly launcher: Ec2Questions['launcher'];
  /** Those of `runners.yml`; throws `CommandFailure` where there is none, or a wrong one. */
  readonly classes: () => readonly RunnerClass[];
  /** Where the table is; throws `CommandFailure` where nothing says so. */
  readonly target: () => Pick<Target, 'store' | 'dashboard'>;
  readonly now: () => number;
}

type Settings = Config<'standalone'> & Partial<Config<'standalone-ec2'>>;
const PARTS = ['gitea', 'aws'] as const;

/** Asks everything that an installation needs, changes nothing, and says of each what mends it. Exit 1 if a check failed. */
export async function doctor(options: DoctorOptions, tools: DoctorTools, output: Output): Promise<ExitCode> {
  const { only } = options;
  if (only !== undefined && !(PARTS as readonly string[]).includes(only)) throw new CommandFailure(2, `--only: expected ${PARTS.join(' or ')}`);
  const { tier, checks } = await examine(only, tools);
  if (options.json === true) output.print(JSON.stringify({ tier, checks }));
  else output.print(report(checks, output.width));
  return checks.some(({ status }) => status === 'failed') ? 1 : 0;
}

async function examine(only: string | undefined, tools: DoctorTools): Promise<{ readonly tier: string | null; readonly checks: readonly Check[] }> {
  const { environment } = tools;
  const onEc2 = ['', 'ec2'].includes(environment['LAUNCHER']?.trim() ?? '');
  const withEc2 = only !== 'gitea' && onEc2;
  let settings: Settings;
  try {
    settings = withEc2 ? loadConfig('standalone-ec2', environment) : loadConfig('standalone', environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const rest = [...(only === 'aws' ? [] : ['gitea']), ...(only === 'gitea' ? [] : ['table', ...(onEc2 ? ['ec2'] : [])])];
    return { tier: null, checks: [...error.problems.map((problem) => failed('configuration', problem, 'set it in the environment or in .env: apps/dispatcher/README.md')), ...rest.map((id) => notYet(id, `${id} is not asked`, 'mend the configuration first'))] };
  }
  const gitea = only === 'aws' ? { tier: null, checks: [] } : await askGitea(settings, tools);
  return { tier: gitea.tier, checks: [...gitea.checks, ...(only === 'gitea' ? [] : await askTable(tools)), ...(withEc2 ? await askEc2(settings, tools) : [])] };
}

async function askGitea({ GITEA_URL, GITEA_TOKEN, ALLOWED_REPOSITORIES, RUNNER_SCOPE, DISPATCH_SOURCE }: Settings, { fetch, readParameter, now }: DoctorTools) {
  let difference: number | null = null;
  const watched: FetchLike = async (url, init) => {
    const answer = await fetch(url, init);
    const date = Date.parse(answer.headers.get('date') ?? '');
    if (!Number.isNaN(date)) difference = date - now();
    return answer;
  };
  const token = createSecretValue(GITEA_TOKEN, { readParameter, now });
  let gitea: GiteaClient;
  try {
    if (!/^[\x21-\x7e]+$/.test(await token.read())) return { tier: null, checks: [failed('token', 'GITEA_TOKEN holds what no token does: a space, or a line break', 'write it again, without them')] };
    gitea = createGiteaClient({ url: GITEA_URL, token: () => token.read(), fetch: watched });
  } catch (error) {
    const fix = error instanceof TypeError ? 'set GITEA_URL as people open it in a browser' : 'check AWS_REGION and the AWS credentials, or put the parameter: apps/dispatcher/README.md';
    return { tier: null, checks: [failed(error instanceof TypeError ? 'gitea' : 'token', saidBy(error), fix)] };
  }
  return checkGitea({
    gitea,
    stranger: createGiteaClient({ url: GITEA_URL, fetch }),
    allowed: ALLOWED_REPOSITORIES,
    scopeKind: RUNNER_SCOPE,
    source: DISPATCH_SOURCE,
    clockDifference: () => difference,
  });
}

async function askTable({ target, now }: DoctorTools): Promise<readonly Check[]> {
  try {
    return await checkTable(target(), now());
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return [notYet('table', 'nothing says where the table is', 'set AWS_REGION, or start npm start in this folder')];
  }
}

async function askEc2(settings: Settings, { launcher, readParameter, classes: read }: DoctorTools): Promise<readonly Check[]> {
  let classes: readonly RunnerClass[];
  try {
    classes = read();
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    return [failed('classes', error.message, 'apps/dispatcher/README.md, "What a label means"'), notYet('ec2', 'ec2 is not asked', 'mend the classes first')];
  }
  return checkEc2({
    launcher,
    readParameter,
    classes,
    ami: settings.RUNNER_AMI ?? '',
    subnets: settings.SUBNET ?? [],
    securityGroups: settings.SECURITY_GROUP ?? [],
    instanceProfile: settings.INSTANCE_PROFILE ?? null,
    maxRunners: settings.MAX_RUNNERS,
  });
}

function saidBy(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

const MARKS = { ok: '✔', warning: '!', failed: '✖', 'not-yet': '–' } as const;

function report(checks: readonly Check[], width = Number.POSITIVE_INFINITY): string {
  const count = (status: Check['status']) => checks.filter((check) => check.status === status).length;
  return [
    ...checks.flatMap(({ status, text, fix }, index) => [wrap(`${MARKS[status]} ${text}`, width), ...(fix === null || fix === checks[index + 1]?.fix ? [] : [wrap(`    fix: ${fix}`, width, '         ')])]),
    '',
    `${count('ok')} ok, ${count('warning')} ${count('warning') === 1 ? 'warning' : 'warnings'}, ${count('failed')} failed, ${count('not-yet')} not yet`,
  ].join('\n');
}
