import { job, one, pushes, workflow, WORKFLOWS, type PushCase } from './push-case.js';

/** Which files, refs and commits count. */
export const triggerCases: readonly PushCase[] = [
  { title: 'a plain push', files: one('push'), play: pushes([{ 'a.txt': 'a' }]) },
  {
    title: 'paths: a hit in the older of two commits, a miss, a file taken back',
    files: one('{push: {paths: ["src/**", "!src/gen/**"]}}'),
    play: pushes([{ 'src/a.go': 'a' }, { 'docs/a.md': 'a' }], [{ 'docs/b.md': 'b' }], [{ 'src/gen/x.go': 'x' }], [{ 'src/b.go': 'b' }, { 'src/b.go': null }]),
  },
  {
    title: 'paths-ignore: all ignored, some left, an empty commit',
    files: one('{push: {paths-ignore: ["docs/**", "*.md"]}}'),
    play: pushes([{ 'docs/a.md': 'a', 'README.md': 'r' }], [{ 'docs/a.md': 'b', 'main.go': 'm' }], [{}]),
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
    play: pushes([{ 'x/ähm.md': 'a' }], [{ 'a b/"c"': 'c' }], [{ 'a/b': 'c' }]),
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
    play: pushes(...['xREADME.md', 'src/a.go', 'y.txt', 'docs/a', 'v1.txt', 'vd.txt', 'aab'].map((path) => [{ [path]: path }])),
  },
];
