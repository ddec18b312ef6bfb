import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { at, fails, here, inside, job, later, passes } from './world.js';

const zeros = '0'.repeat(40);

describe('which commit', () => {
  it('is the one of the push, on its branch, one commit deep', async () => {
    const { outputs } = await passes();

    expect(outputs).toEqual({ commit: at['third'], ref: 'refs/heads/main', path: job.workspace, 'previous-commit': at['second'] });
    expect(inside('rev-parse', 'HEAD')).toBe(at['third']);
    expect(inside('symbolic-ref', 'HEAD')).toBe('refs/heads/main');
    expect(inside('rev-parse', '--abbrev-ref', '@{upstream}')).toBe('origin/main');
    expect(inside('rev-list', '--count', 'HEAD')).toBe('1');
    expect(inside('status', '--porcelain')).toBe('');
  });

  it('is that of the event even when the branch has moved on', async () => {
    job.github['sha'] = at['second']!;

    await passes();

    expect(inside('rev-parse', 'HEAD')).toBe(at['second']);
  });

  it('is that of the event even when the branch was deleted since', async () => {
    Object.assign(job.github, { ref: 'refs/heads/gone', sha: at['gone'] });

    await passes();

    expect(inside('rev-parse', 'HEAD')).toBe(at['gone']);
    expect(inside('symbolic-ref', 'HEAD')).toBe('refs/heads/gone');
  });

  it('has no previous one where the push made the branch', async () => {
    job.github['event'] = { before: zeros };

    expect((await passes()).outputs['previous-commit']).toBe('');
  });

  /** What the event says: its name, and the ref and commit it is about. */
  const event = (event_name: string, ref: string, commitOf: string) => ({ event: { event_name, ref, sha: at[commitOf], event: { pull_request: { head: { sha: at['pull'], repo: { full_name: 'acme/app' } } } } } });
  const ask = (ref: string) => ({ inputs: { ref } });
  const choices: readonly [string, () => { readonly event?: object; readonly inputs?: Record<string, string> }, string, string][] = [
    ['pull_request: its head, Gitea has no merge ref', () => event('pull_request', 'refs/pull/7/head', 'pull'), 'pull', 'refs/pull/7/head'],
    ['pull_request_target: the base branch', () => event('pull_request_target', 'refs/heads/main', 'third'), 'third', 'refs/heads/main'],
    ['the push of a tag, where the event names the commit', () => event('push', 'refs/tags/v1.0.0', 'second'), 'second', 'refs/tags/v1.0.0'],
    ['the push of a light tag', () => event('push', 'refs/tags/light', 'first'), 'first', 'refs/tags/light'],
    ['delete: the default branch and its tip', () => event('delete', 'refs/heads/main', 'third'), 'third', 'refs/heads/main'],
    ['schedule: the default branch and its tip', () => event('schedule', 'refs/heads/main', 'third'), 'third', 'refs/heads/main'],
    ['the push of a tag that was deleted since', () => event('push', 'refs/tags/deleted', 'first'), 'first', 'refs/tags/deleted'],
    ['the push of a tag that was moved since', () => event('push', 'refs/tags/light', 'second'), 'second', 'refs/tags/light'],
    ['a branch', () => ask('feature/x'), 'feature', 'refs/heads/feature/x'],
    ['a tag', () => ask('v1.0.0'), 'second', 'refs/tags/v1.0.0'],
    ['a full ref', () => ask('refs/heads/feature/x'), 'feature', 'refs/heads/feature/x'],
    ['a pull request', () => ask('refs/pull/7/head'), 'pull', 'refs/pull/7/head'],
    ['a name of both: the branch', () => ask('both'), 'third', 'refs/heads/both'],
    ['that name as a tag', () => ask('refs/tags/both'), 'first', 'refs/tags/both'],
  ];
  it.each(choices)('is that of the event or of the input: %s', async (_why, choice, commitOf, ref) => {
    const { event, inputs } = choice();
    Object.assign(job.github, event);

    expect((await passes(inputs)).outputs).toMatchObject({ commit: at[commitOf], ref });
    expect(inside('rev-parse', 'HEAD')).toBe(at[commitOf]);
  });

  it('can be asked for by its id, in any case of letters, also one that no branch has', async () => {
    expect((await passes({ ref: at['gone']!.toUpperCase() })).outputs).toMatchObject({ commit: at['gone'], ref: '' });
    expect(spawnSync('git', ['symbolic-ref', '-q', 'HEAD'], { cwd: job.workspace }).status).not.toBe(0);
  });

  it('is named where a branch and a tag share a name: the log says which was taken', async () => {
    expect((await passes({ ref: 'both' })).log).toContain('both is a branch and a tag: the branch is taken');
    expect((await passes({ ref: 'v1.0.0' })).log).not.toContain('is a branch and a tag');
  });

  it('may be one that no ref names, on a server that serves named ones only, on a machine of an old protocol', async () => {
    Object.assign(job.github, { repository: 'acme/nofilter' });
    spawnSync('git', ['config', '--global', 'protocol.version', '0'], { env: job.env });

    await passes({ ref: at['unnamed']! });

    expect(inside('rev-parse', 'HEAD')).toBe(at['unnamed']);
  });

  it('is alone in a shallow clone: a diff from the commit before needs depth 0', async () => {
    const { outputs } = await passes();
    const before = outputs['previous-commit']!;
    expect((await later('cat-file', '-e', before)).status).not.toBe(0);

    await passes({ depth: '0' });

    expect((await later('diff', '--name-only', `${before}..HEAD`)).text).toBe('cmd/studio/new.go\n');
  });

  it('keeps an annotated tag, so that describe names it', async () => {
    await passes({ ref: 'v1.0.0' });

    expect(inside('describe')).toBe('v1.0.0');
  });

  it('is the default branch of another repository', async () => {
    expect((await passes({ repository: 'acme/site' })).outputs['ref']).toBe('refs/heads/main');
    expect(here('site.txt')).toBe(true);
  });

  it('may have 64 characters', async () => {
    Object.assign(job.github, { repository: 'acme/sha256', sha: at['sha256'] });

    expect((await passes()).outputs['commit']).toBe(at['sha256']);
    expect((await passes({ ref: 'main' })).outputs['commit']).toBe(at['sha256']);
  });

  it.each([['none of: refs/heads/nope refs/tags/nope', { ref: 'nope' }], ['none of: refs/heads/nope ', { ref: 'refs/heads/nope' }], ['no such commit', { ref: '1'.repeat(40) }], ['all of its 40', { ref: '1234567' }], ['it is empty', { repository: 'acme/empty' }]])('fails clearly: %s', async (message, inputs) => {
    await fails(1, new RegExp(`::error::.*(${message})`), inputs as Record<string, string>);
  });
});
