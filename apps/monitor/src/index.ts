export type { Alarm } from './alarms.js';
export { createDashboard } from './dashboard/dashboard.js';
export type { DashboardOptions } from './dashboard/dashboard.js';
export { runSweep } from './sweep.js';
export type { SweepTools } from './sweep.js';
