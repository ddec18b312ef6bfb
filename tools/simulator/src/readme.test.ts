import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const project = join(import.meta.dirname, '..');

it('opens its README with an example that runs and prints what it says', () => {
  const readme = readFileSync(join(project, 'README.md'), 'utf8');
  const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  const [, expected = ''] = /\/\/ (.*)\n$/.exec(example) ?? [];
  mkdirSync(join(project, 'test-results'), { recursive: true });
  const folder = mkdtempSync(join(project, 'test-results', 'readme-'));
  try {
    writeFileSync(join(folder, 'example.mts'), example);

    const printed = execFileSync(process.execPath, ['--conditions=@tinqs/source', '--import', 'tsx', join(folder, 'example.mts')], { encoding: 'utf8', env: { ...process.env, FORCE_COLOR: '0' } });

    expect(printed.trim().split('\n').join(', ')).toBe(expected);
    expect(readme.split('\n').length).toBeLessThan(40);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
