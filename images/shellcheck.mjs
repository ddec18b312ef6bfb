// Shellchecks the scripts of images/ and the text of every RUN; without shellcheck it says so loudly and passes.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { parseDockerfile } from './lint.mjs';

const here = import.meta.dirname;
const check = (args, options) => spawnSync('shellcheck', args, { cwd: here, encoding: 'utf8', ...options });

const scripts = readdirSync(here, { recursive: true }).filter((name) => name.endsWith('.sh'));
const results = [['scripts', check(scripts, {})]];
for (const folder of readdirSync(here).filter((name) => existsSync(`${here}/${name}/Dockerfile`))) {
  for (const { keyword, text, line } of parseDockerfile(readFileSync(`${here}/${folder}/Dockerfile`, 'utf8')).flatMap(({ instructions }) => instructions)) {
    // SC2154: arguments of the build are assigned outside.
    if (keyword === 'RUN') results.push([`${folder}/Dockerfile:${line}`, check(['--shell=sh', '--exclude=SC2154', '-'], { input: text })]);
  }
}

if (results.some(([, { error }]) => error)) console.log('SKIPPED  shellcheck of the images: apt-get install shellcheck');
for (const [what, { error, status, stdout }] of results) {
  if (error || status === 0) continue;
  console.error(`${what}\n${stdout}`);
  process.exitCode = 1;
}
