import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { workspaceRoot } from './published.js';

/** The first TypeScript block of a package's README. */
export function readmeExample(folder: string): string {
  const [, code] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(workspaceRoot, folder, 'README.md'), 'utf8')) ?? [];
  if (code === undefined) throw new Error(`${folder}/README.md: expected a block that begins with three backquotes and ts`);
  return code;
}

/** The lines that an example says it prints: its comments that begin a line. */
export const promisedLines = (code: string): readonly string[] => Array.from(code.matchAll(/^\/\/ (.*)$/gm), ([, line]) => line ?? '');

/** As a module that a CommonJS project compiles: `await` is not allowed outside a function there. */
export function commonJsSource(code: string): string {
  if (!/^(?!\s).*\bawait\b/m.test(code)) return code;
  const lines = code.split('\n');
  const imports = lines.filter((line) => line.startsWith('import '));
  return `${imports.join('\n')}\nasync function main() {\n${lines.filter((line) => !line.startsWith('import ')).join('\n')}\n}\nvoid main();\n`;
}

export type ModuleKind = 'import' | 'require';

/** What a project of that kind runs. */
export function compiledExample(code: string, kind: ModuleKind): string {
  const module = kind === 'import' ? ts.ModuleKind.ESNext : ts.ModuleKind.CommonJS;
  const source = kind === 'import' ? code : commonJsSource(code);
  return ts.transpileModule(source, { compilerOptions: { module, target: ts.ScriptTarget.ES2022 } }).outputText;
}
