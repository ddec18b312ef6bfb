import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { cleanEnvironment, workspaceRoot } from './npm-start.js';

export const osls = (...args: readonly string[]): readonly string[] => [join(workspaceRoot, 'node_modules/serverless/bin/serverless.js'), ...args];
export const nx = (...args: readonly string[]): readonly string[] => [join(workspaceRoot, 'node_modules/nx/dist/bin/nx.js'), ...args];

/** Runs a command of the workspace to its end, with nothing of this machine's environment. */
export function runNode(command: readonly string[], cwd: string, environment: NodeJS.ProcessEnv): { readonly status: number | null; readonly text: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...command], { cwd: join(workspaceRoot, cwd), env: cleanEnvironment({ ...environment, NX_DAEMON: 'false', NX_TUI: 'false', NO_COLOR: '1' }), encoding: 'utf8' });
  return { status, text: `${stdout}\n${stderr}` };
}
