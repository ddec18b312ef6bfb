import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';

const here = import.meta.dirname;
const images = readdirSync(here, { withFileTypes: true }).filter((entry) => entry.isDirectory() && entry.name !== 'test-results' && entry.name !== 'node_modules').map(({ name }) => name);
const build = (...args) => spawnSync('bash', [`${here}/build-all.sh`, ...args], { encoding: 'utf8', env: { PATH: process.env.PATH } });

it('plans each image, its smoke test, and moves tags last', () => {
  const { stdout, status } = build('v1', '--dry-run', '--registry', 'example.org');
  const steps = stdout.split('\n').filter((line) => line !== '').map((line) => /login|buildx build|docker run|imagetools/.exec(line)?.[0]);
  expect({ status, steps }).toEqual({ status: 0, steps: ['login', ...images.flatMap(() => ['buildx build', 'docker run']), ...images.map(() => 'imagetools')] });
});

it.each([
  ['no version', []],
  ['an image that is not there', ['v1', '--dry-run', '--only', 'nope']],
  ['a flag without its value', ['v1', '--only']],
])('refuses %s', (_, args) => expect(build(...args).status).toBe(2));

it.each(images)('%s starts only from pinned images, has named stages and checks what it downloads', (image) => {
  const text = readFileSync(`${here}/${image}/Dockerfile`, 'utf8').replace(/\\\n/g, ' ');
  const lines = text.split('\n');
  for (const from of lines.filter((line) => line.startsWith('FROM'))) expect(from).toMatch(/^FROM \$\{[A-Z]+_IMAGE\} AS [a-z]+$/);
  for (const arg of lines.filter((line) => line.startsWith('ARG'))) expect(arg).toMatch(/^ARG [A-Z0-9_]+$/);
  for (const download of lines.filter((line) => line.includes('curl -'))) expect(download).toMatch(/sha(256|512)sum -c/);
  expect(text).toMatch(/\nUSER (root|runner)\n$/);
  expect(text).not.toMatch(/<<|^ADD |:latest/m);
});
