import { describe, expect, it } from 'vitest';
import type { GiteaVersion } from './gitea-version.js';
import { judgedAs } from './gitea-version.js';
import { parseWorkflow } from './parse-workflow.js';
import { formatProblem } from './problem.js';

const problems = (text: string) => parseWorkflow(text, { path: 'ci.yml' }).problems.map((problem) => `${problem.severity} ${problem.code} ${problem.line}:${problem.column}`);

describe('parseWorkflow', () => {
  it('reads every section of a job', () => {
    const { workflow } = parseWorkflow(`name: CI
on: push
env: {A: 1}
jobs:
  build:
    name: Build
    needs: [lint]
    runs-on: {group: g, labels: [go]}
    if: github.ref == 'x'
    strategy: {fail-fast: false, max-parallel: 2, matrix: {n: [1, 1.5]}}
    concurrency: {group: c, cancel-in-progress: true}
    container: {image: i}
    services: {db: {image: pg, ports: [80]}}
    outputs: {o: v}
    env: {B: c}
    defaults: {run: {shell: bash}}
    timeout-minutes: 5
    continue-on-error: true
    permissions: {contents: read}
    steps: [{run: make}, ~, {uses: actions/checkout@v4}]
  call: {uses: ./.gitea/workflows/x.yml, with: {a: [1]}, secrets: inherit}
`);

    expect(workflow).toMatchObject({ name: 'CI', env: { A: '1' } });
    expect(workflow?.jobs[0]).toEqual({
      ...{ id: 'build', name: 'Build', needs: ['lint'], runsOn: ['go', 'g'], if: "github.ref == 'x'", failFast: 'false', maxParallel: '2', matrix: { n: [1, 1.5] } },
      ...{ concurrency: { group: 'c', cancelInProgress: 'true', bare: false, line: 11, column: 18 }, container: { image: 'i' }, services: { db: { image: 'pg', ports: [80] } } },
      ...{ outputs: { o: 'v' }, env: { B: 'c' }, defaults: { run: { shell: 'bash' } }, timeoutMinutes: '5', continueOnError: true, permissions: { contents: 'read' }, steps: 2, line: 5, column: 3 },
    });
    expect(workflow?.jobs[1]).toMatchObject({ id: 'call', uses: './.gitea/workflows/x.yml', with: { a: [1] }, secrets: 'inherit', runsOn: [] });
  });

  it('reports all wrong types of a file, in the order of the text', () => {
    const text = 'name: [x]\non: {push: {branches: {}}}\nenv: text\njobs:\n  a:\n    services: {db: pg}\n    strategy: x\n    steps: [{with: {a: [1]}}]\n  a: {}\n';

    expect(problems(text)).toEqual(['error wrong-type 1:7', 'error on-filter 2:23', 'error wrong-type 3:6', 'error duplicate-key 9:3']);
    expect(problems(text.replace('  a: {}\n', ''))).toEqual(['error wrong-type 1:7', 'error on-filter 2:23', 'error wrong-type 3:6', 'error wrong-type 6:20', 'error wrong-type 7:15', 'error wrong-type 8:24']);
  });

  it.each<[string, readonly string[], string]>([
    ['on: push\njobs: {a: {runs-on: go, needs: b}}', ['warning needs-unknown 2:8'], ''],
    ['on: push\njobs: {a: {runs-on: go, needs: b}, b: {runs-on: go, needs: a}}', ['warning needs-circle 2:8', 'warning needs-circle 2:36'], ''],
    ['on: push\njobs: {a: {}}', ['warning runs-on-missing 2:8'], ''],
    ['on: push\njobs: {a: {runs-on: }}', ['warning runs-on-empty 2:8'], ''],
    ['on: {push: main}\njobs: {a: {runs-on: go}}', ['warning event-value-ignored 1:12'], ''],
    ['on: {push: [main]}\njobs: {a: {runs-on: go}}', ['warning event-is-schedule 1:6'], ''],
    ['on: pushed\njobs: {a: {runs-on: go}}', ['warning unknown-event 1:5'], ''],
    ['on: pull_request_sync\njobs: {a: {runs-on: go}}', [], 'inner names match'],
    ['on: {schedule: [{cron: 0 0 * * 7}]}\njobs: {a: {runs-on: go}}', ['warning schedule-invalid 1:17'], ''],
    ['on: push\njobs: {a: {runs-on: go, strategy: {matrix: "${{ x }}"}}}', ['warning matrix-dropped 2:44'], ''],
  ])('warns of what Gitea takes without a word: %j → %j %s', (text, expected, _reason) => {
    expect(problems(text)).toEqual(expected);
    expect(parseWorkflow(text).kind).toBe('workflow');
  });

  it.each<[string, readonly string[], string]>([
    ['{a: }', ['error jobs-error 2:8'], 'its error names runs-on'],
    ['{b: {}, a: }', ['warning runs-on-missing 2:8', 'error jobs-error 2:15'], 'of another job it is said'],
    ['{a: , b: }', ['error jobs-error 2:8', 'warning runs-on-missing 2:13'], 'Gitea stops at the first, and the second is wrong as well'],
  ])('says once what an empty job lacks: %j → %j %s', (jobs, expected, _reason) => {
    expect(problems(`on: push\njobs: ${jobs}`)).toEqual(expected);
  });

  it('refuses aliases that multiply, and one that contains itself, where they are decoded', () => {
    const bomb = `a0: &a0 [x, x, x, x, x, x, x, x, x]\n${Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]\n`).join('')}on: push\njobs: {j: {with: {x: *a9}}}\n`;

    expect(problems(bomb)).toContain('error yaml-alias-bomb 1:13');
    expect(problems('x: &a [*a]\non: push\njobs: {j: {with: {x: *a}}}\n')).toContain('error yaml-alias-loop 1:8');
    expect(parseWorkflow('x: &a [*a]\non: push\njobs: {j: {}}\n').kind).toBe('workflow');
  });

  it('refuses what is too deep to decode, with its place', () => {
    expect(problems(`on: push\njobs: {j: {with: {x: ${'['.repeat(2000)}${']'.repeat(2000)}}}}\n`)).toEqual(['error yaml-too-deep 2:1018']);
  });

  it('prints problems as editors link them', () => {
    const [problem] = parseWorkflow('on: push\njobs: {a: {steps: x}}', { path: '.gitea/workflows/ci.yml' }).problems;

    expect(problem && formatProblem(problem)).toBe('.gitea/workflows/ci.yml:2:19 this is the value "x", expected a list');
  });
});

it.each<[string, GiteaVersion, boolean]>([
  ['1.25.4', '1.25', false],
  ['1.26.4+dev-3-gabc', '1.26', false],
  ['v1.27.0', '1.27', false],
  ['1.24.7', '1.25', true],
  ['1.28.1', '1.27', true],
  ['2.0.0', '1.27', true],
  ['unknown', '1.27', true],
])('a server that says %s is judged as %s', (server, gitea, noted) => {
  expect(judgedAs(server).gitea).toBe(gitea);
  expect(judgedAs(server).note !== undefined).toBe(noted);
});
