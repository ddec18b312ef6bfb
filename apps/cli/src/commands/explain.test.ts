import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explain, type ExplainOptions } from './explain.js';

const FILES = {
  '.gitea/workflows/build.yml': 'on: push\njobs:\n  build:\n    runs-on: go\n    steps: [{ run: make }]\n  image:\n    needs: build\n    runs-on: docker\n    steps: [{ run: make image }]\n',
  '.gitea/workflows/docs.yml': 'on:\n  push:\n    paths: ["docs/**"]\njobs:\n  pages:\n    runs-on: node\n    steps: [{ run: make docs }]\n',
  '.github/workflows/other.yml': 'on: push\njobs: { x: { runs-on: go, steps: [{ run: x }] } }\n',
};

describe('tinqs-ci explain', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tinqs-ci-explain-'));
    for (const [path, text] of Object.entries(FILES)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (options: ExplainOptions, checkout = folder, width?: number) => {
    let text = '';
    const print = (line: string) => (text += `${line}\n`);
    const exit = explain(checkout, options, { print, printNote: print, width });
    return { exit, text };
  };

  it('says per workflow what runs and which rule decides, with file and line', () => {
    const { exit, text } = run({ event: 'push', ref: 'main', files: 'cmd/main.go,README.md' });

    expect(exit).toBe(0);
    expect(text).toContain(`✔ ${folder}/.gitea/workflows/build.yml:1 runs`);
    expect(text).toContain("    image  runs-on docker  needs build\n");
    expect(text).toContain('2 jobs: build, image');
    expect(text).toMatch(/– .*\.gitea\/workflows\/docs\.yml:3 does not run: paths "docs\/\*\*" matched none of 2 files/);
    expect(text).not.toContain('.github');
  });

  it('gives scripts stable names', () => {
    const [build, docs] = JSON.parse(run({ files: 'docs/a.md', json: true }).text) as { workflow: string; runs: boolean; reason: { code: string; sentence: string; line: number }; jobs: object[] }[];

    expect(build).toMatchObject({ workflow: '.gitea/workflows/build.yml', runs: true, jobs: [{ id: 'build', name: 'build', labels: ['go'], needs: [] }, { id: 'image', labels: ['docker'], needs: ['build'] }] });
    expect(docs).toMatchObject({ runs: true, reason: { line: expect.any(Number) as number } });
  });

  it('knows the words that skip', () => {
    expect(run({ files: 'a', message: 'x [skip ci]' }).text).not.toContain('✔');
  });

  it('exits with 1 where Gitea can use a file for nothing', () => {
    writeFileSync(join(folder, '.gitea/workflows/broken.yml'), 'on: [push\n');
    const { exit, text } = run({ files: 'a' });
    rmSync(join(folder, '.gitea/workflows/broken.yml'));

    expect(exit).toBe(1);
    expect(text).toContain(`✘ ${folder}/.gitea/workflows/broken.yml`);
  });

  it('takes variables, and says what it could not know', () => {
    writeFileSync(join(folder, '.gitea/workflows/build.yml'), 'on: push\njobs: {a: {runs-on: "${{ vars.R }}"}}\n');
    const [without, given] = [run({ files: 'a' }).text, run({ files: 'a', var: ['r=go'] }).text];
    writeFileSync(join(folder, '.gitea/workflows/build.yml'), FILES['.gitea/workflows/build.yml']);

    expect(without).toContain('the context "vars" was not given; add --var NAME=value');
    expect(given).toContain('a  runs-on go\n');
    expect(() => run({ var: ['r'] })).toThrow('--var r: expected NAME=value');
  });

  it('asks every file for a dispatch that names none', () => {
    expect(run({ event: 'workflow_dispatch', gitea: '1.25' }).text.match(/✔/g)).toHaveLength(2);
    expect(run({ event: 'workflow_dispatch', gitea: '1.25', workflow: 'docs.yml' }).text.match(/✔/g)).toHaveLength(1);
  });

  it('wraps its sentences where a person reads, and not where a script does', () => {
    const long = (text: string) => text.split('\n').filter((line) => line.length > 80 && line.trim().includes(' ', 81));
    writeFileSync(join(folder, '.gitea/workflows/build.yml'), `on: {push: {branches: [one, two, three]}}\njobs: {a: {runs-on: [${Array.from({ length: 20 }, (_, i) => `label-${i}`).join(', ')}]}}\n`);
    const [wide, narrow] = [run({ files: 'a', ref: 'one' }).text, run({ files: 'a', ref: 'one' }, folder, 80).text];
    writeFileSync(join(folder, '.gitea/workflows/build.yml'), FILES['.gitea/workflows/build.yml']);

    expect(long(wide)).not.toEqual([]);
    expect(long(narrow)).toEqual([]);
    expect(narrow.replaceAll(/\n {2,}/g, ' ').replaceAll(/ +/g, ' ')).toBe(wide.replaceAll(/\n {2,}/g, ' ').replaceAll(/ +/g, ' '));
  });

  it('says that paths are not judged without changed files', () => {
    expect(run({}).text).toContain('add --files a,b');
  });

  it('says what it expected where there is nothing to read', () => {
    expect(() => run({}, join(folder, 'nowhere'))).toThrow('expected a folder');
    expect(() => run({}, join(folder, '.gitea'))).toThrow('neither .gitea/workflows nor .github/workflows is there');
    expect(() => run({ fromDelivery: join(folder, '.gitea/workflows/build.yml') })).toThrow('expected a recorded delivery');
  });
});
