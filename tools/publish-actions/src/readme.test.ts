import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { commitFiles, temporaryRemote, type TemporaryRemote } from './repository.testing.js';

const readme = readFileSync(fileURLToPath(new URL('../README.md', import.meta.url)), 'utf8');
const example = fileURLToPath(new URL('../test-results/readme-example.ts', import.meta.url));
let remote: TemporaryRemote;

beforeAll(() => {
  remote = temporaryRemote();
  mkdirSync(dirname(example), { recursive: true });
  writeFileSync(example, /```ts\n([\s\S]*?)```/.exec(readme)![1]!);
});
afterAll(() => {
  rmSync(example);
  remote.remove();
});

it('opens with an example that runs', () => {
  const folder = remote.clone('one');
  commitFiles(folder, { 'actions/CHANGELOG.md': '## 1.0.0\n' });

  const { stdout, stderr } = spawnSync(process.execPath, ['--conditions=@tinqs/source', '--import', fileURLToPath(import.meta.resolve('tsx')), example], { cwd: folder, encoding: 'utf8' });

  expect(stdout, stderr).toMatch(/^v1 at [0-9a-f]{40}, v1\.0\.0\n$/);
});

it('stays under 40 lines', () => {
  expect(readme.split('\n').length).toBeLessThanOrEqual(40);
});
