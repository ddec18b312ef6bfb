import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { at, fails, here, inside, job, passes } from './world.js';

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

  const events = [
    ['pull_request: its head, Gitea has no merge ref', 'pull_request', 'refs/pull/7/head', 'pull'],
    ['pull_request_target: the base branch', 'pull_request_target', 'refs/heads/main', 'third'],
    ['a tag, where the event names the commit', 'push', 'refs/tags/v1.0.0', 'second'],
    ['a light tag', 'push', 'refs/tags/light', 'first'],
    ['delete: the default branch and its tip', 'delete', 'refs/heads/main', 'third'],
    ['schedule: the default branch and its tip', 'schedule', 'refs/heads/main', 'third'],
    ['a tag that was deleted since', 'push', 'refs/tags/deleted', 'first'],
    ['a tag that was moved since', 'push', 'refs/tags/light', 'second'],
  ] as const;
  it.each(events)('fits the event: %s', async (_why, event, ref, commitOf) => {
    Object.assign(job.github, { event_name: event, ref, sha: at[commitOf], event: { pull_request: { head: { sha: at['pull'], repo: { full_name: 'acme/app' } } } } });

    const { outputs } = await passes();

    expect(outputs['commit']).toBe(at[commitOf]);
    expect(inside('rev-parse', 'HEAD')).toBe(at[commitOf]);
  });

  const refs = [
    ['a branch', 'feature/x', 'feature', 'refs/heads/feature/x'],
    ['a tag', 'v1.0.0', 'second', 'refs/tags/v1.0.0'],
    ['a full ref', 'refs/heads/feature/x', 'feature', 'refs/heads/feature/x'],
    ['a pull request', 'refs/pull/7/head', 'pull', 'refs/pull/7/head'],
    ['a name of both: the branch', 'both', 'third', 'refs/heads/both'],
    ['that name as a tag', 'refs/tags/both', 'first', 'refs/tags/both'],
  ] as const;
  it.each(refs)('can be asked for by %s', async (_why, ref, commitOf, full) => {
    expect((await passes({ ref })).outputs).toMatchObject({ commit: at[commitOf], ref: full });
    expect(inside('rev-parse', 'HEAD')).toBe(at[commitOf]);
  });

  it('can be asked for by its id, in any case of letters, also one that no branch has', async () => {
    expect((await passes({ ref: at['gone']!.toUpperCase() })).outputs).toMatchObject({ commit: at['gone'], ref: '' });
    expect(spawnSync('git', ['symbolic-ref', '-q', 'HEAD'], { cwd: job.workspace }).status).not.toBe(0);
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
