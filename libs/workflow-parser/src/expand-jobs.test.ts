import { describe, expect, it } from 'vitest';
import { expandJobs } from './expand-jobs.js';
import type { GiteaVersion } from './gitea-version.js';
import type { ExpandResult, JobContext } from './job-instance.js';
import { parseWorkflow } from './parse-workflow.js';

const given: JobContext = { github: { ref: 'refs/heads/main', ref_name: 'main', run_id: '42', event_name: 'push', server_url: 'https://git.example.com/', event: {} }, vars: { RUNNER: 'go' } };

function expand(jobs: string, gitea: GiteaVersion = '1.27', callees?: Readonly<Record<string, string>>): ExpandResult {
  const { workflow } = parseWorkflow(`on: push\n${jobs}\n`, { gitea });
  if (!workflow) throw new Error('the test wants a workflow that can be read');
  return expandJobs(workflow, given, callees ? { readCallee: (uses) => callees[uses] } : {});
}

/** Rows as `id:status`, called ones in brackets behind their caller's index. */
function rows(jobs: string, gitea?: GiteaVersion, callees?: Readonly<Record<string, string>>): string {
  const result = expand(jobs, gitea, callees);
  if (result.kind !== 'jobs') return result.kind;
  return result.jobs.map(({ id, status, parent }) => `${parent === undefined ? '' : `${parent}>`}${id}:${status}`).join(' ') + (result.stuck ? ' stuck' : '');
}

describe('labels', () => {
  it.each<[string, readonly string[], string]>([
    ['runs-on: x', ['x'], ''],
    ['runs-on: [a, b]', ['a', 'b'], ''],
    ['runs-on: {group: g, labels: [a]}', ['a', 'g'], 'the group is one more label'],
    ['runs-on: {Group: g}', [], 'names of keys are in small letters'],
    ['env: {}', [], 'missing: any runner'],
    ['runs-on:', [''], 'empty: no runner'],
    ['runs-on: [a, ~]', ['a'], 'null entries are dropped'],
    ['runs-on: [[a]]', [], 'what is no text counts as missing'],
    ['runs-on: ${{ vars.RUNNER }}', ['go'], ''],
    ['runs-on: ${{ vars.NOPE }}', [''], 'a variable that is not there'],
    ['runs-on: go-${{ github.ref_name }}-${{ github.run_id }}', ['go-main-42'], ''],
    [`runs-on: \${{ fromJSON('["a","b"]') }}`, ['Array'], 'a list cannot be a label'],
  ])('of %s are %j %s', (job, expected, _reason) => {
    const result = expand(`jobs:\n  b:\n    ${job}`);

    expect(result.kind === 'jobs' && result.jobs[0]?.labels).toEqual(expected);
  });
});

describe('names', () => {
  it.each<[string, string, string]>([
    ['', 'b', 'the key'],
    ['name: Build', 'Build', ''],
    ['name: ""', 'b', ''],
    ['name: "${{ github.ref }}"', '${{ github.ref }}', 'without a matrix nothing is evaluated'],
    ['name: Build\n    strategy: {matrix: {n: [1]}}', 'Build (1)', 'a name without expression gets the values'],
    ['name: "v${{ matrix.n }}"\n    strategy: {matrix: {n: [1]}}', 'v1', 'one with an expression does not'],
    ['name: "${{ nope.x }}"\n    strategy: {matrix: {n: [1]}}', '', 'a failing one is empty'],
    [`name: ${'n'.repeat(300)}`, `${'n'.repeat(252)}…`, 'cut to 255 columns'],
    [`name: ${'字'.repeat(200)}`, `${'字'.repeat(126)}…`, 'where wide characters count two'],
    [`name: ${'字'.repeat(127)}`, '字'.repeat(127), 'and nothing is cut that fits'],
  ])('from %s is %j: %s', (job, expected, _reason) => {
    const result = expand(`jobs:\n  b:\n    runs-on: go\n    ${job}`);

    expect(result.kind === 'jobs' && result.jobs[0]?.name).toBe(expected);
  });

  it('of the run comes from run-name', () => {
    expect(expand('run-name: "on ${{ github.ref_name }}"\njobs: {b: {}}')).toMatchObject({ runName: 'on main', runStatus: 'waiting' });
    expect(expand('run-name: "${{ success() }}"\njobs: {b: {}}')).not.toHaveProperty('runName');
  });
});

describe('expandJobs', () => {
  it.each<[string, GiteaVersion, string, string]>([
    ['jobs: {a: , b: {}}', '1.25', 'panic', 'a null job'],
    ['jobs: {a: , b: {}}', '1.26', 'jobs-error', 'is an error since'],
    ['jobs: {~: {}}', '1.27', 'panic', 'a key that is no name'],
    ['x: &j {a: {}}\njobs: {<<: *j}', '1.27', 'panic', 'a merge under jobs'],
    ['jobs: [a]', '1.25', 'error', ''],
    ['name: x', '1.25', 'jobs-error', 'no jobs'],
    ['x: &j {a: {}}\njobs: *j', '1.25', 'jobs-error', 'an alias for all jobs'],
    ['jobs: {}', '1.25', 'jobs-error', '1.25 stores no empty run'],
    ['jobs: {}', '1.26', '', 'later ones do'],
    ['jobs: {a: {env: &e {A: b}}, b: {env: *e}}', '1.27', 'jobs-error', 'an alias across jobs'],
    ['jobs: {a: {env: &e {A: b}, steps: [{env: *e}]}}', '1.27', 'a:waiting', 'within one it works'],
    ['jobs: {a: {steps: [{env: &e {A: b}}], if: *e}}', '1.27', 'jobs-error', 'unless the anchor is written later'],
    ['jobs: {a: {name: &n x, env: {A: *n}}}', '1.27', 'jobs-error', 'or was decoded'],
    ['jobs: {a: {steps: [{run: "\\na"}]}}', '1.25', 'jobs-error', 'a text that 1.25 cannot store'],
    ['jobs: {a: {steps: [{run: "\\na"}]}}', '1.26', 'a:waiting', ''],
    ['jobs: {a: {steps: [{run: "\\n  a"}]}}', '1.25', 'a:waiting', ''],
    ['jobs: {a: {outputs: {o: "\\na"}}}', '1.25', 'a:waiting', 'only in a list'],
    ['jobs: {a: {steps: [{run: "\\ta\\nb"}]}}', '1.27', 'jobs-error', 'a text that begins with a tab'],
    ['jobs: {a: {steps: [{run: "\\ta"}]}}', '1.27', 'a:waiting', 'unless it is a single line'],
    ['jobs:\n  a:\n    if: |2\n      \t\n', '1.27', 'jobs-error', 'a section that is kept as written stays a block, of blanks too'],
    ['jobs:\n  a:\n    env:\n      A: |2-\n        \ta\n', '1.27', 'jobs-error', 'of one line too'],
    ['jobs:\n  a:\n    env:\n      A: |2\n        \t \n', '1.27', 'a:waiting', 'unless a blank at its end puts it in quotes'],
    ['jobs:\n  a:\n    steps:\n    - if: |2-\n         a\n', '1.25', 'jobs-error', 'and in a list, where it begins with a blank'],
    ['jobs:\n  a:\n    steps:\n    - if: |2-\n         a\n', '1.26', 'a:waiting', ''],
    ['jobs: {a: {strategy: {matrix: {exclude: [{z: 1}]}}}}', '1.27', 'jobs-error', ''],
    ['jobs: {a: {continue-on-error: "${{ nope.x }}"}}', '1.26', 'a:waiting', 'not evaluated'],
    ['jobs: {a: {continue-on-error: "${{ nope.x }}"}}', '1.27', 'jobs-error', 'evaluated'],
    ['jobs: {a: {runs-on: "${{ success() }}", needs: nope}}', '1.27', 'panic', 'success() follows needs that do not exist'],
    ['jobs: {a: {needs: b}, b: {}}', '1.27', 'a:blocked b:waiting', ''],
    ['jobs: {a: {needs: nope}}', '1.27', 'a:blocked', 'unknown needs are not checked'],
    ['jobs: {a: {needs: }}', '1.27', 'a:blocked', 'an empty one is a need of the empty name'],
    ['jobs: {a: {if: false}}', '1.27', 'a:waiting', 'nothing is judged without needs'],
  ])('%s on %s: %s %s', (jobs, gitea, expected, _reason) => {
    if (expected === 'error') return expect(() => rows(jobs, gitea)).toThrow('can be read');
    return expect(rows(jobs, gitea)).toBe(expected);
  });

  it.each<[string, GiteaVersion, string, string]>([
    ['concurrency: "${{ nope.x }}"\njobs: {a: {}}', '1.25', 'a:waiting', '1.25 does not look at it'],
    ['concurrency: "${{ nope.x }}"\njobs: {a: {}}', '1.26', 'jobs-error', ''],
    ['jobs: {a: {concurrency: "${{ nope.x }}"}}', '1.27', 'jobs-error', ''],
    ['jobs: {a: {concurrency: "${{ nope.x }}", needs: b}, b: {}}', '1.27', 'a:blocked b:waiting', 'evaluated later'],
    ['jobs: {a: {concurrency: g}, b: {concurrency: {group: g}}}', '1.25', 'a:waiting b:waiting', ''],
    ['jobs: {a: {concurrency: g}, b: {concurrency: {group: g}}}', '1.26', 'jobs-error', '1.26.4 cannot store such a run'],
    ['jobs: {a: {concurrency: g}, b: {concurrency: {group: g}}}', '1.27', 'a:cancelled b:waiting', '1.27 cancels the earlier one'],
    ['jobs: {a: {concurrency: "${{ vars.NOPE }}"}, b: {concurrency: ""}}', '1.26', 'a:waiting b:waiting', 'an empty group is none'],
  ])('%s on %s: %s %s', (jobs, gitea, expected, _reason) => {
    expect(rows(jobs, gitea)).toBe(expected);
  });

  it('evaluates groups, those of a run and those of a job', () => {
    const result = expand('concurrency: {group: "${{ github.ref }}", cancel-in-progress: "${{ github.ref_name == \'main\' }}"}\njobs:\n  a: {concurrency: "${{ github.job }}-${{ matrix.n }}", strategy: {matrix: {n: [1]}}}');

    expect(result).toMatchObject({ concurrency: { group: 'refs/heads/main', cancel: true }, jobs: [{ concurrency: { group: 'a-1', cancel: false } }] });
  });

  it('gives a failure the place of what causes it', () => {
    const { workflow } = parseWorkflow('on: push\njobs:\n  a:\n    runs-on: go\n  b:\n    strategy:\n      matrix:\n        n: [1]\n        exclude: [{z: 1}]\n', { path: 'ci.yml', gitea: '1.25' });

    expect(workflow && expandJobs(workflow, given)).toMatchObject({ kind: 'jobs-error', problem: { path: 'ci.yml', line: 8, column: 9 } });
  });

  it('reports what it cannot evaluate and keeps the text', () => {
    const { workflow } = parseWorkflow('on: push\njobs:\n  a:\n    runs-on: ${{ vars.X }}\n');

    expect(workflow && expandJobs(workflow, { github: {} })).toMatchObject({ kind: 'jobs', jobs: [{ labels: ['${{ vars.X }}'] }], problems: [{ code: 'expression-unknown', line: 4, column: 14 }] });
  });
});

describe('reusable workflows on 1.27', () => {
  const path = './.gitea/workflows/lib.yml';
  const caller = `jobs: {c: {uses: ${path}}}`;
  const lib = (text: string): Record<string, string> => ({ [path]: text });

  it.each<[string, Readonly<Record<string, string>>, string, string]>([
    [caller, { [path]: 'on: workflow_call\njobs: {x: {}, y: {needs: x}}' }, 'c:waiting 0>x:waiting 0>y:blocked', 'called jobs are rows behind their caller'],
    [caller, { [path]: 'on: workflow_call\njobs: {x: {if: false}, y: {needs: x}, z: {needs: x, if: always()}}' }, 'c:waiting 0>x:skipped 0>y:skipped 0>z:waiting', 'whose conditions are judged'],
    [`jobs: {c: {uses: ${path}, if: false}}`, lib('on: workflow_call\njobs: {x: {}}'), 'c:waiting 0>x:waiting', 'the caller’s own is not'],
    [`jobs: {c: {uses: ${path}, needs: b}, b: {}}`, lib('on: workflow_call\njobs: {x: {}}'), 'c:blocked b:waiting', 'a caller with needs waits'],
    [`jobs: {c: {uses: ${path}}, d: {needs: nope}}`, lib('on: workflow_call\njobs: {x: {}}'), 'c:waiting 0>x:waiting d:waiting', 'the re-check frees unknown needs too'],
    [caller, {}, 'jobs-error', 'a file that is not there'],
    [caller, lib('on: push\njobs: {x: {}}'), 'jobs-error', 'one that cannot be called'],
    [caller, lib('on: workflow_call\njobs: {}'), 'jobs-error', 'one without jobs'],
    [caller, lib('on: workflow_call\njobs: {n: {uses: ./.gitea/workflows/nope.yml}, x: {}}'), 'c:blocked 0>n:blocked 0>x:blocked stuck', 'a nested one stops its run for ever'],
    [caller, lib(`on: workflow_call\njobs: {n: {uses: ${path}}}`), 'c:blocked 0>n:blocked stuck', 'so does a circle'],
    ['jobs: {c: {uses: ./ops/x.yml}}', { './ops/x.yml': 'on: workflow_call\njobs: {x: {}}' }, 'jobs-error', 'another folder'],
    [`jobs: {c: {uses: ${path}@main}}`, lib('on: workflow_call\njobs: {x: {}}'), 'jobs-error', 'a local path has no ref'],
    ['jobs: {c: {uses: o/r/.gitea/workflows/x.yml@v1}}', { 'o/r/.gitea/workflows/x.yml@v1': 'on: workflow_call\njobs: {n: {uses: ./.gitea/workflows/y.yml}}', 'o/r/.gitea/workflows/y.yml@v1': 'on: workflow_call\njobs: {x: {}}' }, 'c:waiting 0>n:waiting 1>x:waiting', 'a local path of another repository lies there'],
    ['jobs: {c: {uses: https://git.example.com/o/r/.gitea/workflows/x.yml@v1}}', { 'o/r/.gitea/workflows/x.yml@v1': 'on: workflow_call\njobs: {x: {}}' }, 'c:waiting 0>x:waiting', 'this server by its address'],
    ['jobs: {c: {uses: https://elsewhere.example.com/o/r/.gitea/workflows/x.yml@v1}}', {}, 'jobs-error', 'another server'],
  ])('%s: %#', (jobs, callees, expected, _reason) => {
    expect(rows(jobs, '1.27', callees)).toBe(expected);
  });

  it.each<[string, string, string, string]>([
    ['{}', '{v: {type: string}}', 'l-', ''],
    ['{v: a}', '{v: {type: string}}', 'l-a', ''],
    ['{v: 1.50}', '{v: {type: string}}', 'l-1.5', 'printed as Go prints it'],
    ['{v: "${{ github.ref_name }}"}', '{v: {type: string}}', 'l-main', ''],
    ['{v: 0x10}', '{v: {type: number}}', 'l-16', ''],
    ['{v: "5"}', '{v: {type: number}}', 'jobs-error', 'a text is no number'],
    ['{v: "true"}', '{v: {type: boolean}}', 'jobs-error', 'nor a boolean'],
    ['{}', '{v: {type: boolean, default: true}}', 'l-true', ''],
    ['{}', '{v: {type: string, required: true}}', 'jobs-error', ''],
    ['{}', '{v: {default: a}}', 'jobs-error', 'without a type'],
    ['{v: a, w: b}', '{v: {type: string}}', 'l-a', 'what is not declared is left out'],
  ])('with %s and inputs %s the label is %s %s', (values, inputs, expected, _reason) => {
    const result = expand(`jobs: {c: {uses: ${path}, with: ${values}}}`, '1.27', lib(`on: {workflow_call: {inputs: ${inputs}}}\njobs: {x: {runs-on: "l-\${{ inputs.v }}"}}`));

    expect(result.kind === 'jobs' ? result.jobs[1]?.labels[0] : result.kind).toBe(expected);
  });

  it.each<[string, string, string]>([
    ['inherit', '{T: {required: true}}', 'jobs'],
    ['{t: "${{ secrets.X }}"}', '{T: {required: true}}', 'jobs'],
    ['{T: x}', '{T: {}}', 'jobs-error'],
    ['{U: "${{ secrets.X }}"}', '{T: {}}', 'jobs-error'],
    ['{}', '{T: {required: true}}', 'jobs-error'],
    ['other', '{}', 'jobs-error'],
  ])('secrets %s for %s: %s', (given, declared, expected) => {
    expect(expand(`jobs: {c: {uses: ${path}, secrets: ${given}}}`, '1.27', lib(`on: {workflow_call: {secrets: ${declared}}}\njobs: {x: {}}`)).kind).toBe(expected);
  });

  it('are ordinary rows before, and callers that are not expanded where nothing can be read', () => {
    expect(expand(caller, '1.26', {})).toMatchObject({ jobs: [{ id: 'c', status: 'waiting' }] });
    expect(expand(caller)).toMatchObject({ jobs: [{ id: 'c', caller: true, status: 'waiting' }] });
  });
});
