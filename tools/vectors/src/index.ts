export type { Difference, FileReport } from './judge.js';
export { judgeFile } from './judge.js';
export type { VectorCase, VectorFile } from './vector.js';
