import { job, one, pushes, workflow, WORKFLOWS, type PushCase } from './push-case.js';

/** Which rows a run has. */
export const rowCases: readonly PushCase[] = [
  { title: 'a matrix with include and exclude, in the order of their texts', files: one('push', job('t', ', strategy: {matrix: {n: [10, 9, 1.0, true, ~], os: [b, a], exclude: [{n: 9, os: b}], include: [{n: 9, x: 1}, {z: {k: 1}}]}}')) },
  { title: 'names and labels from a matrix', files: one('push', '  t: {name: "${{ matrix.os }} of ${{ strategy.job-total }}", runs-on: ["${{ matrix.os }}", "x-${{ matrix.n }}"], strategy: {matrix: {os: [go, linux], n: [1]}}, steps: [{run: echo}]}\n') },
  { title: 'needs: a chain, an empty one, a missing one', files: one('push', job('a') + job('b', ', needs: a') + job('c', ', needs: [a, b]') + job('d', ', needs: ') + job('e', ', needs: nobody')) },
  {
    title: 'labels: lists, groups, expressions, nothing',
    files: one(
      'push',
      '  a: {runs-on: [go, linux], steps: [{run: echo}]}\n  b: {runs-on: {group: big, labels: [go]}, steps: [{run: echo}]}\n  c: {steps: [{run: echo}]}\n  d: {runs-on: , steps: [{run: echo}]}\n  e: {runs-on: "${{ vars.RUNNER }}", steps: [{run: echo}]}\n  f: {runs-on: "${{ vars.NONE }}", steps: [{run: echo}]}\n  g: {runs-on: "${{ fromJSON(\'[1]\') }}", steps: [{run: echo}]}\n  h: {runs-on: "${{ needs.a.outputs.x }}", steps: [{run: echo}]}\n',
    ),
  },
  { title: 'labels from the event', files: one('push', '  a: {runs-on: "go-${{ github.ref_name }}", steps: [{run: echo}]}\n  b: {runs-on: "${{ gitea.actor }}-${{ github.event_name }}", steps: [{run: echo}]}\n  c: {runs-on: "${{ github.ref == \'refs/heads/main\' && \'big\' || \'small\' }}", steps: [{run: echo}]}\n'), play: async ({ git, push }) => {
      git('branch', 'x');
      await push('x');
    }, differs124: 'it sees no github in labels' },
  { title: 'a name with an expression and no matrix, a long name', files: one('push', `  a: {name: "x \${{ github.ref }}", runs-on: go, steps: [{run: echo}]}\n  b: {name: "${'測試'.repeat(100)}", runs-on: go, steps: [{run: echo}]}\n`) },
  { title: 'conditions do not take rows away', files: one('push', job('a', ', if: false') + job('b', ', needs: a, if: "always()"')) },
  { title: 'one event twice, two events', files: { [`${WORKFLOWS}/twice.yml`]: workflow('[push, push]', job('twice')), [`${WORKFLOWS}/map.yml`]: workflow('{push: {branches: [no]}, pull_request: }', job('no')) } },
  { title: 'a broken file beside a good one', files: { ...one('push'), [`${WORKFLOWS}/bad.yml`]: 'on: [push\n', [`${WORKFLOWS}/jobs.yml`]: 'on: push\njobs: {a: {runs-on: go, steps: x}}\n', [`${WORKFLOWS}/none.yml`]: 'on: push\n', [`${WORKFLOWS}/empty.yml`]: '' } },
  { title: 'a file that panics the parser beside a good one', files: { ...one('push'), [`${WORKFLOWS}/aa.yml`]: workflow('pull_request', job('a', ', strategy: {matrix: {n: [1], include: [x]}}')) } },
  { title: 'an include that is no list beside a good file', files: { ...one('push'), [`${WORKFLOWS}/aa.yml`]: workflow('pull_request', job('a', ', strategy: {matrix: {include: "${{ fromJSON(vars.X) }}"}}')) } },
  { title: 'aliases within a job and across jobs', files: { [`${WORKFLOWS}/in.yml`]: workflow('push', '  a: {runs-on: go, env: &e {A: 1}, steps: [{run: echo, env: *e}]}\n'), [`${WORKFLOWS}/across.yml`]: workflow('push', '  a: {runs-on: go, env: &e {A: 1}, steps: [{run: echo}]}\n  b: {runs-on: go, env: *e, steps: [{run: echo}]}\n') } },
  { title: 'a called workflow and its caller', files: { ...one('push', '  call: {uses: ./.gitea/workflows/called.yml, with: {who: me}}\n  after: {needs: call, runs-on: go, steps: [{run: echo}]}\n'), [`${WORKFLOWS}/called.yml`]: 'on: {workflow_call: {inputs: {who: {type: string}}}}\njobs:\n  in: {runs-on: "for-${{ inputs.who }}", steps: [{run: echo}]}\n  out: {needs: in, runs-on: go, steps: [{run: echo}]}\n' } },
  { title: 'a called workflow that is not there', files: one('push', '  call: {uses: ./.gitea/workflows/nothing.yml}\n  a: {runs-on: go, steps: [{run: echo}]}\n') },
  { title: 'a group shared within a run', files: one('push', job('a', ', concurrency: g, strategy: {matrix: {n: [1, 2]}}')), differs124: 'a text under concurrency starts no run' },
  { title: 'a group of the workflow', files: { [`${WORKFLOWS}/ci.yml`]: `on: push\nconcurrency: {group: "ci-\${{ github.ref }}", cancel-in-progress: true}\njobs:\n${job('a')}${job('b', ', needs: a')}` }, play: pushes([{ 'a.txt': 'a' }]) },
  { title: 'a matrix in an expression, a value that is no list', files: one('push', job('a', ', strategy: {matrix: "${{ fromJSON(vars.X) }}"}') + '  b: {runs-on: "${{ matrix.os }}", strategy: {matrix: {os: go}}, steps: [{run: echo}]}\n') },
];
