import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadConfig, parseRunnerClasses } from './index.js';

it('does what the example in the README says', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const lines: unknown[][] = [];
  const code = /```ts\n([\s\S]*?)```/.exec(readme)![1]!.replace(/^import .*$/m, '');
  new Function('loadConfig', 'parseRunnerClasses', 'console', code)(loadConfig, parseRunnerClasses, { log: (...values: unknown[]) => lines.push(values) });
  const expected = /\/\/ (.*)$/m.exec(code)![1]!;
  expect(lines.map((line) => line.join(' '))).toEqual([expected]);
});
