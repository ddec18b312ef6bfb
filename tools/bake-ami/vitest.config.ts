import { projectTests } from '../../tools/vitest-project.mjs';

export default projectTests(import.meta.dirname, { globalSetup: ['../../libs/spot-launcher/src/moto-server.ts'] });
