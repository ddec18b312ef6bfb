// Makes a module of each shell file in src: `node generate.mjs`, or `--check` to compare only.
import { readFileSync, writeFileSync } from 'node:fs';

const file = (name) => new URL(`src/${name}`, import.meta.url);
const read = (name) => readFileSync(file(name), 'utf8');

const modules = ['boot', 'supervise'].map((name) => {
  const lines = read(`${name}.sh`).trimEnd().split('\n').map((line) => `  ${JSON.stringify(line)},`);
  return { target: `${name}.generated.ts`, source: `// Made by generate.mjs from ${name}.sh: edit that.\nexport const ${name}: string = [\n${lines.join('\n')}\n  '',\n].join('\\n');\n` };
});

if (process.argv.includes('--check')) process.exitCode = modules.every(({ target, source }) => read(target) === source) ? 0 : 1;
else for (const { target, source } of modules) writeFileSync(file(target), source);
