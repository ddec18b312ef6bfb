import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from './settings.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const readme = readFileSync(here('../README.md'), 'utf8');
const { nx } = JSON.parse(readFileSync(here('../package.json'), 'utf8')) as { nx: { targets: Record<string, { options: { command: string } }> } };

describe('the README', () => {
  it('opens with the commands, and names all of them', () => {
    expect([...new Set(Array.from(readme.matchAll(/bake-ami:([a-z]+)/g), ([, name]) => name!))].sort()).toEqual([...COMMANDS].sort());
    expect(readme.indexOf('npx nx run bake-ami:plan')).toBeLessThan(40);
  });

  it('names files that are there', () => {
    const paths = Array.from(readme.matchAll(/(?:tools\/bake-ami\/)?(src\/[\w./-]+\.(?:sh|ts))/g), ([, path]) => path!);

    expect(paths.length).toBeGreaterThan(3);
    for (const path of paths) expect(existsSync(here(`../${path}`)), path).toBe(true);
  });

  it('says that it has not run on a real account, and stays under 60 lines', () => {
    expect(readme).toContain('never run on a real account');
    expect(readme.split('\n').length).toBeLessThan(60);
  });
});

it('each command is a target, which runs it', () => {
  expect(Object.keys(nx.targets)).toEqual([...COMMANDS]);
  for (const command of COMMANDS) expect(nx.targets[command]?.options.command).toMatch(new RegExp(`main\\.ts ${command}$`));
});
