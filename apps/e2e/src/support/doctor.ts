import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cleanEnvironment, workspaceRoot } from './npm-start.js';

/** What `tinqs-ci doctor` says from outside, by id and status; in a folder without an `npm start`. */
export async function doctorsFindings(environment: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const answer = promisify(execFile)(process.execPath, [join(workspaceRoot, 'apps/cli/bin/tinqs-ci.mjs'), 'doctor', '--json'], { cwd: join(workspaceRoot, 'apps/e2e'), env: cleanEnvironment(environment) });
  const { stdout } = await answer.catch((failure: { readonly stdout: string }) => failure);
  return (JSON.parse(stdout) as { checks: { id: string; status: string }[] }).checks.map(({ id, status }) => `${id} ${status}`);
}
