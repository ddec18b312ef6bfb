import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { lintDockerfile, parseDockerfile } from './lint.mjs';

const here = import.meta.dirname;
const images = readdirSync(here).filter((name) => existsSync(`${here}/${name}/Dockerfile`));
const text = (image) => readFileSync(`${here}/${image}/Dockerfile`, 'utf8');
const runs = (image) => parseDockerfile(text(image)).flatMap(({ instructions }) => instructions).filter(({ keyword }) => keyword === 'RUN').map((each) => each.text);

it('there are six', () => {
  expect(images).toEqual(['base', 'deploy', 'docker', 'go', 'godot', 'node']);
});

it.each(images)('%s keeps the rules', (image) => {
  expect(lintDockerfile(text(image))).toEqual([]);
});

it.each(images)('%s says what it holds, last', (image) => {
  const own = image === 'deploy' ? [] : [expect.stringContaining('tinqs-manifest >/etc/tinqs-ci/manifest.json')];
  expect(runs(image).slice(-1)).toEqual(own);
});

it('docker, which starts elsewhere, has the packages and the user of base', () => {
  for (const start of ['apk add', 'addgroup']) {
    const [base, docker] = ['base', 'docker'].map((image) => runs(image).find((run) => run.startsWith(start)));
    expect(docker).toBe(base);
  }
});

it('only what a Dockerfile copies is sent to the builder', () => {
  const copied = images.flatMap((image) => [...text(image).matchAll(/^COPY ([^-]\S*)/gm)].map(([, path]) => path));
  expect(readFileSync(`${here}/.dockerignore`, 'utf8').split('\n').filter(Boolean)).toEqual(['*', ...new Set(copied.map((path) => `!${path}`))]);
});
