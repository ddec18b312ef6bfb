/** For tests: the same store, in memory. */
export { createMemoryRunStore } from './memory-run-store.js';
