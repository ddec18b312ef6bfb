import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// debootstrap --variant=minbase --include=ca-certificates bookworm ROOT && tar -C ROOT -cf debian.tar .
const { IMAGES_DEBIAN_ROOT: debian = '' } = process.env;
const ready = debian !== '' && spawnSync('buildah', ['--version']).status === 0 && process.getuid?.() === 0;

describe.skipIf(!ready)('images built without a Docker engine (skipped without IMAGES_DEBIAN_ROOT, a tar of a Debian root, buildah and root: IMAGES_DEBIAN_ROOT=debian.tar npx vitest run --root images buildah.test.mjs; minutes, and the Debian mirror)', { timeout: 600_000 }, () => {
  const folder = ready ? mkdtempSync(join(tmpdir(), 'images-buildah-')) : '';
  const storage = ['--root', join(folder, 'storage'), '--runroot', join(folder, 'run'), '--storage-driver', 'vfs'];
  const env = { ...process.env, BUILDAH_ISOLATION: 'chroot' };
  /** Not synchronous: a build downloads from this process. */
  const buildah = (...args) => new Promise((done) => {
    const child = spawn('buildah', [...storage, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
    child.on('close', (status) => done({ status, text }));
  });
  const build = (image, file, args) => buildah('build', '--network', 'host', '--target', image, ...Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]), '--tag', `localhost/${image}`, '--file', join(import.meta.dirname, file, 'Dockerfile'), import.meta.dirname);
  const smoke = async (...args) => {
    const { text: container } = await buildah('from', `localhost/${args[0]}`);
    return buildah('run', '--user', 'root', '--volume', `${import.meta.dirname}/smoke.sh:/smoke.sh:ro`, container.trim(), 'bash', '/smoke.sh', ...args);
  };
  let godot;
  let server;

  beforeAll(async () => {
    copyFileSync(debian, join(folder, 'debian.tar'));
    writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nADD debian.tar /\n');
    expect(await buildah('build', '--tag', 'localhost/debian:root', folder)).toMatchObject({ status: 0 });
    const name = 'Godot_v4.6-stable_linux.x86_64';
    writeFileSync(join(folder, name), '#!/bin/sh\necho 4.6.stable.official\n', { mode: 0o755 });
    execFileSync('zip', ['-q', 'godot.zip', name], { cwd: folder });
    const zip = readFileSync(join(folder, 'godot.zip'));
    server = createServer((_, response) => response.end(zip));
    await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
    godot = { GLIBC_IMAGE: 'localhost/glibc', GODOT_URL_AMD64: `http://127.0.0.1:${server.address().port}/godot.zip`, GODOT_SHA512_AMD64: createHash('sha512').update(zip).digest('hex') };
  }, 300_000);
  afterAll(async () => {
    await new Promise((closed) => (server.close(closed), server.closeAllConnections()));
    await buildah('rm', '--all');
    rmSync(folder, { recursive: true });
  }, 600_000);

  it('glibc, the Debian flavour of base, is what its smoke test asks for', async () => {
    const { status, text } = await build('glibc', 'base', { ALPINE_IMAGE: 'localhost/debian:root', DEBIAN_IMAGE: 'localhost/debian:root' });
    expect(status, text.slice(-3000)).toBe(0);
    expect(await smoke('glibc')).toEqual({ status: 0, text: '' });
  });

  it('godot starts from it, downloads the editor, and is what its smoke test asks for', async () => {
    const { status, text } = await build('godot', 'godot', godot);
    expect(status, text.slice(-3000)).toBe(0);
    expect(await smoke('godot', 'godot=4.6')).toEqual({ status: 0, text: '' });
    expect((await smoke('godot', 'godot=4.7')).text).toContain('expected godot 4.7');
  });

  it('godot is not built from a download whose sum is another one', async () => {
    const { status, text } = await build('godot', 'godot', { ...godot, GODOT_SHA512_AMD64: 'a'.repeat(128) });
    expect(status).not.toBe(0);
    expect(text).toContain('godot.zip: FAILED');
  });
});
