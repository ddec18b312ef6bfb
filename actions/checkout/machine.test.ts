import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runAction } from '../test/composite-runner.js';
import { fails, job, later, passes } from './world.js';

describe('the machine', () => {
  it('has a terminal: nothing asks a question', async () => {
    const { status, log } = await runAction(job, 'checkout', { token: '' }, ['sh', '-c', 'exec timeout 30 script -qec "$*" /dev/null', 'sh']);

    expect(status).toBe(1);
    expect(log).not.toMatch(/^Username for/m);
  });

  it('has no HOME: one is found, and told to later steps', async () => {
    delete job.env['HOME'];
    job.env['GIT_CONFIG_GLOBAL'] = join(job.home, 'config');

    const { exported } = await passes();

    expect(exported['HOME']).toMatch(/^\//);
  });

  it('belongs to another user: the exact folder is registered once, never everything', async () => {
    await passes();
    await passes();

    expect(spawnSync('git', ['config', '--global', '--get-all', 'safe.directory'], { env: job.env, encoding: 'utf8' }).stdout).toBe(`${job.workspace}\n`);
  });

  it.skipIf(process.getuid?.() !== 0)('has a workspace of another user, as a container has (as root only): it is cloned into again, and later commands work', async () => {
    await passes();
    spawnSync('chown', ['-R', '4711:4711', job.workspace]);

    await passes();

    expect((await later('status', '--porcelain')).text).toBe('');
  });

  it('has hooks that somebody planted: they do not run', async () => {
    mkdirSync(join(job.home, 'hooks'));
    writeFileSync(join(job.home, 'hooks/post-checkout'), `#!/bin/sh\ntouch ${job.folder}/pwned\n`, { mode: 0o755 });
    spawnSync('git', ['config', '--global', 'core.hooksPath', join(job.home, 'hooks')], { env: job.env });

    await passes();

    expect(existsSync(join(job.folder, 'pwned'))).toBe(false);
  });

  it('has variables that send git elsewhere: they do not count', async () => {
    const elsewhere = join(job.folder, 'elsewhere');
    mkdirSync(join(elsewhere, 'hooks'), { recursive: true });
    writeFileSync(join(elsewhere, 'hooks/post-checkout'), '', { mode: 0o755 });
    Object.assign(job.env, { GIT_DIR: join(elsewhere, 'git'), GIT_WORK_TREE: elsewhere, GIT_INDEX_FILE: join(elsewhere, 'index'), GIT_OBJECT_DIRECTORY: join(elsewhere, 'objects'), GIT_NAMESPACE: 'elsewhere', GIT_TEMPLATE_DIR: elsewhere });

    await passes();

    expect([existsSync(join(job.workspace, 'go.mod')), existsSync(join(job.workspace, '.git/hooks/post-checkout'))]).toEqual([true, false]);
    expect(readdirSync(elsewhere)).toEqual(['hooks']);
  });

  it('has a program that answers for a person: it is not asked', async () => {
    const program = join(job.folder, 'answers');
    writeFileSync(program, `#!/bin/sh\ntouch ${job.folder}/asked\n`, { mode: 0o755 });
    Object.assign(job.env, { GIT_ASKPASS: program, SSH_ASKPASS: program });
    spawnSync('git', ['config', '--global', 'credential.helper', `!${program}`], { env: job.env });

    await fails(1, /asks for a login \(401\)/, { token: '' });

    expect(existsSync(join(job.folder, 'asked'))).toBe(false);
  });

  it('has no git, or one too old: the package is named', async () => {
    mkdirSync(join(job.folder, 'bin'));
    for (const tool of ['bash', 'dirname', 'cat']) symlinkSync(execFileSync('which', [tool], { encoding: 'utf8' }).trim(), join(job.folder, 'bin', tool));
    job.env['PATH'] = join(job.folder, 'bin');
    await fails(1, /::error::this action needs git.*package "git"/, {});

    writeFileSync(join(job.folder, 'bin/git'), '#!/bin/bash\necho git version 2.25.1\n', { mode: 0o755 });
    await fails(1, /::error::git 2\.25\.1 is too old/, {});
  });
});
