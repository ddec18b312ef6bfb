import { describe, it } from 'vitest';

/** Machines are booted side by side; where none can be, the suite is skipped under a title that says how to mend it. */
export function describeMachines(title: string, problem: string | undefined, suite: (run: typeof it.concurrent) => void): void {
  describe.skipIf(problem !== undefined)(problem === undefined ? title : `${title} (skipped: ${problem})`, { timeout: 150_000 }, () => suite(it.concurrent));
}
