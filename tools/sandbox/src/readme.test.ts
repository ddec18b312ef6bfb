import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, vi } from 'vitest';
import { describeMachines } from './describe-machines.js';
import { createSandbox } from './sandbox.js';
import { awaitEnd } from './trial.js';

describeMachines('the example of the README', (it) => {
  it('launches a machine, which powers itself off', async () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
    const results = new URL('../test-results/', import.meta.url).pathname;
    mkdirSync(results, { recursive: true });
    const folder = mkdtempSync(join(results, 'example-'));
    const stateDir = join(folder, 'sandbox');
    const example = (/```ts\n([^]*?)```/.exec(readme)?.[1] ?? '').replace('.tinqs-ci/sandbox', stateDir).replace('/usr/local/bin/act_runner', '/bin/true');
    const print = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    try {
      writeFileSync(join(folder, 'example.ts'), example);
      await import(/* @vite-ignore */ pathToFileURL(join(folder, 'example.ts')).href);
      const sandbox = createSandbox({ stateDir });
      const [machine] = await sandbox.list();

      expect(print.mock.calls).toEqual([['launched']]);
      expect((await awaitEnd(sandbox, String(machine?.instanceId), 30))?.stateReason?.code).toBe('Client.InstanceInitiatedShutdown');
    } finally {
      print.mockRestore();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
