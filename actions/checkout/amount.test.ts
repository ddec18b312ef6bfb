import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { git } from '../test/repositories.js';
import { at, here, inside, job, passes, repositories, server } from './world.js';

describe('how much of it', () => {
  it('all history with depth 0: every branch and tag', async () => {
    await passes({ depth: '0' });

    expect(inside('rev-list', '--count', 'HEAD')).toBe('3');
    expect(inside('rev-parse', 'origin/feature/x')).toBe(at['feature']);
    expect(inside('tag').split('\n')).toEqual(['both', 'light', 'v1.0.0']);
  });

  it('all history and the pull request, with depth 0', async () => {
    Object.assign(job.github, { event_name: 'pull_request', ref: 'refs/pull/7/head', sha: at['pull'] });

    await passes({ depth: '0' });

    expect(inside('rev-list', '--count', 'HEAD')).toBe('3');
  });

  it('all history and the commit of a branch that is gone, with depth 0', async () => {
    Object.assign(job.github, { ref: 'refs/heads/gone', sha: at['gone'] });

    await passes({ depth: '0' });

    expect(inside('rev-parse', 'HEAD')).toBe(at['gone']);
  });

  it('two commits by the other name of depth, and every tag if asked', async () => {
    await passes({ 'fetch-depth': '2' });
    expect([inside('rev-list', '--count', 'HEAD'), inside('tag')]).toEqual(['2', '']);

    await passes({ 'fetch-tags': 'true' });
    expect(inside('tag').split('\n')).toEqual(['both', 'light', 'v1.0.0']);
  });

  it('no more than the first time when it is shallow, and the rest when asked again', async () => {
    await passes();
    await passes({ depth: '0' });

    expect(inside('rev-list', '--count', 'HEAD')).toBe('3');
    expect(here('.git/shallow')).toBe(false);
  });

  it('only the folders asked for, and the files of their parents; blobs elsewhere stay on the server', async () => {
    await passes({ depth: '0' });
    const full = server.seen.bytes;
    rmSync(join(job.workspace, '.git'), { recursive: true });
    server.reset();

    const { log } = await passes({ sparse: '/cmd/studio/' });

    expect([here('cmd/studio/new.go'), here('cmd/README.md'), here('go.mod'), here('assets'), here('docs')]).toEqual([true, true, true, false, false]);
    expect(server.seen.bytes).toBeLessThan(full * 0.05);
    expect(log).not.toContain('::warning::');
  });

  it.each(['.', '/', './'])('only the files of the root for sparse: %s, which is the root', async (sparse) => {
    const { log } = await passes({ sparse });

    expect([here('go.mod'), here('cmd'), here('assets')]).toEqual([true, false, false]);
    expect(log).not.toContain('::warning::');
  });

  it('folders with blanks and quotes, from a list of lines', async () => {
    await passes({ 'sparse-checkout': "cmd\n\n  docs/a b  \n" });

    expect([here("docs/a b/it's.md"), here('cmd/studio/main.go'), here('assets')]).toEqual([true, true, false]);
  });

  it('patterns with sparse-cone: false', async () => {
    await passes({ sparse: '*.go\n!new.go', 'sparse-cone': 'false' });

    expect([here('cmd/studio/main.go'), here('cmd/studio/new.go'), here('go.mod')]).toEqual([true, false, false]);
  });

  it('only the files of the root for a folder that is not there, with a warning', async () => {
    const { log } = await passes({ sparse: 'nowhere' });

    expect(log).toMatch(/::warning::sparse: .* has no folder "nowhere"/);
    expect([here('go.mod'), here('cmd')]).toEqual([true, false]);
  });

  it('everything again after a sparse checkout in the same folder', async () => {
    await passes({ sparse: 'cmd' });
    await passes();

    expect([here('assets/big.bin'), here('docs')]).toEqual([true, true]);
    expect(inside('status', '--porcelain')).toBe('');
  });

  it('other folders after a sparse checkout in the same folder', async () => {
    await passes({ sparse: 'cmd' });
    await passes({ sparse: 'docs' });

    expect([here('cmd'), here("docs/a b/it's.md")]).toEqual([false, true]);
  });

  it('everything, with a warning, from a server without partial clone', async () => {
    Object.assign(job.github, { repository: 'acme/nofilter', sha: git(join(repositories.root, 'acme/nofilter.git'), 'rev-parse', 'main') });

    const { log } = await passes({ sparse: 'a' });

    expect(log).toContain('::warning::the server does not support partial clone');
    expect([here('a/a.txt'), here('b')]).toEqual([true, false]);
  });

  it('what a mirror on the machine does not have already', async () => {
    await passes({ reference: repositories.root });
    const withMirror = server.seen.bytes;
    rmSync(join(job.workspace, '.git'), { recursive: true });
    server.reset();

    const { log } = await passes({ reference: '/nonexistent' });

    expect(withMirror).toBeLessThan(server.seen.bytes / 5);
    expect(log).toContain('no mirror of acme/app');
  });
});
