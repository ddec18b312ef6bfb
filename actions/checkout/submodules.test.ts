import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { git } from '../test/repositories.js';
import { fetchIn, here, job, passes, repositories } from './world.js';

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

  it('fetch later with kept credentials, and say at once where there are none', async () => {
    await passes({ submodules: 'true', 'persist-credentials': 'true' });
    expect((await fetchIn(join(job.workspace, 'relative'))).status).toBe(0);

    await passes({ submodules: 'true' });
    expect((await fetchIn(join(job.workspace, 'relative'))).text).toContain('checkout kept no credentials');
  });
});
