import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lint, type LintCommandOptions } from './lint.js';

const RUNNERS = 'go: { instanceTypes: [t3.small] }\nrust: { instanceTypes: [t3.small] }\ngpu: { labels: [linux, gpu], instanceTypes: [g4dn.xlarge] }\nlinux: { instanceTypes: [t3.small] }\n';

describe('tinqs-ci lint', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tinqs-ci-lint-'));
    write({ 'runners.yml': RUNNERS });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  }
  const run = (options: LintCommandOptions = {}, width?: number) => {
    let text = '';
    let notes = '';
    const exit = lint(folder, { runners: join(folder, 'runners.yml'), ...options }, { print: (line) => (text += `${line}\n`), printNote: (line) => (notes += `${line}\n`), width });
    return { exit, text, notes };
  };

  it('names file, line, the label that was meant, the remedy and the code', () => {
    write({ '.gitea/workflows/ci.yml': 'on: push\njobs:\n  build:\n    runs-on: rusty\n' });

    expect(run()).toEqual({
      exit: 1,
      notes: '',
      text: `${folder}/.gitea/workflows/ci.yml:4:14  error  runs-on "rusty": no class; did you mean "rust"?  [label-unserved]
  3 |   build:
> 4 |     runs-on: rusty
    |              ^
  fix   write rust, or add a class with these labels to runners.yml

1 error, 0 warnings in 1 file, read as Gitea 1.27
`,
    });
  });

  it('exits with 0 where nothing is found', () => {
    write({ '.gitea/workflows/ci.yml': 'on: push\njobs: {build: {runs-on: go}}\n' });

    expect(run()).toEqual({ exit: 0, notes: '', text: '✔ nothing found in 1 file, read as Gitea 1.27\n' });
  });

  it('gives scripts stable names', () => {
    write({ '.gitea/workflows/ci.yml': 'on: push\njobs: {build: {runs-on: linux}}\n' });

    expect(JSON.parse(run({ json: true }).text)).toEqual([{ workflow: '.gitea/workflows/ci.yml', line: 2, column: 25, severity: 'warning', code: 'label-swap', sentence: 'runs-on "linux" is meant for the class linux, and a machine of gpu may take the job too', remedy: 'give the classes labels of which none covers another' }]);
  });

  it('tells of files that do not count', () => {
    write({ '.gitea/workflows/ci.yml': 'on: push\njobs: {build: {runs-on: go}}\n', '.gitea/workflows/b.YAML': '', '.gitea/workflows/c.yml.bak': '', '.github/workflows/old.yml': 'on: push\n', '.gitea/workflow/lost.yml': '' });
    symlinkSync('ci.yml', join(folder, '.gitea/workflows/link.yml'));

    const found = (JSON.parse(run({ json: true }).text) as { workflow: string; code: string }[]).map(({ workflow, code }) => `${workflow} ${code}`);
    expect(found).toEqual(['.gitea/workflows/b.YAML file-suffix', '.gitea/workflows/c.yml.bak file-suffix', '.github/workflows/old.yml file-hidden', '.gitea/workflow/lost.yml file-folder', '.gitea/workflows/link.yml file-is-link']);
  });

  it('judges as the version that is named, and says when that is not exact', () => {
    write({ '.gitea/workflows/ci.yml': 'on: push\nconcurrency: ci\njobs: {build: {runs-on: go}}\n' });

    expect(run({ gitea: '1.24.7' }).text).toContain('Gitea 1.24 cannot read');
    expect(run({ gitea: '1.26' }).exit).toBe(0);
    expect(run({ gitea: '1.30' }).notes).toBe('Gitea 1.30 is judged as 1.27\n');
  });

  it('wraps its sentences where a person reads', () => {
    write({ '.gitea/workflows/ci.yml': 'on: {pull_request: {types: [merged]}}\njobs: {build: {runs-on: go}}\n' });

    const long = run({}, 80).text.split('\n').filter((line) => line.length > 80 && line.includes(' ', 81));
    expect(long).toEqual([]);
  });

  it('says what it expected', () => {
    expect(() => lint(join(folder, 'nowhere'), {}, { print: () => undefined, printNote: () => undefined })).toThrow('expected a folder');
    expect(() => run()).toThrow('neither .gitea/workflows nor .github/workflows is there');
    write({ '.gitea/workflows/ci.yml': 'on: push\n', 'broken.yml': 'go: {instanceTypes: 7}\n' });
    expect(() => run({ runners: join(folder, 'broken.yml') })).toThrow(/broken\.yml:1: go\.instanceTypes: expected a list/);
    expect(() => run({ runners: join(folder, 'none.yml') })).toThrow(/none\.yml: expected a file of runner classes/);
    expect(() => lint(join(folder, '.gitea/workflows'), {}, { print: () => undefined, printNote: () => undefined })).toThrow(`name the root of the checkout, ${folder}`);
  });
});
