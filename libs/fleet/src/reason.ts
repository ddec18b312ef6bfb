import type { Instant } from './time.js';

/** Why a runner starts, or a job waits. */
export interface Reason {
  readonly code: ReasonCode;
  readonly sentence: string;
  /** What a person can do about it; `null` where there is nothing to do. */
  readonly remedy: string | null;
}

export interface RecordedReason extends Reason {
  readonly at: Instant;
}

const CONSOLE = 'aws ec2 get-console-output --latest --instance-id <its instance id>';
const addTypes = 'add types to apps/dispatcher/runners.yml, or set market: spot-then-on-demand';

/**
 * The closed list. Each entry turns the facts of the case into one sentence; the facts are data and are carried
 * as they are, on one line.
 */
const REASONS = {
  // A runner starts.
  GRANTED: (f: { classId: string; queued: number; supply: number }) => say(`${f.queued} queued, ${f.supply} unconsumed ${f.supply === 1 ? 'runner' : 'runners'}: launching one of class "${f.classId}"`),

  // Nothing to do.
  SERVED: (f: { runner: string }) => say(`runner ${f.runner} is on its way; Gitea gives the job to the first runner that fits`),
  BLOCKED: () => say('Gitea says it waits for other jobs, an approval or its concurrency group', 'look at the run in Gitea'),
  TURN: (f: { perPass: number }) => say(`at most ${f.perPass} runners are granted in one pass; the next pass follows at once`),
  CONFIRMING: () => say('nobody confirmed for 90 s that it still waits: asking Gitea first'),

  // Whom it waits for.
  PAUSED: (f: { what: string }) => say(`launches of ${f.what} are paused`, 'tinqs-ci resume'),
  GITEA_SILENT: () => say('Gitea has not answered for 3 minutes: nothing is decided on its account', 'check GITEA_URL and GITEA_TOKEN: the log of the sweep says what Gitea answered'),
  EC2_SILENT: () => say('EC2 has not answered for 3 minutes', 'check the AWS credentials and the region: the log of the sweep says what EC2 answered'),
  NO_CAPACITY: (f: { classId: string; mixture?: string | null }) => say(f.mixture == null ? `every pool of class "${f.classId}" is out of capacity` : `no pool of class "${f.classId}" launches now: ${f.mixture}`, addTypes),
  SPOT_QUOTA: (f: { classId: string }) => say(`the account's Spot quota is used up; every pool of class "${f.classId}" rests`, 'ask AWS for more Spot vCPU (Service Quotas, "All Standard Spot Instance Requests")'),
  ON_DEMAND_QUOTA: (f: { classId: string }) => say(`the account's on-demand quota is used up; every pool of class "${f.classId}" rests`, 'ask AWS for more on-demand vCPU (Service Quotas, "Running On-Demand Standard instances")'),
  SUBNET_FULL: (f: { classId: string }) => say(`no subnet has a free address; every pool of class "${f.classId}" rests`, 'name a larger subnet in SUBNET, or more of them'),
  TYPE_UNSUPPORTED: (f: { classId: string }) => say(`no zone of the subnets offers the types of class "${f.classId}"`, 'choose instanceTypes in apps/dispatcher/runners.yml that these zones offer, or name subnets of other zones in SUBNET'),
  NEVER_ONLINE: (f: { classId: string }) => say(`in every pool of class "${f.classId}" three machines in a row ran and never came online: the pools rest`, `give the subnets a way to Gitea (route, public address, security group), or look at the console: ${CONSOLE}`),
  CAP_ALL: (f: { cap: number }) => say(`all ${f.cap} places for machines are taken`, 'raise MAX_RUNNERS, or wait for a machine to end'),
  CAP_CLASS: (f: { classId: string; cap: number }) => say(`class "${f.classId}" may have ${f.cap} machines at once, and has them`, 'raise limits.concurrent of the class in apps/dispatcher/runners.yml'),
  CAP_SCOPE: (f: { cap: number }) => say(`this repository holds its fair share of ${f.cap} machines while others wait`, 'raise MAX_RUNNERS, or wait for a machine to end'),
  LAUNCH_PUT_OFF: (f: { code: string; sentence: string; remedy: string }) => say(`EC2 refused the launch for now with ${f.code}: ${f.sentence}`, f.remedy),
  BUDGET: (f: { spent: string; perDay: string }) => say(`today's budget is spent: $${f.spent} of $${f.perDay}`, 'raise DAILY_BUDGET_USD, or wait until midnight UTC'),
  BACKOFF: (f: { failures: number; cause: string }) => say(`${f.cause}; tried ${f.failures} ${f.failures === 1 ? 'time' : 'times'}, trying again later`, 'tinqs-ci why shows the launches'),
  AMI_BREAKER: (f: { classId: string; amiId: string }) => say(`three machines of class "${f.classId}" in a row started from ${f.amiId} and never came online`, `nx run bake-ami:rollback, or look at the console: ${CONSOLE}`),
  NOT_HANDED_OVER: (f: { classId: string }) => say(`machines of class "${f.classId}" idled out beside it: Gitea does not hand it out (a row it cannot give out stands before it)`, 'look at the run in Gitea, cancel what hangs before it'),

  // It cannot be served until something changes.
  FOREIGN_LABELS: (f: { labels: string; nearest: string | null }) => say(`no class covers runs-on ${f.labels}${f.nearest === null ? '' : `; the nearest is "${f.nearest}"`}`, 'it is left to other runners; to serve it add a class to apps/dispatcher/runners.yml'),
  EMPTY_LABELS: () => say('it has no runs-on labels, so any runner may take it, and no class is the default', 'give the job a runs-on, or set default: true for one class in apps/dispatcher/runners.yml'),
  EXPRESSION_FAILED: (f: { label: string }) => say(`its label "${f.label}" is what Gitea makes of an expression that it cannot evaluate there`, 'give runs-on a plain label, or an expression that uses vars or matrix only'),
  CALLER: () => say('it calls a reusable workflow: no runner takes it, its called jobs are served'),
  NOT_ALLOWED: (f: { classId: string; repository: string }) => say(`class "${f.classId}" may not be used by ${f.repository}`, 'add the repository to allowedRepositories of the class in apps/dispatcher/runners.yml'),
  ELEVATED_SCOPE: (f: { classId: string }) => say(`class "${f.classId}" has an instance profile or sudo, which only runners of one repository may have`, 'set RUNNER_SCOPE=repository, or drop instanceProfile and sudo from the class'),
  UNCONFIRMED: () => say('this Gitea cannot be asked whether it still waits, and two machines idled out beside it', 'run the job again in Gitea, or upgrade to Gitea 1.25'),
  REGISTRATION_REFUSED: (f: { sentence: string }) => say(`Gitea refused to register its runner: ${f.sentence}`, 'give GITEA_TOKEN the rights that apps/dispatcher/README.md names'),
  LAUNCH_REFUSED: (f: { code: string; sentence: string; remedy: string }) => say(`EC2 refused the launch with ${f.code}: ${f.sentence}`, f.remedy),
  PLAN_ONLY: () => say('planned from a push; Gitea has not announced it'),

  // Why a machine ends, or is not touched.
  DEATH_CLOCK: (f: { endsBy: string }) => say(`its outside death clock ran out at ${f.endsBy}`, `look at its console: ${CONSOLE}`),
  STOPPED: (f: { state: string }) => say(`it is ${f.state}, which a runner's machine never is`),
  SHUTDOWN_HANGS: () => say('it has been shutting down for 10 minutes: ended by force'),
  JOB_FINAL: (f: { job: string; conclusion: string }) => say(`job ${f.job} is final (${f.conclusion}) for longer than the grace of 120 s`),
  RUNNER_ROW_GONE: () => say('its registration is gone in Gitea, so its job is final'),
  BOOT_LIMIT: (f: { seconds: number }) => say(`it did not come online within ${f.seconds} s`, `look at its console: ${CONSOLE}`),
  IDLE_OUT: (f: { seconds: number }) => say(`it got no job within ${f.seconds} s and its own clock did not end it`),
  ENDED_BOOTING: (f: { cause: string }) => say(`EC2 ended its machine before it came online: ${f.cause}`, 'look the code up in the EC2 documentation: state reason of an instance'),
  NEVER_LAUNCHED: () => say('no machine of its name exists, 60 s after it was registered'),
  ADOPTED: (f: { instanceId: string }) => say(`${f.instanceId} carries its tags: adopted`),
  ORPHAN_REGISTRATION: (f: { name: string }) => say(`registration ${f.name} has no grant, record or machine in two sweeps`),
  OPERATOR: () => say('an operator asked for it'),
  INTERRUPTED: (f: { cause: string }) => say(`EC2 took its machine: ${f.cause}`, 'run it again in Gitea, unless its timeline says that it was; rerun: true of the class in apps/dispatcher/runners.yml does so once, from Gitea 1.26 on'),
  BRAKE: (f: { asked: number; most: number }) => say(`${f.asked} terminations in one sweep that no clock and no fresh answer backs; at most ${f.most} are believed, so none is done`, 'check that Gitea answers rightly, then tinqs-ci status'),
  SURPLUS: (f: { count: number }) => say(`${f.count} more unconsumed than jobs; a newer job uses it, or its idle clock ends it`),
} as const satisfies { readonly [code: string]: (facts: never) => { readonly sentence: string; readonly remedy: string | null } };

export type ReasonCode = keyof typeof REASONS;
type FactsOf<Code extends ReasonCode> = Parameters<(typeof REASONS)[Code]>;

/** Makes a reason of the closed list; the compiler asks for the facts its sentence needs. */
export function reason<Code extends ReasonCode>(code: Code, ...facts: FactsOf<Code>): Reason {
  const make = REASONS[code] as (...facts: FactsOf<Code>) => { sentence: string; remedy: string | null };
  const { sentence, remedy } = make(...facts);
  return { code, sentence, remedy };
}

export const REASON_CODES = Object.keys(REASONS) as readonly ReasonCode[];

/** P21: causes that only a change of configuration, permission or the job itself mends: nothing is retried until then. */
const PERMANENT: ReadonlySet<ReasonCode> = new Set(['FOREIGN_LABELS', 'EMPTY_LABELS', 'EXPRESSION_FAILED', 'CALLER', 'NOT_ALLOWED', 'ELEVATED_SCOPE', 'UNCONFIRMED']);

export function isPermanent(code: ReasonCode): boolean {
  return PERMANENT.has(code);
}

/** Waits that end by themselves, and what is left to others. */
const NOBODYS_TROUBLE: ReadonlySet<ReasonCode> = new Set(['GRANTED', 'SERVED', 'BLOCKED', 'TURN', 'CONFIRMING', 'CAP_ALL', 'CAP_CLASS', 'CAP_SCOPE', 'PLAN_ONLY', 'FOREIGN_LABELS', 'CALLER']);
/** Tried again, and in vain until somebody mends what the sentence names. */
const IN_VAIN: ReadonlySet<ReasonCode> = new Set(['LAUNCH_REFUSED', 'REGISTRATION_REFUSED', 'AMI_BREAKER']);

/** Does a queued job need a person for this reason? The only list of it: `status` and the dashboard ask here. */
export function needsPerson(code: ReasonCode): 'at-once' | 'if-it-lasts' | 'never' {
  if (NOBODYS_TROUBLE.has(code)) return 'never';
  return isPermanent(code) || IN_VAIN.has(code) ? 'at-once' : 'if-it-lasts';
}

function say(sentence: string, remedy: string | null = null): { sentence: string; remedy: string | null } {
  return { sentence: oneLine(sentence), remedy };
}

/** Names come from payloads: a line break or a control character in one must not forge a second line of output. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

export function oneLine(text: string): string {
  return text.replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
