import { projectTests } from '../../tools/vitest-project.mjs';

// Machines mostly wait: more of them at once than there are processors.
export default projectTests(import.meta.dirname, { maxConcurrency: 12 });
