import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g;

/**
 * The files of a built package that its entries lead to, by relative imports, in code and in types: what else lies in
 * `dist` is there for tests, or is left of a source that is gone.
 */
export function reachableFiles(folder: string, entries: readonly string[]): readonly string[] {
  const found = new Set<string>();
  const open = [...entries];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (found.has(file)) continue;
    if (!existsSync(join(folder, file))) throw new Error(`${join(folder, file)} does not exist: npx nx run-many -t build`);
    found.add(file);
    const types = file.endsWith('.d.ts');
    for (const [, specifier = ''] of readFileSync(join(folder, file), 'utf8').matchAll(IMPORT)) {
      const target = relative(folder, join(folder, dirname(file), specifier));
      open.push(types ? target.replace(/\.js$/, '.d.ts') : target);
    }
  }
  return [...found].sort();
}
