import { projectTests } from '../vitest-project.mjs';

export default projectTests(import.meta.dirname, { testTimeout: 120_000 });
