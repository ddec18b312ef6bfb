export type { Instance } from './instance.js';
export type { LaunchOutcome, LaunchRequest, Pool } from './launch-request.js';
export { sandboxProblem } from './requirements.js';
export { createSandbox } from './sandbox.js';
export type { Sandbox, SandboxOptions } from './sandbox.js';
