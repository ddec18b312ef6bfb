import type { CaseRepository } from './case-repository.js';
import { oddWorkflows } from './odd-workflows.js';

/** Pushes to a repository of their own, which begins with these files on main. */
export interface PushCase {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  readonly play?: (repository: CaseRepository) => Promise<void>;
  /** Why 1.24, which is judged as 1.25, does otherwise. */
  readonly differs124?: string;
}

const WORKFLOWS = '.gitea/workflows';
const job = (id: string, more = '') => `  ${id}: {runs-on: go, steps: [{run: echo}]${more}}\n`;
const workflow = (on: string, jobs = job('build')) => `on: ${on}\njobs:\n${jobs}`;
const one = (on: string, jobs?: string) => ({ [`${WORKFLOWS}/ci.yml`]: workflow(on, jobs) });

/** Which files, refs and commits count. */
const triggers: readonly PushCase[] = [
  { title: 'a plain push', files: one('push'), play: async ({ commit, push }) => {
      commit({ 'a.txt': 'a' });
      await push();
    } },
  {
    title: 'paths: a hit in the older of two commits, a miss, a file taken back',
    files: one('{push: {paths: ["src/**", "!src/gen/**"]}}'),
    play: async ({ commit, push }) => {
      commit({ 'src/a.go': 'a' });
      commit({ 'docs/a.md': 'a' });
      await push();
      commit({ 'docs/b.md': 'b' });
      await push();
      commit({ 'src/gen/x.go': 'x' });
      await push();
      commit({ 'src/b.go': 'b' });
      commit({ 'src/b.go': null });
      await push();
    },
  },
  {
    title: 'paths-ignore: all ignored, some left, an empty commit',
    files: one('{push: {paths-ignore: ["docs/**", "*.md"]}}'),
    play: async ({ commit, push }) => {
      commit({ 'docs/a.md': 'a', 'README.md': 'r' });
      await push();
      commit({ 'docs/a.md': 'b', 'main.go': 'm' });
      await push();
      commit({});
      await push();
    },
  },
  {
    title: 'paths: a file deleted, renamed into, made executable',
    files: { ...one('{push: {paths: ["src/**"]}}'), 'src/a.txt': 'a', 'other/b.txt': 'b', 'src/c.sh': 'c' },
    play: async ({ commit, push, git, makeExecutable }) => {
      commit({ 'src/a.txt': null });
      await push();
      git('mv', 'other/b.txt', 'src/b.txt');
      commit({});
      await push();
      makeExecutable('src/c.sh');
      commit({});
      await push();
    },
  },
  {
    title: 'paths: names with spaces, quotes and letters beyond ASCII',
    files: one('{push: {paths: ["**/ä*.md", "a b/*"]}}'),
    play: async ({ commit, push }) => {
      commit({ 'x/ähm.md': 'a' });
      await push();
      commit({ 'a b/"c"': 'c' });
      await push();
      commit({ 'a/b': 'c' });
      await push();
    },
  },
  {
    title: 'branches: a filter, a folder of them, one taken out',
    files: one('{push: {branches: [main, "feature/**", "!feature/old"]}}'),
    play: async ({ git, commit, push }) => {
      for (const name of ['feature/a/b', 'feature/old', 'fix']) {
        git('checkout', '-q', '-b', name, 'main');
        commit({ 'a.txt': name });
        await push(name);
      }
    },
  },
  {
    title: 'branches-ignore and tags',
    files: { ...one('{push: {branches-ignore: ["wip/*"], tags: ["v[0-9]+.*"]}}'), [`${WORKFLOWS}/tags.yml`]: workflow('{push: {tags: ["*"]}}', job('tagged')) },
    play: async ({ git, commit, push }) => {
      git('checkout', '-q', '-b', 'wip/a');
      commit({ 'a.txt': 'a' });
      await push('wip/a');
      git('tag', 'v1.0');
      await push('v1.0');
      git('tag', 'nightly');
      await push('nightly');
    },
  },
  {
    title: 'an annotated tag on an older commit, and moved; paths are not asked for it',
    files: one('{push: {paths: ["docs/**"]}}'),
    play: async ({ git, commit, push }) => {
      const old = commit({ 'src/a.go': 'a' });
      commit({ 'src/b.go': 'b' });
      await push();
      git('tag', '-a', 'v1', '-m', 'one', old);
      await push('v1');
      git('tag', '-f', '-a', 'v1', '-m', 'again');
      await push('-f', 'v1');
    },
  },
  {
    title: 'a new branch: only its head commit counts',
    files: one('{push: {paths: ["src/**"]}}'),
    play: async ({ git, commit, push }) => {
      git('checkout', '-q', '-b', 'miss');
      commit({ 'src/a.go': 'a' });
      commit({ 'docs/a.md': 'a' });
      await push('miss');
      git('checkout', '-q', '-b', 'hit', 'main');
      commit({ 'docs/a.md': 'b' });
      commit({ 'src/a.go': 'b' });
      await push('hit');
    },
  },
  {
    title: 'a new branch whose head is a merge lists nothing; a merge into main lists all',
    files: { ...one('{push: {paths: ["**"]}}'), [`${WORKFLOWS}/all.yml`]: workflow('push', job('all')) },
    play: async ({ git, commit, push }) => {
      git('checkout', '-q', '-b', 'topic');
      commit({ 'src/a.go': 'a' });
      git('checkout', '-q', 'main');
      commit({ 'src/b.go': 'b' });
      git('checkout', '-q', '-b', 'merged');
      git('merge', '-q', '--no-ff', '-m', 'merge', 'topic');
      await push('merged');
      git('checkout', '-q', 'main');
      git('merge', '-q', '--no-ff', '-m', 'merge into main', 'topic');
      await push();
    },
  },
  {
    title: 'force pushes: back, aside, to the same tree',
    files: one('{push: {paths: ["src/**"]}}'),
    play: async ({ git, commit, push }) => {
      commit({ 'src/a.go': 'a' });
      await push();
      git('reset', '-q', '--hard', 'HEAD~1');
      await push('-f', 'main');
      commit({ 'docs/a.md': 'a' });
      await push();
      git('reset', '-q', '--hard', 'HEAD~1');
      commit({ 'src/c.go': 'c' });
      await push('-f', 'main');
      git('commit', '-q', '--amend', '-m', 'another message');
      await push('-f', 'main');
    },
  },
  {
    title: 'the words that skip: in the head, in an older commit, in other letters',
    files: one('push'),
    play: async ({ commit, push }) => {
      commit({ 'a.txt': '1' }, 'work [skip ci]');
      await push();
      commit({ 'a.txt': '2' }, 'work [ci skip]');
      commit({ 'a.txt': '3' }, 'more');
      await push();
      commit({ 'a.txt': '4' }, 'work [SKIP CI]');
      await push();
      commit({ 'a.txt': '5' }, 'work\n\nin the body: [no ci]');
      await push();
    },
  },
  {
    title: 'three refs in one push',
    files: one('push'),
    play: async ({ git, commit, push }) => {
      git('branch', 'a');
      commit({ 'b.txt': 'b' });
      git('tag', 'v1');
      await push('main', 'a', 'v1');
    },
  },
  {
    title: 'a branch is deleted',
    files: one('[push, create]'),
    play: async ({ git, commit, push }) => {
      git('checkout', '-q', '-b', 'gone');
      commit({ 'a.txt': 'a' });
      await push('gone');
      await push(':gone');
    },
  },
  { title: 'create and push of a new ref', files: { ...one('create'), [`${WORKFLOWS}/push.yml`]: workflow('{push: {branches: [x]}, create: {branches: [nobody]}}', job('both')) }, play: async ({ git, push }) => {
      git('branch', 'x');
      await push('x');
    } },
  { title: 'the other folder is hidden, folders below count', files: { ...one('push'), [`${WORKFLOWS}/sub/deep.yaml`]: workflow('push', job('deep')), [`${WORKFLOWS}/no.YML`]: workflow('push', job('no')), '.github/workflows/x.yml': workflow('push', job('hidden')) } },
  { title: 'the other folder alone', files: { '.github/workflows/x.yml': workflow('push', job('there')) } },
  {
    title: 'a link and a folder called like a workflow',
    files: { ...one('push'), [`${WORKFLOWS}/dir.yml/a.txt`]: 'a' },
    play: async ({ commit, push, link }) => {
      link(`${WORKFLOWS}/link.yml`, 'ci.yml');
      commit({});
      await push();
    },
  },
  {
    title: 'a submodule called like a workflow',
    files: one('push'),
    play: async ({ git, push }) => {
      // A commit of this very repository would be read, as text.
      git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},${WORKFLOWS}/sub.yml`);
      git('commit', '-q', '-m', 'submodule');
      await push();
    },
  },
  {
    title: 'patterns of the two languages',
    files: {
      [`${WORKFLOWS}/a.yml`]: workflow('{push: {paths: ["**/README.md"]}}', job('readme')),
      [`${WORKFLOWS}/b.yml`]: workflow('{push: {paths: ["{src,lib}/*.go"]}}', job('braces')),
      [`${WORKFLOWS}/c.yml`]: workflow('{push: {paths: ["[!x].txt"]}}', job('negated')),
      [`${WORKFLOWS}/d.yml`]: workflow('{push: {branches: ["?ain"]}}', job('question')),
      [`${WORKFLOWS}/e.yml`]: workflow('{push: {paths: ["**", "!**/docs/*"]}}', job('excluded')),
      [`${WORKFLOWS}/f.yml`]: workflow('{push: {paths: ["v\\\\d.txt", "a+b"]}}', job('digit')),
    },
    play: async ({ commit, push }) => {
      for (const path of ['xREADME.md', 'src/a.go', 'y.txt', 'docs/a', 'v1.txt', 'vd.txt', 'aab']) {
        commit({ [path]: path });
        await push();
      }
    },
  },
];

/** Which rows a run has. */
const rows: readonly PushCase[] = [
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
  { title: 'a group of the workflow', files: { [`${WORKFLOWS}/ci.yml`]: `on: push\nconcurrency: {group: "ci-\${{ github.ref }}", cancel-in-progress: true}\njobs:\n${job('a')}${job('b', ', needs: a')}` }, play: async ({ commit, push }) => {
      commit({ 'a.txt': 'a' });
      await push();
    } },
  { title: 'a matrix in an expression, a value that is no list', files: one('push', job('a', ', strategy: {matrix: "${{ fromJSON(vars.X) }}"}') + '  b: {runs-on: "${{ matrix.os }}", strategy: {matrix: {os: go}}, steps: [{run: echo}]}\n') },
];

const odd = Object.entries(oddWorkflows).map(([title, text]): PushCase => ({ title: `odd: ${title}`, files: { [`${WORKFLOWS}/a.yml`]: text, [`${WORKFLOWS}/plain.yml`]: workflow('push', job('plain')) } }));

export const pushCases: readonly PushCase[] = [...triggers, ...rows, ...odd];
