import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { visible } from '../test/composite-runner.js';
import { basic, config, fetchIn, inside, job, later, passes, personal, run, token } from './world.js';

describe('credentials', () => {
  const secrets = [token, basic(token)];
  const traces = (folder: string) => secrets.filter((secret) => spawnSync('grep', ['-rlF', '--', secret, folder]).status === 0);

  it('leave nothing behind: no file of the job holds the token, and the log only its masks', async () => {
    const { log, files } = await passes();

    expect(traces(job.folder)).toEqual([]);
    expect(secrets.some((secret) => files.includes(secret))).toBe(false);
    const rest = visible(log);
    expect(secrets.some((secret) => rest.includes(secret))).toBe(false);
    expect(log.split('\n').slice(0, 2)).toEqual(secrets.map((secret) => `::add-mask::${secret}`));
  });

  it('never stand in the arguments of a command', async () => {
    mkdirSync(join(job.folder, 'bin'));
    const real = execFileSync('which', ['git'], { encoding: 'utf8' }).trim();
    writeFileSync(join(job.folder, 'bin/git'), `#!/bin/bash\nprintf '%s ' "$0" "$@" >>"${job.folder}/argv"\nexec ${real} "$@"\n`);
    chmodSync(join(job.folder, 'bin/git'), 0o755);
    job.env['PATH'] = `${job.folder}/bin:${job.env['PATH']}`;

    await passes({ 'persist-credentials': 'true', sparse: 'cmd' });

    const argv = readFileSync(join(job.folder, 'argv'), 'utf8');
    expect(argv).toContain('fetch');
    expect(secrets.some((secret) => argv.includes(secret))).toBe(false);
  });

  it('stay out of git\'s own traces', async () => {
    Object.assign(job.env, { GIT_TRACE_CURL: '1', GIT_TRACE: '1', GIT_TRACE_REDACT: '0' });

    const { log } = await passes();

    const rest = visible(log);
    expect(rest).toContain('http.c');
    expect(secrets.some((secret) => rest.includes(secret))).toBe(false);
  });

  it('that persist lie beside the clone, for this user only, and reach the server', async () => {
    await passes({ 'persist-credentials': 'true' });

    expect(traces(job.workspace)).toEqual([]);
    const kept = /path = (.*)/.exec(config())![1]!;
    expect(kept.startsWith(job.temp)).toBe(true);
    expect(statSync(kept).mode & 0o777).toBe(0o600);
    expect((await later('fetch', 'origin', 'feature/x')).status).toBe(0);
    expect(inside('worktree', 'add', '-q', join(job.folder, 'tree'))).toBe('');
    expect((await fetchIn(join(job.folder, 'tree'))).status).toBe(0);
  });

  it('persist by themselves where a later command must fetch: sparse-checkout add, an outside blob', async () => {
    await passes({ sparse: 'cmd' });

    expect((await later('sparse-checkout', 'add', 'docs')).status).toBe(0);
    expect((await later('show', 'HEAD:assets/big.bin')).status).toBe(0);
  });

  it('that were not to persist are missed by what was left out of a sparse clone, at once', async () => {
    await passes({ sparse: 'cmd', 'persist-credentials': 'false' });

    for (const command of [['sparse-checkout', 'add', 'assets'], ['show', 'HEAD:assets/big.bin']]) {
      const { status, text } = await later(...command);
      expect(status, text).not.toBe(0);
      expect(text).toContain('set persist-credentials: true');
    }
  });

  it('that do not persist are missed at once, with the input to set, on a terminal too', async () => {
    await passes();
    rmSync(join(job.home, '.gitconfig'), { force: true });
    const env = { ...job.env };
    delete env['GIT_TERMINAL_PROMPT'];

    const { text } = await run(job.workspace, env, 'script', '-qec', 'git fetch origin', '/dev/null');

    expect(text).toContain('set persist-credentials: true');
    expect(text).not.toMatch(/^Username for/m);
  });

  it('that persist say so where their file is not, as in another container', async () => {
    await passes({ 'persist-credentials': 'true' });
    rmSync(job.temp, { recursive: true });

    expect((await later('fetch', 'origin')).text).toContain('they cannot be read here');
  });

  it('of an earlier call are forgotten by the next one', async () => {
    await passes({ 'persist-credentials': 'true' });
    await passes({ 'persist-credentials': 'false' });

    expect(traces(job.folder)).toEqual([]);
    expect(config()).not.toContain('[include]');
    expect((await later('fetch', 'origin')).status).not.toBe(0);
  });

  it('of one\'s own that persist cause a warning, those of the job do not', async () => {
    expect((await passes({ token: personal, 'persist-credentials': 'true' })).log).toContain('::warning::a token of your own');
    expect((await passes({ 'persist-credentials': 'true' })).log).not.toContain('::warning::');
  });
});
