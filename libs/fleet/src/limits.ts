import { minutes, seconds } from './time.js';

/**
 * Every time limit of the control plane, in milliseconds. They nest: an outer limit must never fire while an inner
 * one may still succeed, so `launchLoop < dispatchTimeout < grant = launching < queueVisibility`.
 */
export const LIMITS = {
  /** All attempts of one launch together, fallback pools included. */
  launchLoop: seconds(35),
  /** The dispatch function's own timeout. */
  dispatchTimeout: seconds(45),
  /** A grant without a runner is void after this; a runner still `registered` or `launching` is looked for by its tags. */
  grant: seconds(60),
  launching: seconds(60),
  /** By how much the clocks of two processes may differ. Whoever gives up what another may still use waits this much longer. */
  clocksDiffer: seconds(90),
  /** Six times the dispatch timeout, as the event source mapping asks. */
  queueVisibility: seconds(270),
  /** A job is demand only while Gitea confirmed it within this. */
  confirmed: seconds(90),
  /** Gitea or EC2 silent for this long: nothing is decided on its account. */
  silence: minutes(3),
  /** Until then a pass of the sweep lists runners, its list of jobs included: a slow Gitea leaves some scopes to the next pass. */
  rowsOfAPass: seconds(25),
  /** Between Gitea's final answer and the termination from outside. */
  grace: seconds(120),
  /** What an outside clock waits beyond the machine's own. */
  outsideMargin: seconds(60),
  /** A runner online for this long beside a job it could take, queued as long, is no supply. */
  stalled: seconds(90),
  /** A machine that is `shutting-down` for this long is ended by force. */
  shuttingDown: minutes(10),
  /** What a machine's life adds to its boot, idle and job limits. */
  lifeMargin: minutes(10),
  /** What `endsBy` adds to a machine's life. */
  endsByMargin: minutes(5),
} as const;
