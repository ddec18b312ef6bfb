import { describe, expect, it } from 'vitest';
import type { LabelService } from './diagnosis.js';
import { lintWorkflows } from './lint-workflows.js';

const path = '.gitea/workflows/ci.yml';
const service: LabelService = {
  takers: (labels) => [...(labels.every((label) => label === 'go') ? ['go'] : []), ...(labels.every((label) => ['linux', 'gpu'].includes(label)) ? ['gpu'] : []), ...(labels.every((label) => label === 'linux') ? ['linux'] : [])],
  nearest: (labels) => (labels.includes('goo') ? 'go' : null),
};
const lint = (text: string, gitea?: string) => lintWorkflows([{ path, text }], { service, ...(gitea === undefined ? {} : { gitea }) });
const codes = (jobs: string, gitea?: string, on = 'push') => lint(`on: ${on}\njobs: ${jobs}\n`, gitea).map(({ code, line, column }) => `${code} ${line}:${column}`);

type Row = [jobs: string, found: readonly string[], why: string, gitea?: string, on?: string];
const judge = (jobs: string, found: readonly string[], _: string, gitea?: string, on?: string) => expect(codes(jobs, gitea, on)).toEqual(found);

describe('lint: labels', () => {
  it.each<Row>([
    ['{a: {runs-on: go}}', [], 'a class serves it'],
    ['{a: {runs-on: goo}}', ['label-unserved 2:21'], 'nobody does'],
    ['{a: {runs-on: [linux, gpu]}}', [], 'one class covers both'],
    ['{a: {runs-on: linux}}', ['label-swap 2:21'], 'two classes cover it'],
    ['{a: {runs-on: "${{ matrix.os }}", strategy: {matrix: {os: [go, goo]}}}}', ['label-unserved 2:21'], 'one row of two'],
    ['{a: {runs-on: "${{ vars.RUNNER }}"}}', [], 'variables are not known here'],
    ['{a: {runs-on: "go-${{ github.ref_name }}"}}', [], 'the event is not known either'],
    ['{a: {runs-on: "${{ needs.b.outputs.x }}"}}', ['label-dead 2:21'], 'needs are empty there'],
    ['{a: {runs-on: "${{ fromJSON(vars.X) }}"}}', ['label-dead 2:21'], 'a list is the text Array'],
    ['{a: {runs-on: "${{ fromJSON(\'[1]\') }}"}}', ['label-dead 2:21'], 'a list is the text Array'],
    ['{a: {runs-on: "${{ matrix.os }}", strategy: {matrix: {os: "${{ fromJSON(vars.L) }}"}}}}', ['label-dead 2:21'], 'the raw text since 1.27'],
    ['{a: {}}', ['runs-on-missing 2:8'], 'any runner'],
    ['{a: {runs-on: }}', ['runs-on-empty 2:8'], 'no runner'],
    ['{a: }', ['jobs-panic 2:8'], 'an empty job is one error', '1.25'],
    ['{a: {runs-on: "x${{ github.ref }}"}}', ['label-blind 2:21'], '1.24 sees no github', '1.24'],
    ['{a: {runs-on: "x${{ github.ref }}"}}', [], '1.25 does', '1.25'],
    ['{a: {runs-on: "${{ vars.X }}"}}', ['label-blind 2:21'], 'no vars at a dispatch', '1.25', '[push, workflow_dispatch]'],
    ['{a: {runs-on: "${{ vars.X }}"}}', [], 'vars at a dispatch', '1.26', '[push, workflow_dispatch]'],
    ['{a: {runs-on: "x${{ github.ref }}"}}', ['label-blind 2:21'], 'no github at a schedule', '1.25', '{push: , schedule: [{cron: "0 5 * * *"}]}'],
  ])('%s (%j)', judge);

  it('says which label was meant', () => {
    const [found] = lint('on: push\njobs: {a: {runs-on: goo}}');

    expect(found).toMatchObject({ severity: 'error', message: 'runs-on "goo": no class; did you mean "go"?', remedy: 'write go, or add a class with these labels to runners.yml' });
  });

  it('does not judge labels where it is not known who serves them', () => {
    expect(lintWorkflows([{ path, text: 'on: push\njobs: {a: {runs-on: goo}}' }])).toEqual([]);
  });
});

describe('lint: jobs', () => {
  it.each<Row>([
    ['{a: {runs-on: go}, b: {runs-on: go, needs: a}}', [], 'needs that are there'],
    ['{a: {runs-on: go, needs: b}}', ['needs-unknown 2:8'], 'needs that are not'],
    ['{a: {runs-on: go, needs: b}, b: {runs-on: go, needs: a}}', ['needs-circle 2:8', 'needs-circle 2:36'], 'a circle'],
    ['{a: {runs-on: go, name: "x ${{ github.ref }}"}}', ['name-raw 2:31'], 'not evaluated'],
    ['{a: {runs-on: go, name: "x ${{ matrix.n }}", strategy: {matrix: {n: [1]}}}}', [], 'evaluated beside a matrix'],
    ['{a: {runs-on: go, strategy: {matrix: {n: [1], include: [{x: 1}]}}}}', ['include-apart 2:35'], 'a row of its own'],
    ['{a: {runs-on: go, strategy: {matrix: {n: [1], include: [{n: 1, x: 1}]}}}}', [], 'adds to a row'],
    ['{a: {runs-on: go, strategy: {matrix: {include: [{x: 1}]}}}}', [], 'nothing to add to'],
    ['{a: {runs-on: go, strategy: {matrix: "${{ fromJSON(vars.M) }}"}}}', ['matrix-dropped 2:44'], 'not evaluated'],
    ['{a: {runs-on: go, strategy: {matrix: {include: "${{ fromJSON(vars.M) }}"}}}}', ['jobs-panic 2:44'], 'silences the repository on 1.27'],
    ['{a: {runs-on: go, env: &e {A: 1}}, b: {runs-on: go, env: *e}}', ['jobs-error 2:64'], 'an alias across jobs'],
    ['{a: {runs-on: go, env: &e {A: 1}, steps: [{run: x, with: *e}]}}', [], 'an alias within one'],
  ])('%s', judge);

  it.each<Row>([
    ['{a: {runs-on: go, concurrency: g, strategy: {matrix: {n: [1, 2]}}}}', ['no-run 2:38'], 'no run at all', '1.26'],
    ['{a: {runs-on: go, concurrency: g, strategy: {matrix: {n: [1, 2]}}}}', ['group-shared 2:38'], 'only the last is kept'],
    ['{a: {runs-on: go, concurrency: "g${{ matrix.n }}", strategy: {matrix: {n: [1, 2]}}}}', [], 'groups of their own', '1.26'],
    ['{a: {runs-on: go, concurrency: g}, b: {runs-on: go, concurrency: g}}', ['no-run 2:72'], 'two jobs', '1.26'],
    ['{a: {runs-on: go, concurrency: g}, b: {runs-on: go, concurrency: g, needs: a}}', [], 'behind needs it is evaluated later', '1.26'],
    ['{a: {runs-on: go, concurrency: g}}', ['concurrency-text 2:38'], 'a text on 1.24', '1.24'],
    ['{a: {runs-on: go, concurrency: {group: g}}}', ['concurrency-unread 2:38'], 'a map is not looked at', '1.24'],
    ['{a: {runs-on: go, concurrency: g}}', ['concurrency-unread 2:38'], 'nor on 1.25', '1.25'],
  ])('concurrency: %s', judge);

  it.each<Row>([
    ['{a: {runs-on: go}, b: {runs-on: go, needs: a, if: "!cancelled()"}}', ['cancelled-behind-needs 2:57'], 'hangs the run on 1.27'],
    ['{a: {runs-on: go}, b: {runs-on: go, needs: a, if: "${{ always() && !cancelled() }}"}}', ['cancelled-behind-needs 2:57'], 'in braces too'],
    ['{a: {runs-on: go}, b: {runs-on: go, needs: a, if: "!cancelled()"}}', [], 'the runner judges it', '1.26'],
    ['{a: {runs-on: go, if: "!cancelled()"}}', [], 'without needs the runner does'],
    ['{a: {runs-on: go}, b: {runs-on: go, needs: a, if: "always()"}}', [], 'judged well'],
    ['{a: {runs-on: go}, b: {runs-on: go, needs: a, if: "contains(github.ref, \'cancelled()\')"}}', [], 'a text is no call'],
    ['{a: {runs-on: go}, b: {runs-on: go, needs: a, if: "env.X == 1"}}', ['condition-blind 2:57'], 'empty there'],
    ['{a: {runs-on: go}, b: {runs-on: go, needs: a, if: "hashFiles(\'x\') != 1"}}', ['condition-fails 2:57'], 'no files there'],
    ['{a: {runs-on: go}, b: {runs-on: go, needs: a, if: "nothing.X"}}', ['condition-fails 2:57'], 'no such context'],
    ['{a: {runs-on: go}, b: {runs-on: go, needs: a, if: "a =="}}', ['condition-fails 2:57'], 'no expression'],
  ])('conditions: %s', judge);

  it.each<Row>([
    ['{a: {uses: ./.gitea/workflows/x.yml}}', ['caller-unplaced 2:18'], 'any runner takes it', '1.26'],
    ['{a: {uses: ./.gitea/workflows/x.yml, runs-on: go}}', [], 'placed', '1.26'],
    ['{a: {uses: ./.gitea/workflows/x.yml}}', ['no-run 2:18'], 'no such file on 1.27'],
    ['{a: {uses: "tinqs/ci/.gitea/workflows/x.yml@main"}}', [], 'another repository cannot be read here'],
    ['{a: {uses: "tinqs/ci/.gitea/workflows/x.yml@main", if: "false"}}', ['caller-condition 2:62'], 'not looked at'],
  ])('calls: %s', judge);

  it('reads a called file of the same folder', () => {
    const files = [
      { path, text: 'on: push\njobs: {a: {uses: ./.gitea/workflows/x.yml}}' },
      { path: '.gitea/workflows/x.yml', text: 'on: workflow_call\njobs: {b: {runs-on: go}}' },
    ];

    expect(lintWorkflows(files, { service })).toEqual([]);
  });
});
