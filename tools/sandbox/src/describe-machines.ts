import { spawnSync } from 'node:child_process';
import { describe, it } from 'vitest';
import { sandboxProblem } from './requirements.js';

/** What the machines of these tests use from the host, as real ones have it from their image. */
const PROGRAMS = ['bash', 'curl', 'git', 'iptables', 'ip6tables', 'ps', 'ss', 'useradd'];

/** Machines are booted side by side; where none can be, the suite is skipped under a title that says how to mend it. */
export function describeMachines(title: string, suite: (run: typeof it.concurrent) => void): void {
  const problem = sandboxProblem() ?? missingPrograms();
  describe.skipIf(problem !== undefined)(problem === undefined ? title : `${title} … (skipped: ${problem})`, { timeout: 150_000 }, () => suite(it.concurrent));
}

function missingPrograms(): string | undefined {
  const missing = PROGRAMS.filter((command) => spawnSync('sh', ['-c', `command -v ${command}`]).status !== 0);
  return missing.length === 0 ? undefined : `its machines need ${missing.join(', ')}: apt-get install -y bash curl git iptables procps iproute2 passwd`;
}
