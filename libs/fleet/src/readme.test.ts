import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const readme = readFileSync(here('../README.md'), 'utf8');
// Inside the package, so that it finds itself by its name; outside src, so that no compiler picks it up.
const program = here(`../test-results/readme-example-${process.pid}.ts`);
afterAll(() => rmSync(program, { force: true }));

it('runs the example of the README as it stands, and prints what it says', async () => {
  const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  mkdirSync(here('../test-results'), { recursive: true });
  writeFileSync(program, example);

  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@tinqs/source', '--import', 'tsx', program], { cwd: here('..') });

  expect(stdout.trim().split('\n')).toEqual([...example.matchAll(/^\/\/ (.*)$/gm)].map(([, line]) => line));
});

it('is read in a minute', () => {
  expect(readme.trimEnd().split('\n').length).toBeLessThan(40);
});
