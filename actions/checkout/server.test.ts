import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { basic, fails, inside, job, passes, server, token } from './world.js';

describe('the server', () => {
  it.each([
    ['no token', { token: '' }, /asks for a login \(401\) and the input "token" is empty/],
    ['a token that has ended', { token: 'd'.repeat(40) }, /does not accept the token \(401\)/],
    ['a token of another repository', { repository: 'acme/lib' }, /no access to acme\/lib.*job token only reaches this repository \(acme\/app\)/],
    ['no such repository', { repository: 'acme/nothing' }, /no access to acme\/nothing, or it does not exist/],
  ])('refuses: %s, once, without a prompt', async (_why, inputs, message) => {
    await fails(1, new RegExp(`::error::.*${message.source}`), inputs);

    expect(server.seen.requests.length).toBeLessThanOrEqual(2);
  });

  it('is asked again after a 503', async () => {
    server.failNext(503, 502);

    expect((await passes()).log.match(/trying again/g)).toHaveLength(2);
  });

  it('is given up after four failures', async () => {
    server.failNext(503, 503, 503, 503, 503);

    await fails(1, /::error::fetching refs\/heads\/main: .*503/, {});
    expect(server.seen.requests).toHaveLength(4);
  });

  it('is given time between: 2, 5 and 10 seconds', async () => {
    mkdirSync(join(job.folder, 'bin'));
    writeFileSync(join(job.folder, 'bin/sleep'), `#!/bin/sh\necho "$1" >>${job.folder}/slept\n`, { mode: 0o755 });
    job.env['PATH'] = `${job.folder}/bin:${job.env['PATH']}`;
    delete job.env['TINQS_RETRY_PAUSES'];
    server.failNext(503, 503, 503);

    await passes();

    expect(readFileSync(join(job.folder, 'slept'), 'utf8')).toBe('2\n5\n10\n');
  });

  it('that cannot be reached is tried again, then named', async () => {
    expect((await fails(1, /::error::.*127\.0\.0\.1/, { 'server-url': 'http://127.0.0.1:1' })).log.match(/trying again/g)).toHaveLength(3);
  });

  it('redirects a renamed repository: followed, with a warning', async () => {
    const { log } = await passes({ repository: 'acme/old', ref: 'main' });

    expect(log).toContain('::warning::');
    expect(inside('remote', 'get-url', 'origin')).toBe(`${server.url}/acme/app`);
  });

  it('redirects to another host: the token is not taken along', async () => {
    await fails(1, /::error::.*redirects to .*the token is not sent there/, { repository: 'acme/away' });
  });

  it('gives a public repository to nobody in particular', async () => {
    await passes({ repository: 'acme/site', token: '' });

    expect(server.seen.authorizations.every((header) => header === '')).toBe(true);
  });

  it('gets one Authorization header, whatever the machine is configured to send', async () => {
    spawnSync('git', ['config', '--global', `http.${server.url}/.extraheader`, 'Authorization: Basic bm9uc2Vuc2U='], { env: job.env });

    await passes({ 'persist-credentials': 'true' });
    await passes();

    expect(new Set(server.seen.authorizations)).toEqual(new Set([`Basic ${basic(token)}`]));
  });
});
