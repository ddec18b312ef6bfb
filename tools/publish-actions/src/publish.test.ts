import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publish, publishCandidate, rollBack } from './publish.js';
import { commitFiles, git, temporaryRemote, type TemporaryRemote } from './repository.testing.js';

let remote: TemporaryRemote;
let folder: string;
let source: string;

const action = (text: string, version: string) => ({ 'actions/checkout/action.yml': text, 'actions/checkout/checkout.sh': '#!/bin/sh\n', 'actions/CHANGELOG.md': `# Changes\n\n## ${version}\n` });
const at = (ref: string) => git(remote.bare, 'rev-parse', '--verify', ref);
const has = (ref: string) => spawnSync('git', ['rev-parse', '--verify', '--quiet', ref], { cwd: remote.bare }).status === 0;

beforeEach(() => {
  remote = temporaryRemote();
  folder = remote.clone('one');
  source = commitFiles(folder, { ...action('one', '1.0.0'), 'apps/other.txt': 'not published' });
});
afterEach(() => remote.remove());

describe('publish', () => {
  it('puts the folder at the root of the branch, with a tag and the commit it came from', async () => {
    expect(await publish({ folder })).toEqual({ kind: 'published', branch: 'v1', commit: at('v1'), tag: 'v1.0.0' });

    expect(has('v1:checkout/action.yml')).toBe(true);
    expect([has('v1:actions'), has('v1:apps')]).toEqual([false, false]);
    expect(at('v1^{tree}')).toBe(git(folder, 'rev-parse', 'main:actions'));
    expect(git(remote.bare, 'cat-file', '-t', 'v1.0.0')).toBe('tag');
    expect(at('v1.0.0^{commit}')).toBe(at('v1'));
    expect(git(remote.bare, 'log', '-1', '--format=%B', 'v1')).toContain(`Source: ${source}`);
    expect(git(folder, 'status', '--porcelain', '--branch')).toBe('## main...origin/main');
  });

  it('keeps the bits that make a script executable', async () => {
    await publish({ folder });

    expect(git(remote.bare, 'ls-tree', 'v1:checkout', 'checkout.sh')).toMatch(/^100755/);
  });

  it('twice without a change makes one commit, also when other files changed', async () => {
    await publish({ folder });
    commitFiles(folder, { 'apps/other.txt': 'changed' });

    expect(await publish({ folder })).toMatchObject({ kind: 'unchanged', tag: 'v1.0.0' });
    expect(git(remote.bare, 'rev-list', '--count', 'v1')).toBe('1');
  });

  it('makes a line of commits, each version on its tag', async () => {
    await publish({ folder });
    const first = at('v1');
    commitFiles(folder, action('two', '1.1.0'));

    expect(await publish({ folder })).toMatchObject({ kind: 'published', tag: 'v1.1.0' });
    expect(git(remote.bare, 'log', '--format=%P', 'v1').split('\n')).toEqual([first]);
    expect(at('v1.0.0^{commit}')).toBe(first);
  });

  const refused: readonly [string, () => void | Promise<void>, RegExp][] = [
    ['a changed file', () => writeFileSync(join(folder, 'actions/checkout/action.yml'), 'changed'), /not clean.*\n.*action\.yml/],
    ['a file nobody added', () => writeFileSync(join(folder, 'new.txt'), ''), /not clean.*\n.*new\.txt/],
    ['a commit that is not on the remote', () => (writeFileSync(join(folder, 'x'), ''), git(folder, 'add', 'x'), void git(folder, 'commit', '-qm', 'x')), /push it first/],
    ['a change without a new version', async () => (await publish({ folder }), void commitFiles(folder, action('two', '1.0.0'))), /tags never move.*add an entry/],
    ['a version below the newest', async () => (commitFiles(folder, action('two', '1.4.0')), await publish({ folder }), void commitFiles(folder, action('three', '1.3.0'))), /older than v1\.4\.0/],
    ['a version of another major', () => void commitFiles(folder, action('two', '2.0.0')), /branch of its own/],
    ['a tag named like the branch', () => void git(folder, 'push', '-q', 'origin', 'main:refs/tags/v1'), /runners try tags first/],
    ['a changelog that is missing', () => (git(folder, 'rm', '-qf', 'actions/CHANGELOG.md'), void commitFiles(folder, { y: '' })), /CHANGELOG\.md has no version/],
    ['no folder of that name', () => (git(folder, 'rm', '-rqf', 'actions'), void commitFiles(folder, { y: '' })), /no folder actions/],
    ['a link in place of the folder', () => (git(folder, 'rm', '-rqf', 'actions'), git(folder, 'update-index', '--add', '--cacheinfo', `120000,${git(folder, 'hash-object', '-w', '-t', 'blob', '.git/HEAD')},actions`), git(folder, 'commit', '-qm', 'x'), git(folder, 'checkout', '-q', '-f', 'main'), void git(folder, 'push', '-q', 'origin', 'main')), /no folder actions/],
  ];
  it.each(refused)('refuses %s, and changes nothing', async (_what, arrange, reason) => {
    await arrange();
    const before = git(remote.bare, 'for-each-ref');

    const outcome = await publish({ folder });

    expect(outcome).toEqual({ kind: 'refused', reason: expect.stringMatching(reason) });
    expect(git(remote.bare, 'for-each-ref')).toBe(before);
  });

  it('writes neither branch nor tag when one of them is refused', async () => {
    const outcome = await publish({ folder, beforePush: async () => void git(folder, 'push', '-q', 'origin', `${source}:refs/tags/v1.0.0`) });

    expect(outcome).toMatchObject({ kind: 'refused' });
    expect(has('refs/heads/v1')).toBe(false);
  });

  it('tells what it would do, and does not', async () => {
    expect(await publish({ folder, dryRun: true })).toMatchObject({ kind: 'would-publish', tag: 'v1.0.0' });
    expect(has('refs/heads/v1')).toBe(false);
  });

  it('goes on top of a branch that somebody pushed by hand, never over it', async () => {
    await publish({ folder });
    const other = remote.clone('hand');
    git(other, 'checkout', '-q', '--detach', 'origin/v1');
    writeFileSync(join(other, 'by-hand'), '');
    git(other, 'add', '.');
    git(other, 'commit', '-q', '-m', 'by hand');
    git(other, 'push', '-q', 'origin', 'HEAD:v1');
    commitFiles(folder, action('two', '1.1.0'));

    await publish({ folder });

    expect(at('v1~1')).toBe(git(other, 'rev-parse', 'HEAD'));
  });
});

describe('two publishers at once', () => {
  it('of one source make the same commit: both succeed, there is one', async () => {
    const second = remote.clone('two');

    const outcomes = await Promise.all([publish({ folder }), publish({ folder: second })]);

    for (const outcome of outcomes) expect(['published', 'unchanged']).toContain(outcome.kind === 'refused' && /moved while this ran/.test(outcome.reason) ? 'unchanged' : outcome.kind);
    expect(outcomes.some(({ kind }) => kind === 'published')).toBe(true);
    expect(git(remote.bare, 'rev-list', '--count', 'v1')).toBe('1');
  });

  it('of different sources: the later one is refused, and goes on top when run again', async () => {
    await publish({ folder });
    const second = remote.clone('two');
    commitFiles(folder, action('mine', '1.1.0'));
    const theirs = async () => {
      git(second, 'pull', '-q', '--rebase', 'origin', 'main');
      commitFiles(second, action('theirs', '1.2.0'));
      expect(await publish({ folder: second })).toMatchObject({ kind: 'published', tag: 'v1.2.0' });
    };

    const late = await publish({ folder, beforePush: theirs });

    expect(late).toEqual({ kind: 'refused', reason: expect.stringContaining('never forced') });
    expect(git(remote.bare, 'show', 'v1:checkout/action.yml')).toBe('theirs');
    expect(has('refs/tags/v1.1.0')).toBe(false);
    git(folder, 'pull', '-q', '--rebase', 'origin', 'main');
    expect(await publish({ folder })).toMatchObject({ kind: 'unchanged', tag: 'v1.2.0' });
  });
});

describe('candidate', () => {
  it('is tried on a branch of its own, then promoted as it is', async () => {
    await publish({ folder });
    commitFiles(folder, action('two', '1.1.0'));
    const candidate = await publishCandidate({ folder });
    expect(candidate).toMatchObject({ kind: 'published', branch: 'v1-next', commit: at('v1-next') });
    expect(git(remote.bare, 'show', 'v1:checkout/action.yml')).toBe('one');

    await publish({ folder });

    expect(at('v1')).toBe(at('v1-next'));
    expect(at('v1.1.0^{commit}')).toBe(at('v1-next'));
    expect(await publishCandidate({ folder })).toMatchObject({ kind: 'unchanged' });
  });

  it('that another push has replaced is not promoted, nor what nobody has tried, where only tried ones may be', async () => {
    const refusal = { kind: 'refused', reason: expect.stringMatching(/^v1-next does not hold these actions/) };
    expect(await publish({ folder, tried: true })).toEqual(refusal);
    await publishCandidate({ folder });
    expect(await publish({ folder, tried: true })).toMatchObject({ kind: 'published', commit: at('v1-next') });
    const published = at('v1');

    commitFiles(folder, action('mine', '1.1.0'));
    await publishCandidate({ folder });
    const second = remote.clone('two');
    commitFiles(second, action('theirs', '1.2.0'));
    await publishCandidate({ folder: second });

    expect(await publish({ folder, tried: true })).toEqual(refusal);
    expect(at('v1')).toBe(published);
    expect(await publish({ folder: second, tried: true })).toMatchObject({ kind: 'published', commit: at('v1-next'), tag: 'v1.2.0' });
    expect(await publish({ folder: second, tried: true })).toMatchObject({ kind: 'unchanged' });
  });

  it('of the very first version is promoted as it is, too', async () => {
    await publishCandidate({ folder });

    await publish({ folder });

    expect(at('v1')).toBe(at('v1-next'));
    expect(at('v1.0.0^{commit}')).toBe(at('v1-next'));
  });

  it('always moves forward: after one that failed, and after a roll-back', async () => {
    await publish({ folder });
    const moves: string[] = [];
    for (const version of ['1.1.0', '1.2.0', '1.3.0']) {
      commitFiles(folder, action(version, version));
      expect(await publishCandidate({ folder })).toMatchObject({ kind: 'published' });
      moves.push(at('v1-next'));
      if (version === '1.2.0') await publish({ folder });
      if (version === '1.2.0') await rollBack({ folder }, 'v1.0.0');
    }

    expect(moves).toHaveLength(3);
    for (const [index, commit] of moves.entries()) if (index > 0) git(remote.bare, 'merge-base', '--is-ancestor', moves[index - 1]!, commit);
    expect(await publish({ folder })).toMatchObject({ kind: 'published', tag: 'v1.3.0' });
  });

  it('joins both lines when they went apart, so that neither is rewound', async () => {
    await publish({ folder });
    commitFiles(folder, action('two', '1.1.0'));
    await publishCandidate({ folder });
    const dropped = at('v1-next');
    commitFiles(folder, action('three', '1.2.0'));
    await publish({ folder });
    const published = at('v1');

    commitFiles(folder, action('four', '1.3.0'));
    await publishCandidate({ folder });

    expect(git(remote.bare, 'log', '-1', '--format=%P', 'v1-next')).toBe(`${published} ${dropped}`);
  });
});

describe('rollback', () => {
  beforeEach(async () => {
    await publish({ folder });
    commitFiles(folder, action('broken', '1.1.0'));
    await publish({ folder });
  });

  it('publishes the older tree forward, as the next version', async () => {
    const broken = at('v1');

    expect(await rollBack({ folder }, 'v1.0.0')).toMatchObject({ kind: 'published', tag: 'v1.1.1' });

    expect(at('v1^{tree}')).toBe(at('v1.0.0^{tree}'));
    expect(at('v1~1')).toBe(broken);
    expect(at('v1.1.0^{commit}')).toBe(broken);
  });

  it('is not undone by a publish of the broken source', async () => {
    await rollBack({ folder }, '1.0.0');

    expect(await publish({ folder })).toMatchObject({ kind: 'refused' });
    expect(git(remote.bare, 'show', 'v1:checkout/action.yml')).toBe('one');
  });

  it.each(['v1.0.9', 'main', '--force', 'v2.0.0', ''])('refuses %j', async (to) => {
    expect(await rollBack({ folder }, to)).toMatchObject({ kind: 'refused' });
  });
});

describe('the command', () => {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const command = (...args: string[]) => spawnSync(process.execPath, ['--import', fileURLToPath(import.meta.resolve('tsx')), main, ...args], { cwd: folder, encoding: 'utf8' });

  it('publishes, says so, and refuses with exit 1', () => {
    const first = command('publish');
    expect([first.status, first.stdout]).toEqual([0, `published v1 at ${at('v1')}, tag v1.0.0\n`]);
    writeFileSync(join(folder, 'new.txt'), '');

    expect(command('publish')).toMatchObject({ status: 1, stdout: expect.stringContaining('refused: the work tree is not clean') });
    commitFiles(folder, action('two', '1.1.0'));
    expect(command('publish', '--tried')).toMatchObject({ status: 1, stdout: expect.stringContaining('refused: v1-next does not hold these actions') });
  });

  it('says what git said where the remote does not answer, and nothing of our stack', () => {
    const { status, stdout, stderr } = command('publish', '--remote', 'nowhere');

    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^git fetch failed \(128\): fatal: 'nowhere' does not appear to be a git repository/);
    expect(stderr).not.toContain('at ');
  });

  it('answers wrong usage with exit 2', () => {
    expect(command('rollback')).toMatchObject({ status: 2, stderr: expect.stringContaining('usage:') });
    expect(command('publish', '--force').status).toBe(2);
    expect(command('candidate', '--tried').status).toBe(2);
  });
});
