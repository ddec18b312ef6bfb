/** What a label means: an entry of `runners.yml`. */
export interface RunnerClass {
  /** The key in `runners.yml`. */
  readonly id: string;
  /** What its runners register with, exactly. */
  readonly labels: readonly string[];
  /** Tried in this order, rotated by the runner's name. */
  readonly instanceTypes: readonly string[];
  readonly mode: 'host' | 'image';
  readonly image: string | null;
  /** An AMI id or `ssm:/name`; `null` means the installation's. */
  readonly ami: string | null;
  readonly diskGiB: number;
  readonly limits: RunnerLimits & { readonly concurrent: number };
  readonly market: Market;
  /** Gets the installation's instance profile, and no metadata wall. Repository scope only. */
  readonly instanceProfile: boolean;
  readonly sudo: boolean;
  /** Globs of repositories that may use it; `null` means all allowed ones. */
  readonly allowedRepositories: readonly string[] | null;
  /** May a job that its Spot machine lost be run again by itself? */
  readonly rerun: boolean;
  /** Serves jobs with empty labels. */
  readonly isDefault: boolean;
}

export type Market = 'spot' | 'spot-then-on-demand' | 'on-demand';

/** A runner's record carries the limits it was launched with. */
export interface RunnerLimits {
  readonly bootSeconds: number;
  readonly idleSeconds: number;
  readonly jobMinutes: number;
}
