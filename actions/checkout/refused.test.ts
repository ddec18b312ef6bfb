import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { at, fails, job, passes, personal, server } from './world.js';

describe('refused before anything is sent or written', () => {
  const bad = [
    ['path: leaves the workspace', { path: '../z' }],
    ['path: leaves it half way', { path: 'a/../../workspace' }],
    ['path: absolute', { path: '/tmp/z' }],
    ['path: a link to the outside', { path: 'outward/x' }],
    ['path: a link to nowhere', { path: 'dangling' }],
    ['path: a file', { path: 'file/x' }],
    ['path: inside .git', { path: 'x/.GIT/hooks' }],
    ['path: two lines', { path: 'a\nb' }],
    ['ref: an option', { ref: '--upload-pack=touch pwned' }],
    ['ref: a command', { ref: '$(touch pwned)' }],
    ['ref: quotes and a command', { ref: '"; touch pwned; "' }],
    ['ref: backticks', { ref: '`touch pwned`' }],
    ['ref: two lines, the second a workflow command', { ref: 'main\n::set-env name=A::b' }],
    ['ref: a range', { ref: 'main..other' }],
    ['ref: a reflog', { ref: 'main@{1}' }],
    ['repository: an option', { repository: '--upload-pack=touch/pwned' }],
    ['repository: no owner', { repository: 'app' }],
    ['repository: a way up', { repository: '../app' }],
    ['repository: a URL', { repository: 'https://example.com/acme/app' }],
    ['repository: a command', { repository: 'acme/$(touch pwned)' }],
    ['server-url: ext', { 'server-url': 'ext::sh -c touch% pwned' }],
    ['server-url: a file', { 'server-url': 'file:///etc' }],
    ['server-url: with a user', { 'server-url': 'https://a:b@example.com' }],
    ['server-url: an option', { 'github-server-url': '-ohttps://example.com' }],
    ['depth: no number', { depth: '1; touch pwned' }],
    ['depth: an arithmetic expression', { depth: 'a[$(touch pwned)]' }],
    ['depth: negative', { depth: '-1' }],
    ['depth: two answers', { depth: '2', 'fetch-depth': '3' }],
    ['filter: an option', { filter: 'blob:none --upload-pack=x' }],
    ['filter: of a file on the server', { filter: 'sparse:oid=main:x' }],
    ['sparse: a way up', { sparse: 'a/../../b' }],
    ['sparse: a pattern in cone mode', { sparse: 'a/*.go' }],
    ['sparse: an option', { sparse: '--no-cone' }],
    ['clean: neither true nor false', { clean: 'yes' }],
    ['submodules: neither', { submodules: '$(touch pwned)' }],
    ['token: two lines', { token: `${personal}\nX-Header: 1` }],
    ['reference: relative', { reference: 'mirrors' }],
  ] as const;
  it.each(bad)('%s', async (_why, inputs) => {
    mkdirSync(join(job.folder, 'outside'));
    writeFileSync(join(job.folder, 'outside/theirs'), '');
    symlinkSync(join(job.folder, 'outside'), join(job.workspace, 'outward'));
    symlinkSync('/nonexistent/x', join(job.workspace, 'dangling'));
    writeFileSync(join(job.workspace, 'file'), 'kept');

    const { log } = await fails(2, /^::error::input "[a-z-]+": /m, inputs);

    expect(log.match(/^::error::/gm)).toHaveLength(1);
    expect(log).not.toContain('\n::set-env');
    expect(server.seen.requests).toEqual([]);
    expect(readdirSync(job.workspace).sort()).toEqual(['dangling', 'file', 'outward']);
    expect(readFileSync(join(job.workspace, 'file'), 'utf8')).toBe('kept');
    expect(readdirSync(join(job.folder, 'outside'))).toEqual(['theirs']);
  });

  it('says what it got, in one quoted line', async () => {
    await fails(2, /::error::input "ref": expected a branch.*got \\\$\\\(touch\\ pwned\\\)/, { ref: '$(touch pwned)' });
  });

  const fork = { event_name: 'pull_request_target', event: { pull_request: { head: { sha: '', repo: { full_name: 'mallory/app' } } } } };
  it.each([['the pull request by its ref', () => ({ ref: 'refs/pull/7/head' })], ['its head commit', () => ({ ref: at['pull']! })], ['the fork itself', () => ({ repository: 'mallory/app' })]])('a fork in pull_request_target: %s', async (_why, inputs) => {
    Object.assign(job.github, fork, { event: { pull_request: { head: { sha: at['pull'], repo: { full_name: 'mallory/app' } } } } });

    await fails(2, /::error::input "ref": this is a fork's code/, inputs());

    expect(server.seen.requests).toEqual([]);
  });

  it('a fork in pull_request_target, unless that is meant; and the base branch is no fork', async () => {
    Object.assign(job.github, fork);
    await passes({ ref: 'refs/pull/7/head', 'allow-fork-code': 'true' });
    await passes({ ref: 'main' });
  });
});
