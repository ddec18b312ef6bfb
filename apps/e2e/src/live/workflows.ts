/** The workflows of the live suite, one file per kind; a push of a branch `<kind>-<n>` starts the jobs of that kind. */
export interface LiveKind {
  readonly kind: string;
  /** Jobs that a machine serves, by name, with what they come to. */
  readonly jobs: readonly (readonly [name: string, conclusion: string])[];
  readonly text: string;
}

const run = (command: string) => `steps: [{run: '${command}'}]`;
const on = (kind: string) => `on: {push: {branches: ['${kind}-*']}}`;
const ok = (...names: readonly string[]) => names.map((name) => [name, 'success'] as const);

export const KINDS: readonly LiveKind[] = [
  {
    kind: 'matrix',
    jobs: ok(...[1, 2, 3, 4, 5, 6, 7, 8].map((shard) => `shard (${shard})`)),
    text: `name: matrix\n${on('matrix')}\njobs:\n  shard:\n    runs-on: go\n    strategy: {matrix: {shard: [1, 2, 3, 4, 5, 6, 7, 8]}}\n    ${run('echo ${{ matrix.shard }}')}\n`,
  },
  {
    kind: 'chain',
    jobs: ok('build', 'test (1)', 'test (2)', 'publish'),
    text: `name: chain\n${on('chain')}\njobs:\n  build:\n    runs-on: go\n    ${run('sleep 1')}\n  test:\n    needs: build\n    runs-on: node\n    strategy: {matrix: {shard: [1, 2]}}\n    ${run('sleep 1')}\n  publish:\n    needs: test\n    runs-on: go\n    ${run('echo done')}\n`,
  },
  {
    kind: 'labels',
    jobs: ok('go', 'node', 'both', 'list'),
    text: `name: labels\n${on('labels')}\njobs:\n  go:\n    runs-on: go\n    ${run('echo go')}\n  node:\n    runs-on: node\n    ${run('echo node')}\n  both:\n    runs-on: [go, big]\n    ${run('sleep 3')}\n  list:\n    runs-on: [node]\n    ${run('true')}\n`,
  },
  {
    kind: 'fail',
    jobs: [['bad', 'failure'], ['beside', 'success']],
    text: `name: fail\n${on('fail')}\njobs:\n  bad:\n    runs-on: go\n    ${run('exit 3')}\n  beside:\n    runs-on: go\n    ${run('echo well')}\n  behind:\n    needs: bad\n    runs-on: go\n    ${run('echo never')}\n`,
  },
  {
    kind: 'call',
    // Up to 1.26 the caller's runner runs the called jobs itself; from 1.27 on they are rows and the caller is taken by nobody.
    jobs: ok('call', 'after'),
    text: `name: call\n${on('call')}\njobs:\n  call:\n    uses: ./.gitea/workflows/inner.yml\n    runs-on: go\n  after:\n    needs: call\n    runs-on: node\n    ${run('echo after')}\n`,
  },
];

export const INNER = `name: inner\non: {workflow_call: {}}\njobs:\n  inner:\n    runs-on: go\n    ${run('echo inner')}\n`;

/** A job that a person cancels while it runs, and one that a second push cancels. */
export const CANCELLED = `name: cancelled\n${on('cancelled')}\njobs:\n  endless:\n    runs-on: go\n    ${run('sleep 90')}\n`;
export const SUPERSEDED = `name: superseded\n${on('superseded')}\nconcurrency: {group: '\${{ github.ref }}', cancel-in-progress: true}\njobs:\n  overtaken:\n    runs-on: node\n    ${run('sleep 20')}\n`;

/** Idle machines leave after 30 s. */
export const RUNNERS = ['go', 'node', 'both'].map((id) => `${id}:\n  ${id === 'both' ? 'labels: [go, big]\n  ' : ''}instanceTypes: [t3.small]\n  limits: {bootSeconds: 120, idleSeconds: 30, jobMinutes: 10, concurrent: 8}\n`).join('\n');
