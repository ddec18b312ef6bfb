import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { startGitServer } from '../test/git-server.js';
import { git } from '../test/repositories.js';
import { fails, fetchIn, here, job, passes, repositories, run } from './world.js';

describe('submodules', () => {
  beforeEach(() => Object.assign(job.github, { repository: 'acme/super', sha: git(join(repositories.root, 'acme/super.git'), 'rev-parse', 'main') }));

  it('stay empty unless asked for', async () => {
    await passes();

    expect(here('relative/nested.txt')).toBe(false);
  });

  it.each(['true', 'recursive'])('come by relative and ssh addresses alike, with the same token: %s', async (submodules) => {
    await passes({ submodules });

    for (const name of ['relative', 'ssh', 'long']) expect(here(`${name}/nested.txt`), name).toBe(true);
  });

  it.each([['1', '1'], ['0', '2']])('have as much history as the repository: depth %s', async (depth, commits) => {
    await passes({ submodules: 'true', depth });

    expect(git(join(job.workspace, 'relative'), 'rev-list', '--count', 'HEAD')).toBe(commits);
  });

  it('fetch later with kept credentials, and say at once where there are none', async () => {
    await passes({ submodules: 'true', 'persist-credentials': 'true' });
    expect((await fetchIn(join(job.workspace, 'relative'))).status).toBe(0);

    await passes({ submodules: 'true' });
    expect((await fetchIn(join(job.workspace, 'relative'))).text).toContain('checkout kept no credentials');
  });

  it('that the job itself fetches later ask nobody, with kept credentials of the repository above: no prompt on a terminal', async () => {
    await passes({ 'persist-credentials': 'true' });

    const { text } = await run(job.workspace, job.env, 'timeout', '20', 'script', '-qec', 'git submodule update --init relative', '/dev/null');

    expect(text).toContain('terminal prompts disabled');
    expect(text).not.toMatch(/^Username for/m);
  });

  /** A repository whose one submodule is at this address; answers its commit. */
  function createWith(name: string, url: string): string {
    const work = repositories.create(name);
    git(work, 'update-index', '--add', '--cacheinfo', `160000,${git(join(repositories.root, 'acme/nested.git'), 'rev-parse', 'main')},below`);
    git(work, 'config', '-f', '.gitmodules', 'submodule.below.path', 'below');
    git(work, 'config', '-f', '.gitmodules', 'submodule.below.url', url);
    git(work, 'add', '.gitmodules');
    git(work, 'commit', '-q', '-m', 'modules');
    git(work, 'push', '-q', 'origin', 'main');
    return git(work, 'rev-parse', 'HEAD');
  }

  it.each([
    ['runs a command', 'command', () => `ext::sh -c touch% ${job.folder}/pwned`],
    ['is an option', 'option', () => `--upload-pack=touch ${job.folder}/pwned`],
    ['is a folder of this machine', 'local', () => join(repositories.root, 'acme/lib.git')],
  ])('are not fetched from an address that %s, even on a machine that allows every protocol', async (_what, name, url) => {
    spawnSync('git', ['config', '--global', 'protocol.allow', 'always'], { env: job.env });
    Object.assign(job.github, { repository: `acme/${name}`, sha: createWith(`acme/${name}`, url()) });

    await fails(1, /::error::fetching the submodules: /, { submodules: 'recursive' });

    expect(existsSync(join(job.folder, 'pwned'))).toBe(false);
    expect(here('below/lib.txt')).toBe(false);
  });

  it('of another server come without the token', async () => {
    const other = await startGitServer({ root: repositories.root, tokens: {} });
    try {
      Object.assign(job.github, { repository: 'acme/elsewhere', sha: createWith('acme/elsewhere', `${other.url}/acme/nested`) });

      await passes({ submodules: 'true' });

      expect(here('below/nested.txt')).toBe(true);
      expect(new Set(other.seen.authorizations)).toEqual(new Set(['']));
    } finally {
      await other.close();
    }
  });
});
