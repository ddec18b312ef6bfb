import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { expect, it, vi } from 'vitest';

it('the example of the README runs and prints a script without its secret', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const example = /```ts\n([^]*?)```/.exec(readme)?.[1] ?? '';
  // Inside the project, so that the example's import is resolved as a user's would be.
  const results = new URL('../test-results/', import.meta.url).pathname;
  mkdirSync(results, { recursive: true });
  const folder = mkdtempSync(`${results}example-`);
  const print = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    writeFileSync(`${folder}/example.ts`, example);
    await import(/* @vite-ignore */ pathToFileURL(`${folder}/example.ts`).href);

    expect(print).toHaveBeenCalledOnce();
    expect(print.mock.calls[0]?.[0]).toContain('tinqs-ci');
    expect(print.mock.calls[0]?.[0]).not.toContain(btoa('good-for-one-job').slice(0, 18));
  } finally {
    print.mockRestore();
    rmSync(folder, { recursive: true });
  }
});
