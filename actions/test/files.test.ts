import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { actionNames, derivedFiles, versionTable, withReference } from '../generate.mjs';
import { actionsFolder, readAction } from './composite-runner.js';

const names = actionNames();
const text = (path: string) => readFileSync(join(actionsFolder, path), 'utf8');

it('there are four actions', () => {
  expect(names).toEqual(['checkout', 'setup-aws', 'setup-go', 'setup-node']);
});

it.each(derivedFiles())('%s is what its source says; if not: npx nx run actions:generate', (path, derived) => {
  expect(text(path)).toBe(derived);
});

describe.each(names)('%s', (name) => {
  const action = readAction(name);
  const script = text(`${name}/${name}.sh`);

  it('is composite, by bash, and calls the script beside it', () => {
    expect(Object.keys(action).sort()).toEqual(['description', 'inputs', 'name', 'outputs', 'runs']);
    expect(action.name).toBe(name);
    expect(action.runs.using).toBe('composite');
    for (const step of action.runs.steps) {
      expect(step).toMatchObject({ shell: 'bash', run: `bash "$GITHUB_ACTION_PATH/${name}.sh"` });
      expect(Object.keys(step).sort()).toEqual(['env', 'id', 'run', 'shell']);
    }
  });

  it('takes inputs by the environment only, each of them once, by plain expressions', () => {
    const values = Object.values(action.runs.steps[0]!.env ?? {});
    expect(values.filter((value) => value.includes('inputs.')).sort()).toEqual(Object.keys(action.inputs ?? {}).map((input) => `\${{ inputs.${input} }}`).sort());
    for (const value of values) expect(value).toMatch(/^\$\{\{ (inputs|github)\.[\w.-]+ \}\}$/);
    const variables = Object.keys(action.runs.steps[0]!.env ?? {});
    const sources = script + readdirSync(join(actionsFolder, name)).filter((file) => file.endsWith('.sh')).map((file) => text(`${name}/${file}`)).join('');
    for (const variable of variables) expect(sources, variable).toContain(`\${${variable}:-`);
  });

  it('describes every input and output, and defaults are text', () => {
    for (const input of Object.values(action.inputs ?? {})) {
      expect(input.description).toMatch(/\S/);
      expect(typeof input.default).toBe('string');
    }
    for (const output of Object.values(action.outputs ?? {})) expect(output.value).toMatch(/^\$\{\{ steps\.[\w]+\.outputs\.[\w-]+ \}\}$/);
  });

  it('stops at the first error and calls main last', () => {
    expect(script).toContain('\nset -euo pipefail\n');
    expect(script.trimEnd().endsWith('\nmain "$@"')).toBe(true);
  });
});

describe('every script', () => {
  const scripts = readdirSync(actionsFolder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.sh'));
  // What bash 4.4 does not have yet, and commands that a small image does not have.
  it.each([['EPOCHSECONDS', /\bEPOCH(SECONDS|REALTIME)\b/], ['${x@U}', /\$\{\w+@[ULuKk]\}/], ['wait -p', /\bwait -\w*p/], ['local -', /\blocal -\s/], ['SRANDOM', /\bSRANDOM\b/], ['jq, python, node of the machine in checkout', /^\s*(jq|python3?)\b/m], ['find, awk or sed', /(^|[|&;(]\s*|\s)(find|awk|gawk) [-'"./]/m], ['::set-env', /::(set-env|add-path|set-output)/], ['eval', /\beval\b/]])('does without %s', (_what, pattern) => {
    for (const script of scripts) expect(text(script), script).not.toMatch(pattern);
  });
});

describe('the derived files', () => {
  const tool = { version: '1.2.3', url: 'https://example.com/{version}/{arch}.tgz', arch: { amd64: 'x64' } };
  const table = (changes: object) => versionTable({ tools: { go: { ...tool, ...changes }, node: { files: {} }, pnpm: { files: {} }, 'aws-cli': { files: {} } } });

  it('carry a sum only beside the address it was fetched for', () => {
    const sum = 'a'.repeat(64);
    expect(table({ files: { amd64: { url: 'https://example.com/1.2.3/x64.tgz', sha256: sum } } })).toBe(`go\tamd64\t1.2.3\tsha256\t${sum}\thttps://example.com/1.2.3/x64.tgz\n`);
    expect(table({ files: { amd64: { url: 'https://example.com/1.2.2/x64.tgz', sha256: sum } } })).toBe('go\tamd64\t1.2.3\t-\t-\t-\n');
    expect(table({ files: { amd64: null }, version: null })).toBe('go\tamd64\t-\t-\t-\t-\n');
  });

  it.each([['setup-go', 'STABLE', 'go'], ['setup-node', 'LTS', 'node']] as const)('name the series that is pinned: %s, %s', (name, variable, tool) => {
    const { tools } = JSON.parse(text('../images/versions.json')) as { tools: Record<string, { series: string }> };
    expect(text(`${name}/${name}.sh`)).toContain(`\n${variable}=${tools[tool]!.series}\n`);
    expect(text(`${name}/action.yml`)).toContain(tools[tool]!.series);
  });

  it('need the marks of a README', () => {
    expect(() => withReference('# x', 'y')).toThrow(/a README needs the lines/);
  });
});
