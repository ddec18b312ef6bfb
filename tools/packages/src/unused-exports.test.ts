import { describe, expect, it } from 'vitest';
import { LIBRARIES } from './published.js';
import { exportedNames, importedNames, readSources, unnamedExports, unusedExports, unusedNames } from './unused-exports.js';

const sources = readSources();

describe('what a library exports', () => {
  it.each(LIBRARIES)('is used by an example, an app, a tool or another library: %s', (folder) => {
    expect(unusedExports(folder, sources)).toEqual([]);
  });
});

describe('the check', () => {
  it('reads names of values and types', () => {
    expect(exportedNames("export { a, type B } from './x.js';\nexport type {\n  C,\n  D,\n} from './y.js';\n")).toEqual(['a', 'B', 'C', 'D']);
  });

  it('sees what is exported without a name in its list', () => {
    expect(unnamedExports("export * from './x.js';\nexport { a } from './a.js';\nexport type { B } from './b.js';\nexport const c = 1;\n")).toEqual(["export * from './x.js';", 'export const c = 1;']);
  });

  it.each([
    { path: 'apps/x/src/a.ts', text: "import { a } from '@tinqs/x';", used: true, reason: 'an app' },
    { path: 'libs/x/README.md', text: "import { b, type a } from '@tinqs/x';", used: true, reason: 'an example' },
    { path: 'apps/x/src/a.ts', text: "type A = import('@tinqs/x').a;", used: true, reason: 'a type named in place' },
    { path: 'apps/x/src/a.ts', text: "const { a } = await import('@tinqs/x');", used: true, reason: 'loaded late' },
    { path: 'libs/x/src/a.test.ts', text: "import { a } from './a.js';", used: false, reason: 'the test of its own file needs no export' },
    { path: 'libs/x/src/b.ts', text: "import { a } from '@tinqs/x';", used: false, reason: 'the library itself' },
    { path: 'apps/x/src/a.ts', text: "import { a } from '@tinqs/x/testing';", used: false, reason: 'another entry of the library' },
    { path: 'apps/x/src/a.ts', text: "import { a } from '@tinqs/y';", used: false, reason: 'another of that name' },
  ])('$path with $text: $used, $reason', ({ path, text, used }) => {
    expect(importedNames('@tinqs/x', 'libs/x', [{ path, text }]).has('a')).toBe(used);
  });

  const declarations = ['export interface Given {\n  readonly part: Part;\n}\nexport interface Part {\n}\nexport interface Alone {\n}\n', 'export declare function take(given: Given): void;\nexport declare const left: Given;\nexport declare class LostError extends Error {\n}\n'];

  it('lets types through that something used mentions, and errors', () => {
    expect(unusedNames(['take', 'left', 'Given', 'Part', 'Alone', 'LostError'], new Set(['take']), declarations)).toEqual(['left', 'Alone']);
  });
});
