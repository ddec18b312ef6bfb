import { projectTests } from '../../tools/vitest-project.mjs';

// Whole processes on two cores: two files at a time, and nobody is in a hurry.
export default projectTests(import.meta.dirname, { testTimeout: 300_000, hookTimeout: 180_000, maxWorkers: 2 });
