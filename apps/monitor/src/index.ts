export { runSweep } from './sweep.js';
export type { SweepTools } from './sweep.js';
export type { Alarm } from './alarms.js';
