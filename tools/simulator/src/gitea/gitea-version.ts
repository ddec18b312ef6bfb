/** The releases whose behaviour was recorded: 1.24.7, 1.25.4, 1.26.4 and 1.27.0. */
export const GITEA_VERSIONS = ['1.24', '1.25', '1.26', '1.27'] as const;
export type GiteaVersion = (typeof GITEA_VERSIONS)[number];

/** What one version does otherwise than another. */
export interface GiteaTraits {
  readonly release: string;
  /** Jobs and runs can be listed and read. */
  readonly jobsApi: boolean;
  readonly rerunApi: boolean;
  /** A job id is one attempt: a rerun makes new rows. Attempts count from 1. */
  readonly newIdPerAttempt: boolean;
  /** A runner that loses the race for a job is told the newest version and never looks again. */
  readonly singleShotClaim: boolean;
  /** A FetchTask that its client gives up gives its job back. */
  readonly returnsAbortedClaim: boolean;
  /** A push or dispatch cancels the unfinished runs of the same workflow and ref, unasked. */
  readonly cancelsOlderRuns: boolean;
  /** `concurrency` is obeyed. */
  readonly concurrency: boolean;
  /** A cancel in the page of a running job is announced at once. */
  readonly announcesCancel: boolean;
  /** A runner that declares `cancelling` is given time to clean up. */
  readonly cancelling: boolean;
  /** Callers of reusable workflows are rows no runner gets, and `if` behind `needs` is judged by the server. */
  readonly expandsCallers: boolean;
  /** After a zombie sweep the jobs behind `needs` are looked at. */
  readonly sweepFreesNeeds: boolean;
  /** Only what the runner itself causes names the runner. */
  readonly namesRunnerOnlyInReports: boolean;
  readonly skippedHasConclusion: boolean;
  /** Run and job ids in web paths, instead of the run's number and the job's position. */
  readonly idsInPaths: boolean;
  /** Steps: `[]` instead of null before the pick-up, in API answers too, each with its own state. */
  readonly steps: boolean;
  readonly disabledRunners: boolean;
  /** A missing `page` is 1; jobs carry `X-Total-Count` and `Link`. */
  readonly pagesAlways: boolean;
  /** A registration token can be had by GET, so with a read token. */
  readonly registrationTokenByGet: boolean;
}

export function traitsOf(version: GiteaVersion): GiteaTraits {
  return ALL[version];
}

function describe(version: GiteaVersion): GiteaTraits {
  const since = (first: GiteaVersion): boolean => version >= first;
  return {
    release: RELEASES[version],
    jobsApi: since('1.25'),
    rerunApi: since('1.26'),
    newIdPerAttempt: since('1.27'),
    singleShotClaim: !since('1.27'),
    returnsAbortedClaim: since('1.27'),
    cancelsOlderRuns: !since('1.26'),
    concurrency: since('1.26'),
    announcesCancel: since('1.26'),
    cancelling: since('1.27'),
    expandsCallers: since('1.27'),
    sweepFreesNeeds: since('1.26'),
    namesRunnerOnlyInReports: !since('1.25'),
    skippedHasConclusion: since('1.25'),
    idsInPaths: since('1.26'),
    steps: since('1.26'),
    disabledRunners: since('1.26'),
    pagesAlways: since('1.26'),
    registrationTokenByGet: !since('1.26'),
  };
}

const RELEASES: Readonly<Record<GiteaVersion, string>> = { '1.24': '1.24.7', '1.25': '1.25.4', '1.26': '1.26.4', '1.27': '1.27.0' };
const ALL: Readonly<Record<GiteaVersion, GiteaTraits>> = { '1.24': describe('1.24'), '1.25': describe('1.25'), '1.26': describe('1.26'), '1.27': describe('1.27') };
