import type { GiteaVersion } from './gitea-version.js';

/** Everything in which two Gitea versions differ in reading a file and making its rows; what differs in matching events is the matcher's. */
export interface ReadingRules {
  /** YAML: `-0` is a float; to the library up to 1.25 it is the integer 0. */
  readonly hasNegativeZero: boolean;
  /** YAML: in braces a `?` begins a key wherever it stands, not only before a blank. */
  readonly questionMarksAreKeys: boolean;
  /** YAML: the name of an anchor may have any visible character of ASCII but a colon, a comma and brackets. */
  readonly wideAnchorNames: boolean;
  /** `workflow_call` is an event like any other, whose maps make all of `on` invalid; else it is left out before its value is looked at. */
  readonly callIsTrigger: boolean;
  /** The jobs are parsed before the triggers are looked at: a file with a fault in them is ignored, a panic in them concerns every event. */
  readonly readsJobsFirst: boolean;
  /** What a job without content, and a quote in an expression that is not closed, come to. */
  readonly onNullJob: 'panic' | 'error';
  readonly onOpenQuote: 'panic' | 'error';
  /** A matrix value that is no list is a list of one; else it drops the matrix. */
  readonly wrapsMatrixValues: boolean;
  /** `continue-on-error` of a job is evaluated with its row. */
  readonly evaluatesContinueOnError: boolean;
  /** A block in a list whose first line is empty or indented cannot be stored. */
  readonly losesIndentedBlocks: boolean;
  /** `github` has a `run_attempt`, and the run's id and number. */
  readonly knowsRun: boolean;
  /** A run without jobs is stored; and a run's status is that of its rows, not always `waiting`. */
  readonly storesEmptyRuns: boolean;
  /** When the group of a run is evaluated. Where both fail, that decides whether the group or the jobs are reported. */
  readonly runGroup: 'never' | 'after-jobs' | 'before-jobs';
  /** What becomes of a row whose group a later row of the same run takes. */
  readonly sharedGroup: 'unread' | 'no-run' | 'cancelled';
  /** A job with `uses` is expanded by the server, and judged with its `if` and that of jobs behind `needs`. Before, it is a row like any other. */
  readonly expandsCallers: boolean;
}

const since126 = {
  hasNegativeZero: true,
  questionMarksAreKeys: false,
  wideAnchorNames: true,
  callIsTrigger: false,
  readsJobsFirst: true,
  onNullJob: 'error',
  onOpenQuote: 'error',
  losesIndentedBlocks: false,
  knowsRun: true,
  storesEmptyRuns: true,
} as const;

export const readingRules: Readonly<Record<GiteaVersion, ReadingRules>> = {
  '1.25': {
    hasNegativeZero: false,
    questionMarksAreKeys: true,
    wideAnchorNames: false,
    callIsTrigger: true,
    readsJobsFirst: false,
    onNullJob: 'panic',
    onOpenQuote: 'panic',
    wrapsMatrixValues: false,
    evaluatesContinueOnError: false,
    losesIndentedBlocks: true,
    knowsRun: false,
    storesEmptyRuns: false,
    runGroup: 'never',
    sharedGroup: 'unread',
    expandsCallers: false,
  },
  '1.26': { ...since126, wrapsMatrixValues: false, evaluatesContinueOnError: false, runGroup: 'after-jobs', sharedGroup: 'no-run', expandsCallers: false },
  '1.27': { ...since126, wrapsMatrixValues: true, evaluatesContinueOnError: true, runGroup: 'before-jobs', sharedGroup: 'cancelled', expandsCallers: true },
};
