// Embeds src/boot.sh and src/supervise.sh into src/boot-script.generated.ts: `node generate.mjs`, or `--check` to compare only.
import { readFileSync, writeFileSync } from 'node:fs';

const read = (name) => readFileSync(new URL(`src/${name}`, import.meta.url), 'utf8');

function generate() {
  const script = read('boot.sh').replace('@@SUPERVISE@@\n', () => read('supervise.sh'));
  const lines = script.trimEnd().split('\n').map((line) => `  ${JSON.stringify(line)},`);
  return `// Made by generate.mjs from boot.sh and supervise.sh: edit those.\nexport const bootScript: string = [\n${lines.join('\n')}\n  '',\n].join('\\n');\n`;
}

if (process.argv.includes('--check')) process.exitCode = read('boot-script.generated.ts') === generate() ? 0 : 1;
else writeFileSync(new URL('src/boot-script.generated.ts', import.meta.url), generate());
