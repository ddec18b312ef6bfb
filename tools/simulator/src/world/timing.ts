import type { Range } from './random.js';

/** How long things take, in milliseconds. */
export interface Timing {
  /** `workflow_job` and other deliveries wait in a queue that is polled with a growing pause; pushes pass a second queue. */
  readonly delivery: Range;
  readonly pushDelivery: Range;
  /** Between a job's end and the look at what waits behind it. */
  readonly ready: Range;
  /** From the launch until EC2 says `running`. */
  readonly pending: Range;
  /** Until DescribeInstances shows a new machine. */
  readonly visible: Range;
  /** From the launch until the runner is online. */
  readonly boot: Range;
  /** From the runner's exit to the machine's power-off, and from there until EC2 says `terminated`. */
  readonly exit: Range;
  readonly shutdown: Range;
  /** How long a FetchTask takes. Zero: no two ever race. */
  readonly fetch: Range;
  /** When an idle runner that waits finds a new job. */
  readonly poll: Range;
  /** A job whose plan says nothing else. */
  readonly job: Range;
}

/** As measured on real servers and machines. */
export const REAL_TIMING: Timing = {
  delivery: [100, 2_000],
  pushDelivery: [1_200, 3_500],
  ready: [50, 300],
  pending: [1_500, 6_000],
  visible: [0, 3_000],
  boot: [20_000, 45_000],
  exit: [200, 2_000],
  shutdown: [4_000, 30_000],
  fetch: [0, 0],
  poll: [300, 5_800],
  job: [20_000, 180_000],
};

/** A server whose queues are Go channels, and small fast machines: for watching. */
export const DEMO_TIMING: Timing = {
  delivery: [50, 200],
  pushDelivery: [100, 250],
  ready: [50, 150],
  pending: [1_000, 2_000],
  visible: [0, 500],
  boot: [7_000, 8_500],
  exit: [200, 600],
  shutdown: [800, 2_000],
  fetch: [0, 0],
  poll: [300, 1_500],
  job: [5_000, 20_000],
};

/** The same, `speed` times as fast. */
export function scaleTiming(timing: Timing, speed: number): Timing {
  return Object.fromEntries(Object.entries(timing).map(([name, [min, max]]: [string, Range]) => [name, [Math.round(min / speed), Math.round(max / speed)]])) as unknown as Timing;
}
