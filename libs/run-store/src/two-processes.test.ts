import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { clientOf, startEmbeddedTable } from './embedded-table.contract.js';
import { createRunStore } from './run-store.js';

const EPOCHS = 15;

it('gives each epoch, version and place to one of two racing processes', async () => {
  const embedded = await startEmbeddedTable();
  const client = clientOf(embedded.endpoint);
  const store = createRunStore({ client, table: 'race' });
  await store.ensureTable();
  const program = fileURLToPath(new URL('racing-process.contract.ts', import.meta.url));
  const race = () => promisify(execFile)(process.execPath, ['--conditions=@tinqs/source', '--import', 'tsx', program, embedded.endpoint, 'race', String(EPOCHS)], { timeout: 170_000 });

  const racing = [race(), race()];
  await store.writeMeta('START', true);
  const results = (await Promise.all(racing)).map(({ stdout }) => JSON.parse(stdout) as { won: number[]; taken: string[]; versions: number[] });
  const scope = await store.loadScope('repo-12');
  const holders = (await store.listCapHolders()).map(({ name }) => name);
  client.destroy();
  await embedded.close();

  const won = results.flatMap((result) => result.won).sort((left, right) => left - right);
  expect(won).toEqual(Array.from({ length: EPOCHS }, (_, index) => index + 1));
  expect(scope.plan.epoch).toBe(EPOCHS);
  expect(results.flatMap(({ taken }) => taken).sort()).toEqual([...holders].sort());
  expect(holders).toHaveLength(3);
  const versions = results.flatMap((result) => result.versions);
  expect(new Set(versions).size).toBe(versions.length);
  expect(scope.jobs[0]?.version).toBe(Math.max(...versions));
});
