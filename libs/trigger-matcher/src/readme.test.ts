import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, expect, it, vi } from 'vitest';

const folder = new URL('../test-results/', import.meta.url);
const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(readFileSync(new URL('../README.md', import.meta.url), 'utf8')) ?? [];

afterEach(() => void vi.restoreAllMocks());

it('prints what the example of the README says', async () => {
  const printed: unknown[] = [];
  vi.spyOn(console, 'log').mockImplementation((line) => void printed.push(line));
  const file = new URL('readme-example.ts', folder);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, example);

  await import(/* @vite-ignore */ file.href);

  expect(printed).toEqual(Array.from(example.matchAll(/^\/\/ (.*)$/gm), ([, line]) => line));
  expect(printed).not.toHaveLength(0);
});
