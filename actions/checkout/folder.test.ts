import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fetchIn, here, inside, job, passes, personal } from './world.js';

describe('where to', () => {
  it.each([['a b'], ["it's"], ['a/b/../c'], ['./x/'], ['-dash']])('a folder of the workspace: %s', async (path) => {
    const { outputs } = await passes({ path });

    expect(existsSync(join(outputs['path']!, 'go.mod'))).toBe(true);
    expect(outputs['path']!.startsWith(`${job.workspace}/`)).toBe(true);
  });

  it('two repositories side by side, each with its own credentials', async () => {
    await passes({ path: 'one', 'persist-credentials': 'true' });
    await passes({ path: 'two', repository: 'acme/lib', token: personal, 'persist-credentials': 'true' });

    for (const path of ['one', 'two']) expect((await fetchIn(join(job.workspace, path))).status).toBe(0);
  });

  it('a folder that is kept, and emptied of what is no clone', async () => {
    writeFileSync(join(job.workspace, '.hidden'), '');
    mkdirSync(join(job.workspace, 'left/over'), { recursive: true });
    const { ino } = statSync(job.workspace);

    await passes();

    expect(statSync(job.workspace).ino).toBe(ino);
    expect([here('.hidden'), here('left')]).toEqual([false, false]);
  });

  it('a clone of before, cleaned: locks, changes, files nobody tracks or that are ignored, repositories below, branches in the way', async () => {
    await passes();
    inside('update-ref', 'refs/remotes/origin/feature', 'HEAD');
    inside('branch', 'feature');
    for (const lock of ['index.lock', 'refs/heads/x.lock', 'shallow.lock']) writeFileSync(join(job.workspace, '.git', lock), '');
    writeFileSync(join(job.workspace, 'go.mod'), 'changed');
    writeFileSync(join(job.workspace, 'untracked'), '');
    writeFileSync(join(job.workspace, '.git/info/exclude'), 'ignored\n');
    writeFileSync(join(job.workspace, 'ignored'), '');
    inside('init', '-q', 'nested');

    const { log } = await passes({ ref: 'feature/x' });

    expect(log).toContain('already holds this repository');
    expect(inside('status', '--porcelain')).toBe('');
    expect([here('untracked'), here('ignored'), here('nested'), here('feature.txt')]).toEqual([false, false, false, true]);
  });

  it('a clone of before, files kept with clean: false', async () => {
    await passes();
    writeFileSync(join(job.workspace, 'untracked'), '');

    await passes({ clean: 'false' });

    expect(here('untracked')).toBe(true);
  });

  it('a clone of another repository is replaced', async () => {
    await passes({ repository: 'acme/site' });
    await passes();

    expect([here('site.txt'), here('go.mod')]).toEqual([false, true]);
  });

  it.each([
    ['a file', (at: string, outside: string) => writeFileSync(at, `gitdir: ${outside}`)],
    ['a link', (at: string, outside: string) => symlinkSync(outside, at)],
    ['a broken clone', (at: string) => (mkdirSync(at), writeFileSync(join(at, 'HEAD'), 'nonsense'))],
  ])('.git that is %s is replaced, and what it points to is left alone', async (_what, plant) => {
    const outside = join(job.folder, 'outside');
    await passes({ ref: 'v1.0.0' });
    renameSync(join(job.workspace, '.git'), outside);
    const theirs = readFileSync(join(outside, 'HEAD'), 'utf8');
    plant(join(job.workspace, '.git'), outside);

    await passes();

    expect(lstatSync(join(job.workspace, '.git')).isDirectory()).toBe(true);
    expect(readFileSync(join(outside, 'HEAD'), 'utf8')).toBe(theirs);
  });

  it('a link inside the workspace is followed, a workspace behind a link works', async () => {
    mkdirSync(join(job.workspace, 'real'));
    symlinkSync('real', join(job.workspace, 'link'));
    symlinkSync(job.workspace, join(job.folder, 'entry'));
    job.env['GITHUB_WORKSPACE'] = join(job.folder, 'entry');

    await passes({ path: 'link', 'persist-credentials': 'true' });

    expect(here('real/go.mod')).toBe(true);
    expect((await fetchIn(join(job.folder, 'entry/link'))).status).toBe(0);
  });
});
