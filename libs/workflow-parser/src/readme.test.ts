import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { pathToFileURL } from 'node:url';
import { expect, it, vi } from 'vitest';

it('the example of the README runs and prints what its last lines say', async () => {
  const [, example = ''] = /```ts\n([^]*?)```/.exec(readFileSync(new URL('../README.md', import.meta.url), 'utf8')) ?? [];
  // Inside the project, so that the example's import is resolved as a user's would be.
  const results = new URL('../test-results/', import.meta.url).pathname;
  mkdirSync(results, { recursive: true });
  const folder = mkdtempSync(`${results}example-`);
  const print = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    writeFileSync(`${folder}/example.ts`, example);
    await import(/* @vite-ignore */ pathToFileURL(`${folder}/example.ts`).href);

    const printed = print.mock.calls.map((values) => `// ${values.map((value) => (typeof value === 'string' ? value : inspect(value))).join(' ')}`);
    expect(printed).toEqual(example.trimEnd().split('\n').filter((line) => line.startsWith('// ')));
  } finally {
    print.mockRestore();
    rmSync(folder, { recursive: true });
  }
});
