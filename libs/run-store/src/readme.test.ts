import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { clientOf, startEmbeddedTable } from './embedded-table.contract.js';
import { createRunStore } from './run-store.js';
import { endedJob, endedRunner, NOON } from './samples.contract.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
// Inside the package, so that it finds itself by its name; outside src, so that no compiler picks it up.
const program = here(`../test-results/readme-example-${process.pid}.ts`);
afterAll(() => rmSync(program, { force: true }));

it('runs the example of the README as it stands', async () => {
  const embedded = await startEmbeddedTable();
  const client = clientOf(embedded.endpoint);
  const store = createRunStore({ client, table: 'tinqs-ci-runs' });
  await store.ensureTable();
  await store.recordEnded(endedJob());
  await store.recordEnded(endedRunner({ pool: { instanceType: 't3.small', subnet: 'subnet-1', market: 'spot' }, pricePerHour: 0.0076, stages: { launched: NOON - 36_000_000, terminated: NOON } }, NOON));
  const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(readFileSync(here('../README.md'), 'utf8')) ?? [];
  mkdirSync(here('../test-results'), { recursive: true });
  writeFileSync(program, example);

  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@tinqs/source', '--import', 'tsx', program], {
    cwd: here('..'),
    env: { PATH: process.env['PATH'], AWS_ENDPOINT_URL: embedded.endpoint, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
  });
  client.destroy();
  await embedded.close();

  expect(stdout).toBe('acme/app  1 jobs  10.0 h  0.08  0.00  0.07  67 %\ntotal  1 jobs  10.0 h  0.08  0.00  0.07  67 %\n');
});

it('is read in a minute', () => {
  expect(readFileSync(here('../README.md'), 'utf8').trimEnd().split('\n').length).toBeLessThan(40);
});
