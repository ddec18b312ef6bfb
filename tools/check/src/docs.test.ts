import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const workspaceRoot = fileURLToPath(new URL('../../..', import.meta.url));
const read = (path: string) => readFileSync(`${workspaceRoot}/${path}`, 'utf8');
const FENCED = /^```[\s\S]*?^```/gm;

/** As far as a page has them: what git keeps, and what is about to be added. */
const pages = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], { cwd: workspaceRoot, encoding: 'utf8' }).stdout.trim().split('\n').filter((page) => existsSync(`${workspaceRoot}/${page}`));

/** The anchors that Gitea gives to the headings of a page. */
const anchorsOf = (page: string) => Array.from(read(page).replace(FENCED, '').matchAll(/^#+ +(.*)$/gm), ([, title = '']) => title.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replace(/ /g, '-'));

describe.each(pages)('%s', (page) => {
  const prose = read(page).replace(FENCED, '');
  const pathFrom = (link: string) => (link === '' ? page : posix.join(posix.dirname(page), link));

  it('links to files and headings that are there', () => {
    const dead = Array.from(prose.matchAll(/\]\((?!https?:)([^)]+)\)/g), ([, link = '']) => link).filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = pathFrom(path);
      return !existsSync(`${workspaceRoot}/${target}`) || (anchor !== undefined && !anchorsOf(target).includes(anchor));
    });

    expect(dead).toEqual([]);
  });

  it('names files of the project that are there', () => {
    const named = Array.from(prose.matchAll(/`((?:apps|libs|tools|images|actions|src)\/[\w./@-]+\.(?:ts|mjs|cjs|sh|yml|json|md))`/g), ([, path = '']) => path);

    expect(named.filter((path) => !existsSync(`${workspaceRoot}/${path}`) && !existsSync(`${workspaceRoot}/${pathFrom(path)}`))).toEqual([]);
  });

  it('runs targets and scripts that there are', () => {
    const text = read(page);
    const targets = Array.from(text.matchAll(/\bnx run ([\w-]+):([\w-]+)/g), ([, project = '', target = '']) => ({ project, target }));
    const scripts = Array.from(text.matchAll(/\bnpm run ([\w-]+)/g), ([, script = '']) => script);

    expect(targets.filter(({ project, target }) => !targetsOf(project).includes(target))).toEqual([]);
    expect(scripts.filter((script) => !(script in (JSON.parse(read('package.json')) as { scripts: object }).scripts))).toEqual([]);
  });

  it('names commands that tinqs-ci has', () => {
    expect(missingCommands(read(page), /(?:npx tinqs-ci|^tinqs-ci|`tinqs-ci) ([a-z]+)/gm)).toEqual([]);
  });
});

it('the remedies of fleet name commands that tinqs-ci has', () => {
  const reasons = read('libs/fleet/src/reason.ts');

  expect(reasons).toContain('tinqs-ci ');
  expect(missingCommands(reasons, /tinqs-ci ([a-z]+)/g)).toEqual([]);
});

const known = Array.from(read('apps/cli/src/main.ts').matchAll(/\.command\('(\w+)/g), ([, command = '']) => command);
const missingCommands = (text: string, pattern: RegExp) => Array.from(text.matchAll(pattern), ([, command = '']) => command).filter((command) => !known.includes(command));

/** Those that are written down; what the plugins of Nx infer is the same everywhere. */
function targetsOf(project: string): readonly string[] {
  const folder = ['apps', 'libs', 'tools', '.'].map((group) => `${group}/${project}`).find((each) => existsSync(`${workspaceRoot}/${each}`));
  if (folder === undefined) return [];
  const written = ['package.json', 'project.json'].filter((file) => existsSync(`${workspaceRoot}/${folder}/${file}`)).map((file) => parse(read(`${folder}/${file}`)) as { nx?: { targets?: object }; targets?: object });
  return ['test', 'lint', 'typecheck', 'build', ...written.flatMap(({ nx, targets }) => Object.keys({ ...nx?.targets, ...targets }))];
}

describe('the README of a library', () => {
  it.each(pages.filter((page) => /^libs\/[\w-]+\/README\.md$/.test(page)))('%s has less than 40 lines, and opens with an example', (page) => {
    const lines = read(page).trimEnd().split('\n');

    expect(lines.length).toBeLessThan(40);
    expect(lines.slice(0, 6)).toContain('```ts');
  });
});
