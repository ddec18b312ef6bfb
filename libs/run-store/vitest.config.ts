import { projectTests } from '../../tools/check/vitest-project.mjs';

export default projectTests(import.meta.dirname, { testTimeout: 180_000 });
