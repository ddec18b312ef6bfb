import type { RunnerClass } from '@tinqs/fleet';
import type { GiteaVersion, JobPlan, MachineFault, Misbehaviour } from '@tinqs/simulator';
import { createDice, type Dice } from './dice.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

export const STARTED_AT = Date.parse('2030-01-01T00:00:00Z');

/** What may go wrong, switch by switch: a failing story is told with as few of them as still make it fail. */
export interface Faults {
  /** Of deliveries. */
  readonly drop: boolean;
  readonly duplicate: boolean;
  readonly reorder: boolean;
  readonly delay: boolean;
  /** Of calls to Gitea and EC2. */
  readonly lostAnswers: boolean;
  readonly lostRequests: boolean;
  readonly giteaAway: boolean;
  readonly ec2Away: boolean;
  /** Of calls to the table: it fails, or its answer is lost. */
  readonly store: boolean;
  /** A process dies between any two calls. */
  readonly crash: boolean;
  /** A call takes minutes. */
  readonly freeze: boolean;
  readonly twoSweeps: boolean;
  readonly clocks: boolean;
  /** Of machines. */
  readonly capacity: boolean;
  readonly interrupt: boolean;
  readonly neverOnline: boolean;
  readonly hangs: boolean;
  readonly silentEnds: boolean;
  readonly races: boolean;
  /** Of people. */
  readonly cancel: boolean;
  readonly rerun: boolean;
  readonly upgrade: boolean;
  /** A person disables or deletes a runner, or deletes a repository. */
  readonly meddle: boolean;
  /** Of Gitea's answers: a list leaves rows out, a claim is announced and given back (1.27). */
  readonly lists: boolean;
  readonly claims: boolean;
  /** EC2 shows a machine late, or for minutes once and then again not; Gitea hears nothing of a busy runner for more than 10 s. */
  readonly unseen: boolean;
  readonly breathless: boolean;
}

const LATER = ['meddle', 'lists', 'claims'] as const satisfies readonly (keyof Faults)[];
const LATEST = ['unseen', 'breathless'] as const satisfies readonly (keyof Faults)[];
export const FAULTS: readonly (keyof Faults)[] = ['drop', 'duplicate', 'reorder', 'delay', 'lostAnswers', 'lostRequests', 'giteaAway', 'ec2Away', 'store', 'crash', 'freeze', 'twoSweeps', 'clocks', 'capacity', 'interrupt', 'neverOnline', 'hangs', 'silentEnds', 'races', 'cancel', 'rerun', 'upgrade', 'meddle', 'lists', 'claims', 'unseen', 'breathless'];

export type Deed =
  | { readonly at: number; readonly kind: 'push'; readonly repository: number; readonly file: string; readonly jobs: readonly JobPlan[] }
  | { readonly at: number; readonly kind: 'cancel' | 'rerun' | 'disable' | 'unregister' | 'claim'; readonly pick: number }
  | { readonly at: number; readonly kind: 'delete'; readonly repository: number }
  | { readonly at: number; readonly kind: 'break'; readonly fault: MachineFault }
  | { readonly at: number; readonly kind: 'upgrade'; readonly to: GiteaVersion };

export interface Scenario {
  readonly seed: number;
  readonly gitea: GiteaVersion;
  readonly repositories: number;
  readonly maxRunners: number;
  readonly faults: Faults;
  readonly deeds: readonly Deed[];
  /** After this all faults end; what then does not come to rest is lost. */
  readonly chaosMs: number;
}

export const CLASSES: readonly RunnerClass[] = [
  runnerClass('go', ['go'], 4, true),
  runnerClass('node', ['node'], 3, false),
  runnerClass('both', ['go', 'gpu'], 2, false),
];

function runnerClass(id: string, labels: readonly string[], concurrent: number, rerun: boolean): RunnerClass {
  return { id, labels, instanceTypes: ['t3.small', 't3a.small'], mode: 'host', image: null, ami: null, diskGiB: 20, limits: { bootSeconds: 150, idleSeconds: 120, jobMinutes: 8, concurrent }, market: 'spot-then-on-demand', instanceProfile: false, sudo: false, allowedRepositories: null, rerun, isDefault: false };
}

export function scenarioOf(seed: number): Scenario {
  const dice = createDice(seed);
  // What was added later draws from a source of its own: the histories of older seeds stay what they were.
  const later = createDice(seed ^ 0x2545f491);
  const latest = createDice(seed ^ 0x6c8e9cf5);
  const drawn = (from: Dice, names: readonly (keyof Faults)[]) => Object.fromEntries(names.map((fault) => [fault, from.chance(0.4)])) as Partial<Faults>;
  const isLater = (fault: keyof Faults) => ([...LATER, ...LATEST] as readonly (keyof Faults)[]).includes(fault);
  const faults = { ...drawn(dice, FAULTS.filter((fault) => !isLater(fault))), ...drawn(later, LATER), ...drawn(latest, LATEST) } as Faults;
  const chaosMs = dice.between(10, 30) * MINUTE;
  const gitea = dice.pick<GiteaVersion>(['1.24', '1.25', '1.25', '1.26', '1.26', '1.27', '1.27']);
  const repositories = dice.between(1, 3);
  const maxRunners = dice.between(2, 8);
  const deeds = [...deedsOf(dice, gitea, repositories, chaosMs, faults), ...laterDeedsOf(later, repositories, chaosMs, faults)].sort((a, b) => a.at - b.at);
  return { seed, gitea, repositories, maxRunners, faults, chaosMs, deeds };
}

function laterDeedsOf(dice: Dice, repositories: number, chaosMs: number, faults: Faults): readonly Deed[] {
  const deeds: Deed[] = [];
  const at = () => dice.between(0, Math.floor(chaosMs * 0.8));
  if (faults.claims) for (let count = 6; count > 0; count -= 1) deeds.push({ at: at(), kind: 'claim', pick: dice.next() });
  if (faults.meddle) deeds.push({ at: at(), kind: dice.pick(['disable', 'unregister'] as const), pick: dice.next() });
  if (faults.meddle && dice.chance(0.2)) deeds.push({ at: at(), kind: 'delete', repository: dice.between(1, repositories) });
  return deeds;
}

function deedsOf(dice: Dice, gitea: GiteaVersion, repositories: number, chaosMs: number, faults: Faults): readonly Deed[] {
  const deeds: Deed[] = [];
  const at = () => dice.between(0, Math.floor(chaosMs * 0.8));
  for (let pushes = dice.between(1, 6); pushes > 0; pushes -= 1) deeds.push({ at: at(), kind: 'push', repository: dice.between(1, repositories), file: dice.pick(['ci.yml', 'docs.yml', `w${pushes}.yml`]), jobs: jobsOf(dice) });
  if (faults.cancel) deeds.push(...[at(), at()].map((when) => ({ at: when, kind: 'cancel' as const, pick: dice.next() })));
  if (faults.rerun) deeds.push(...[at(), at()].map((when) => ({ at: when, kind: 'rerun' as const, pick: dice.next() })));
  if (faults.hangs) deeds.push({ at: at(), kind: 'break', fault: dice.pick<MachineFault>([{ kind: 'job-hangs' }, { kind: 'ignores-poweroff' }, { kind: 'stops' }, { kind: 'shutdown-hangs' }, { kind: 'dies-in-job', afterMs: 20_000 }, { kind: 'ends-booting', code: 'Client.VolumeLimitExceeded' }]) });
  const next = ({ '1.24': '1.25', '1.25': '1.26', '1.26': '1.27' } as const)[gitea as '1.24'];
  if (faults.upgrade && next !== undefined) deeds.push({ at: at(), kind: 'upgrade', to: next });
  return deeds.sort((a, b) => a.at - b.at);
}

function jobsOf(dice: Dice): readonly JobPlan[] {
  const count = dice.between(1, 5);
  return Array.from({ length: count }, (_, index) => ({
    key: `j${index}`,
    labels: dice.pick([['go'], ['go'], ['node'], ['go', 'gpu'], ['foreign']]),
    durationMs: dice.pick([300, 5 * SECOND, 40 * SECOND, 3 * MINUTE]),
    ...(index > 0 && dice.chance(0.25) ? { needs: [`j${dice.between(0, index - 1)}`] } : {}),
    ...(dice.chance(0.1) ? { conclusion: 'failure' as const } : {}),
    ...(dice.chance(0.05) ? { uses: [{ key: 'called', labels: ['go'], durationMs: 5 * SECOND }] } : {}),
  }));
}

/** What the simulated world is told of the faults. */
export function misbehaviourOf({ faults, seed, chaosMs }: Scenario): Partial<Misbehaviour> {
  const dice = createDice(seed ^ 0x5bd1e995);
  const away = (of: 'gitea' | 'ec2') => {
    const from = STARTED_AT + dice.between(0, chaosMs);
    return { of, from, to: from + dice.between(1, 10) * MINUTE };
  };
  const outages = [...(faults.giteaAway ? [away('gitea')] : []), ...(faults.ec2Away ? [away('ec2')] : [])];
  const skew = () => dice.pick([-90, -30, 30, 90]) * SECOND;
  return {
    drop: faults.drop ? 0.2 : 0,
    duplicate: faults.duplicate ? 0.2 : 0,
    reorder: faults.reorder ? 0.3 : 0,
    delay: { probability: faults.delay ? 0.2 : 0, maxMs: 5 * MINUTE },
    loseAnswers: faults.lostAnswers ? 0.05 : 0,
    loseRequests: faults.lostRequests ? 0.05 : 0,
    refuseCapacity: faults.capacity ? 0.4 : 0,
    unseen: faults.unseen ? 0.3 : 0,
    interrupt: { probability: faults.interrupt ? 0.3 : 0, withinMs: 5 * MINUTE },
    neverOnline: faults.neverOnline ? 0.2 : 0,
    jobHangs: faults.hangs ? 0.05 : 0,
    ignorePoweroff: faults.hangs ? 0.15 : 0,
    silentEnds: faults.silentEnds ? 0.3 : 0,
    giteaSkewMs: faults.clocks ? skew() : 0,
    ec2SkewMs: faults.clocks ? skew() : 0,
    outages,
  };
}
