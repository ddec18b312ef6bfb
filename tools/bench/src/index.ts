export type { Row } from './benchmark.js';
