import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError } from './config.js';
import { parseRunnerClasses } from './runner-classes.js';

function problemsOf(text: string): readonly string[] {
  try {
    parseRunnerClasses(text);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('parseRunnerClasses', () => {
  it('reads the five classes that the dispatcher starts with', () => {
    const classes = parseRunnerClasses(readFileSync(new URL('../../../apps/dispatcher/runners.yml', import.meta.url), 'utf8'));

    expect(classes.map(({ id, instanceTypes, instanceProfile, mode, market }) => [id, instanceTypes[0], instanceProfile, mode, market])).toEqual([
      ['go', 't3.small', false, 'host', 'spot'],
      ['docker', 't3.medium', true, 'host', 'spot'],
      ['deploy', 't3.micro', true, 'host', 'spot'],
      ['node', 't3.medium', false, 'host', 'spot'],
      ['godot', 't3.medium', false, 'host', 'spot'],
    ]);
    // Spot needs somewhere to go.
    expect(classes.every((each) => each.instanceTypes.length > 1)).toBe(true);
  });

  it('fills in what a class leaves out', () => {
    expect(parseRunnerClasses('go: { instanceTypes: [t3.small] }')).toEqual([
      { id: 'go', labels: ['go'], instanceTypes: ['t3.small'], mode: 'host', image: null, ami: null, diskGiB: 20, limits: { bootSeconds: 300, idleSeconds: 300, jobMinutes: 60, concurrent: 12 }, market: 'spot', instanceProfile: false, sudo: false, allowedRepositories: null, rerun: true, isDefault: false },
    ]);
  });

  it('fills in the limits that a class leaves out', () => {
    expect(parseRunnerClasses('go: { instanceTypes: [t3.small], limits: { jobMinutes: 5 } }')[0]?.limits).toEqual({ bootSeconds: 300, idleSeconds: 300, jobMinutes: 5, concurrent: 12 });
  });

  it('takes every key there is', () => {
    const text = 'big:\n  labels: [big, linux]\n  instanceTypes: [c7a.large]\n  mode: image\n  image: registry.example.com/ci:1\n  ami: ssm:/tinqs-ci/ami/x86_64\n  diskGiB: 100\n  limits: { bootSeconds: 60, idleSeconds: 30, jobMinutes: 120, concurrent: 2 }\n  market: spot-then-on-demand\n  instanceProfile: true\n  sudo: true\n  allowedRepositories: [acme/*]\n  rerun: false\n  default: true\n';

    expect(problemsOf(text)).toEqual([]);
    expect(parseRunnerClasses(text)[0]).toMatchObject({ labels: ['big', 'linux'], image: 'registry.example.com/ci:1', isDefault: true, rerun: false });
  });

  it.each<[string, string, readonly (string | RegExp)[]]>([
    ['no YAML', 'go: [', [/^runners\.yml:\d+: /]],
    ['the same label twice', 'go: { instanceTypes: [a] }\ngo: { instanceTypes: [b] }', [/^runners\.yml:2: Map keys must be unique/]],
    ['a list', '- go', [/^runners\.yml:1: the file: /]],
    ['nothing', '', [/^runners\.yml:1: /]],
    ['no class', '{}', ['runners.yml:1: no class: every label needs an entry']],
    ['a class that is a word', 'go: t3.small', ['runners.yml:1: go: expected a class: { instanceTypes: [t3.small] }']],
    ['no types', 'node:\n  instanceTypes: [a]\ngo:\n  rerun: true', [/^runners\.yml:4: go\.instanceTypes: expected a list of instance types/]],
    ['an empty list of types', 'go:\n  instanceTypes: []', [/^runners\.yml:2: go\.instanceTypes: expected at least one/]],
    ['an unknown key', 'go:\n  instanceTypes: [a]\n  disk: 3', [/^runners\.yml:\d: go: unknown key "disk"; known: labels, instanceTypes, mode/]],
    ['an unknown limit', 'go:\n  instanceTypes: [a]\n  limits: { hours: 3 }', [/^runners\.yml:3: go\.limits: unknown key "hours"; known: .*bootSeconds/]],
    ['a limit out of range', 'go:\n  instanceTypes: [a]\n  limits:\n    jobMinutes: 0', ['runners.yml:4: go.limits.jobMinutes: expected minutes, 1 to 1440']],
    ['another mode', 'go:\n  instanceTypes: [a]\n  mode: vm', ['runners.yml:3: go.mode: expected host or image']],
    ['another market', 'go:\n  instanceTypes: [a]\n  market: cheap', ['runners.yml:3: go.market: expected spot, spot-then-on-demand or on-demand']],
    ['an AMI that is none', 'go:\n  instanceTypes: [a]\n  ami: latest', ['runners.yml:3: go.ami: expected ami-… or ssm:/name']],
    ['a label that a shell would read', 'go:\n  instanceTypes: [a]\n  labels: ["$(id)"]', [/^runners\.yml:3: go\.labels\.0: expected a label/]],
    ['an image without the mode', 'go:\n  instanceTypes: [a]\n  image: x', ['runners.yml:3: go.image: only for mode: image']],
    ['the mode without an image', 'go:\n  instanceTypes: [a]\n  mode: image', [/^runners\.yml:\d: go: mode image needs an image/]],
    ['two defaults', 'go: { instanceTypes: [a], default: true }\nnode: { instanceTypes: [a], default: true }', ['runners.yml:2: only one class may be the default, "go" is']],
    ['several things at once', 'go:\n  mode: vm\nnode:\n  instanceTypes: [a]\n  sudo: perhaps', [/^runners\.yml:\d: go\.instanceTypes/, 'runners.yml:2: go.mode: expected host or image', 'runners.yml:5: node.sudo: expected true or false']],
  ])('refuses %s, with file and line and what is allowed', (_what, text, expected) => {
    const problems = problemsOf(text);

    expect(problems).toHaveLength(expected.length);
    for (const [index, pattern] of expected.entries()) {
      if (typeof pattern === 'string') expect(problems[index]).toBe(pattern);
      else expect(problems[index]).toMatch(pattern);
    }
  });
});
