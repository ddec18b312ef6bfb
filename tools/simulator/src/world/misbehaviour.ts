import type { Instant } from '@tinqs/fleet';

/** What goes wrong, and how often. Probabilities are per delivery, per call or per machine. */
export interface Misbehaviour {
  readonly drop: number;
  readonly duplicate: number;
  /** Overtakes: leaves on its own instead of behind the deliveries before it. */
  readonly reorder: number;
  readonly delay: { readonly probability: number; readonly maxMs: number };
  /** A call is carried out and its answer lost. */
  readonly loseAnswers: number;
  /** A call never arrives. */
  readonly loseRequests: number;
  readonly refuseCapacity: number;
  /** DescribeInstances shows a new machine up to a minute late. */
  readonly unseen: number;
  /** Reclaimed within `withinMs` of the launch, two minutes after the notice. */
  readonly interrupt: { readonly probability: number; readonly withinMs: number };
  readonly neverOnline: number;
  readonly jobHangs: number;
  readonly ignorePoweroff: number;
  /** A machine that ends from outside reports nothing of its job: only the zombie sweep ends that. */
  readonly silentEnds: number;
  /** What Gitea's clock, and EC2's, show beyond the true time. */
  readonly giteaSkewMs: number;
  readonly ec2SkewMs: number;
  readonly outages: readonly Outage[];
}

export interface Outage {
  readonly of: 'gitea' | 'ec2';
  readonly from: Instant;
  readonly to: Instant;
}

export const WELL_BEHAVED: Misbehaviour = {
  drop: 0,
  duplicate: 0,
  reorder: 0,
  delay: { probability: 0, maxMs: 0 },
  loseAnswers: 0,
  loseRequests: 0,
  refuseCapacity: 0,
  unseen: 0,
  interrupt: { probability: 0, withinMs: 600_000 },
  neverOnline: 0,
  jobHangs: 0,
  ignorePoweroff: 0,
  silentEnds: 0,
  giteaSkewMs: 0,
  ec2SkewMs: 0,
  outages: [],
};

/** Runners try again within seconds. */
const UNHEARD = 3_000;

/** Gitea answers again, and has heard of no runner since it was away: its rows are as old as that. */
export function isJustBack(misbehaviour: Misbehaviour, now: Instant): boolean {
  return misbehaviour.outages.some(({ of, from, to }) => of === 'gitea' && to - from > UNHEARD && to <= now && now - to < UNHEARD);
}

export function isOut(misbehaviour: Misbehaviour, of: Outage['of'], now: Instant): boolean {
  return misbehaviour.outages.some((outage) => outage.of === of && outage.from <= now && now < outage.to);
}
