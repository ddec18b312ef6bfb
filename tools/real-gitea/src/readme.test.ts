import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { standInGitea } from './stand-in.testing.js';

const project = join(import.meta.dirname, '..');

it('opens its README with an example that runs and prints what it says', () => {
  const [, example = '', expected = ''] = /```ts\n([\s\S]*?)\/\/ (.*)\n```/.exec(readFileSync(join(project, 'README.md'), 'utf8')) ?? [];
  mkdirSync(join(project, 'test-results'), { recursive: true });
  const folder = mkdtempSync(join(project, 'test-results/readme-'));
  try {
    writeFileSync(join(folder, 'example.mts'), example.replace('/tmp/', `${folder}/`));

    const printed = execFileSync(process.execPath, ['--conditions=@tinqs/source', '--import', 'tsx', join(folder, 'example.mts')], { encoding: 'utf8', env: { ...process.env, GITEA_BIN: standInGitea(folder), GITEA_ROOT: folder } });

    expect(printed.trim()).toBe(expected);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
