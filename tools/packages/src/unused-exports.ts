import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedManifest, readManifest, workspaceRoot } from './published.js';
import { reachableFiles } from './reachable.js';

export interface SourceText {
  /** Relative to the workspace. */
  readonly path: string;
  readonly text: string;
}

const LEFT_OUT = new Set(['node_modules', 'dist', 'out-tsc', 'test-results', '.git', '.nx', '.serverless', '.tinqs-ci']);

/** Everything in the workspace that may import a library: sources, tests, READMEs. */
export function readSources(folder = ''): readonly SourceText[] {
  return readdirSync(join(workspaceRoot, folder), { withFileTypes: true }).flatMap((entry): readonly SourceText[] => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) return LEFT_OUT.has(entry.name) ? [] : readSources(path);
    return /\.(ts|mts|mjs|md)$/.test(entry.name) ? [{ path, text: readFileSync(join(workspaceRoot, path), 'utf8') }] : [];
  });
}

/** What the `index.ts` of an entry exports, as its declarations say. */
export const exportedNames = (index: string): readonly string[] => Array.from(index.matchAll(/export (?:type )?\{([^}]*)\}/g), ([, names = '']) => names.split(',')).flat().flatMap((name) => nameOf(name) ?? []);

const nameOf = (clause: string): string | undefined => /^\s*(?:type\s+)?(\w+)/.exec(clause)?.[1];

/** What an `index.ts` exports in another way, which would not be seen: `export *`, a declaration. */
export const unnamedExports = (index: string): readonly string[] => index.match(/^export (?!(?:type )?\{).*$/gm) ?? [];

/** The names that somebody outside a library's own code imports by its name; its own tests count where they use its index. */
export function importedNames(library: string, folder: string, sources: readonly SourceText[], index = './index.js'): ReadonlySet<string> {
  const used = new Set<string>();
  for (const { path, text } of sources) {
    const own = path.startsWith(`${folder}/src/`);
    if (own && !path.endsWith('.test.ts')) continue;
    for (const [, names = '', specifier = ''] of text.matchAll(/(?:import|export)\s+(?:type\s+)?\{([^}]*)\}\s+from\s+'([^']+)'/g)) {
      if (specifier !== library && !(own && specifier === index)) continue;
      for (const name of names.split(',')) used.add(nameOf(name) ?? '');
    }
    for (const [, name = ''] of text.matchAll(new RegExp(`import\\('${library}'\\)\\.(\\w+)`, 'g'))) used.add(name);
    for (const [, names = ''] of text.matchAll(new RegExp(`\\{([^{}]*)\\} = await import\\('${library}'\\)`, 'g'))) for (const name of names.split(',')) used.add(nameOf(name) ?? '');
  }
  return used;
}

/** By declared name: the other names that its declaration mentions. */
export function mentionsIn(declarations: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const mentions = new Map<string, Set<string>>();
  for (const text of declarations) {
    const starts = Array.from(text.matchAll(/^(?:export )?(?:declare )?(?:abstract )?(?:function|const|class|interface|type) (\w+)/gm));
    for (const [index, { 1: name = '', index: at }] of starts.entries()) {
      const words = text.slice(at, starts[index + 1]?.index).match(/\w+/g) ?? [];
      mentions.set(name, new Set([...(mentions.get(name) ?? []), ...words]));
    }
  }
  return mentions;
}

/**
 * Exports that nobody uses. A type is used as well where what is used mentions it: without its name a project that writes
 * declarations of its own cannot name what it was given (TS2742). An error class is used by being thrown.
 */
export function unusedNames(exported: readonly string[], used: ReadonlySet<string>, declarations: readonly string[]): readonly string[] {
  const mentions = mentionsIn(declarations);
  const text = declarations.join('\n');
  const reached = new Set<string>();
  const isError = (name: string) => new RegExp(`\\bclass ${name} extends \\w*Error\\b`).test(text);
  const open = exported.filter((name) => used.has(name) || isError(name));
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (reached.has(name)) continue;
    reached.add(name);
    for (const other of mentions.get(name) ?? []) if (mentions.has(other)) open.push(other);
  }
  const isType = (name: string) => new RegExp(`\\b(?:interface|type) ${name}\\b`).test(text);
  return exported.filter((name) => !used.has(name) && !isError(name) && !(isType(name) && reached.has(name)));
}

/** Of every entry that is published, a line for each export that nobody uses; `testing: name` where it is not the package itself. */
export function unusedExports(folder: string, sources: readonly SourceText[]): readonly string[] {
  const manifest = readManifest(folder);
  const root = join(workspaceRoot, folder);
  return Object.entries(publishedManifest(manifest).exports ?? {}).flatMap(([subpath, target]) => {
    if (typeof target === 'string') return [];
    const entry = (target['types'] ?? '').replace(/^\.\/dist\/|\.d\.ts$/g, '');
    const index = readFileSync(join(root, `src/${entry}.ts`), 'utf8');
    const declarations = reachableFiles(root, [`dist/${entry}.d.ts`]).map((file) => readFileSync(join(root, file), 'utf8'));
    const used = importedNames(join(manifest.name, subpath), folder, sources, `./${entry}.js`);
    return [...unusedNames(exportedNames(index), used, declarations), ...unnamedExports(index)].map((name) => (subpath === '.' ? name : `${entry}: ${name}`));
  });
}
