import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startGitea, type RealGitea } from './real-gitea.js';
import { STAND_IN_TOKEN, standInGitea } from './stand-in.testing.js';

let folder: string;
let gitea: RealGitea | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'real-gitea-'));
  mkdirSync(join(folder, 'place'));
});
afterEach(async () => {
  await gitea?.stop();
  gitea = undefined;
  rmSync(folder, { recursive: true });
});

const start = (program: Parameters<typeof standInGitea>[1] = {}) => startGitea({ binary: standInGitea(folder, program), root: '/root-of-gitea', folder: join(folder, 'place') });

describe('a Gitea that answers', () => {
  it('is known by its address, its version and the token of its administrator', async () => {
    gitea = await start();

    expect(gitea).toMatchObject({ version: '1.25.4', token: STAND_IN_TOKEN, url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) });
    expect(gitea.remote('acme/app')).toBe(`${gitea.url.replace('//', `//operator:${STAND_IN_TOKEN}@`)}/acme/app.git`);
  });

  it('gives JSON by its value and text as it is', async () => {
    gitea = await start();

    expect(await Promise.all(['/word', '/nothing', '/log'].map((path) => gitea!.api('GET', path)))).toEqual(['word', undefined, '{a log}']);
  });

  it('refuses with what was asked, the status and the text, without the token', async () => {
    gitea = await start();

    await expect(gitea.api('DELETE', '/x')).rejects.toThrow(/^DELETE \/x: 404 no such page$/);
  });

  it('listens on loopback, keeps to its folder, and its settings are for this user only', async () => {
    gitea = await start();

    const ini = readFileSync(join(folder, 'place/app.ini'), 'utf8');
    expect(ini).toMatch(/^HTTP_ADDR = 127\.0\.0\.1$/m);
    expect(ini).toMatch(/^ALLOWED_HOST_LIST = loopback$/m);
    for (const [, path] of ini.matchAll(/ = (\/.*)/g)) expect(path).toMatch(path === '/root-of-gitea' ? /root/ : new RegExp(`^${folder}/place`));
    expect(statSync(join(folder, 'place/app.ini')).mode & 0o777).toBe(0o600);
  });

  it('keeps its rows in the database that it is given', async () => {
    gitea = await startGitea({ binary: standInGitea(folder), root: '/root-of-gitea', folder: join(folder, 'place'), database: { socketFolder: '/run/pg', name: 'rows', user: 'kim' } });

    expect(readFileSync(join(folder, 'place/app.ini'), 'utf8')).toContain('[database]\nDB_TYPE = postgres\nHOST = /run/pg\nNAME = rows\nUSER = kim\n');
  });

  it('is gone when it was stopped, and may be stopped twice', async () => {
    const started = await start();
    await started.stop();
    await started.stop();

    await expect(started.api('GET', '/version')).rejects.toThrow('fetch failed');
  });
});

describe('a Gitea that does not start', () => {
  it('says what it printed last', async () => {
    await expect(start({ web: 'console.log("the address is in use"); process.exitCode = 1' })).rejects.toThrow(/does not answer; it printed last:\nthe address is in use/);
  });

  it('is refused without a token', async () => {
    await expect(start({ admin: 'made the user' })).rejects.toThrow('expected 40 hex digits');
  });
});
