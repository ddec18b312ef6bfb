import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// tools/bake-ami/src/testing/build-root.sh ROOT bookworm && tar -C ROOT -cf debian.tar .
const { IMAGES_DEBIAN_ROOT: debian = '' } = process.env;
const ready = debian !== '' && spawnSync('buildah', ['--version']).status === 0 && process.getuid?.() === 0;

describe.skipIf(!ready)('images built without a Docker engine (skipped without IMAGES_DEBIAN_ROOT, a tar of a Debian root, buildah and root: IMAGES_DEBIAN_ROOT=debian.tar npx vitest run --root images buildah.test.mjs; minutes, and the Debian mirror)', { timeout: 1_800_000 }, () => {
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
  const address = (path) => `http://127.0.0.1:${server.address().port}${path}`;
  const hash = (algorithm, bytes, encoding = 'hex') => createHash(algorithm).update(bytes).digest(encoding);
  /** A tar.gz of a folder that is filled. */
  const pack = (name, top, fill) => {
    const at = join(folder, `${name}-files`, top);
    mkdirSync(join(at, 'bin'), { recursive: true });
    fill(at);
    return execFileSync('tar', ['-cz', '-C', join(folder, `${name}-files`), top]);
  };
  const smoke = async (...args) => {
    const { text: container } = await buildah('from', `localhost/${args[0]}`);
    return buildah('run', '--user', 'root', '--volume', `${import.meta.dirname}/smoke.sh:/smoke.sh:ro`, container.trim(), 'bash', '/smoke.sh', ...args);
  };
  let godot;
  let server;
  const served = new Map();

  beforeAll(async () => {
    copyFileSync(debian, join(folder, 'debian.tar'));
    writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nADD debian.tar /\n');
    expect(await buildah('build', '--tag', 'localhost/debian:root', folder)).toMatchObject({ status: 0 });
    const name = 'Godot_v4.6-stable_linux.x86_64';
    writeFileSync(join(folder, name), '#!/bin/sh\necho 4.6.stable.official\n', { mode: 0o755 });
    execFileSync('zip', ['-q', 'godot.zip', name], { cwd: folder });
    const zip = readFileSync(join(folder, 'godot.zip'));
    server = createServer((request, response) => (served.has(request.url) ? response.end(served.get(request.url)) : response.writeHead(404).end()));
    await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
    served.set('/godot.zip', zip);
    godot = { GLIBC_IMAGE: 'localhost/glibc', GODOT_URL_AMD64: address('/godot.zip'), GODOT_SHA512_AMD64: hash('sha512', zip) };
  }, 300_000);
  afterAll(async () => {
    await new Promise((closed) => (server === undefined ? closed() : server.close(closed), server?.closeAllConnections()));
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

  /** What the smoke test says, without what buildah adds. */
  const complaints = ({ text }) => text.split('\n').filter((line) => line !== '' && !/exit status|exited with status|^error/i.test(line));

  /** Debian that says yes to apk, and makes users as it is told in busybox's words: what the Dockerfiles of Alpine do besides installing packages runs in it. */
  async function alpineStandIn() {
    const script = (name, text) => writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    script('apk', `case "$*" in *gcc*) printf '#!/bin/sh\\necho gcc 14.2.0\\n' >/usr/bin/gcc && chmod 755 /usr/bin/gcc ;; esac`);
    for (const name of ['docker', 'dockerd']) script(name, 'echo Docker version 28.0.1, build 1');
    script('addgroup', '[ "$*" = "-g $2 $3" ] && exec groupadd "$@"');
    script('adduser', '[ "$*" = "-D -u $3 -G $5 -s $7 $8" ] && exec useradd -m -u "$3" -g "$5" -s "$7" "$8"');
    writeFileSync(join(folder, 'Dockerfile.apk'), 'FROM localhost/glibc AS apk\nRUN userdel -r runner && rm -r /etc/tinqs-ci /usr/local/bin/tinqs-manifest\nCOPY apk addgroup adduser /usr/local/sbin/\nFROM apk AS dind\nCOPY docker dockerd /usr/local/bin/\n');
    for (const target of ['apk', 'dind']) {
      const { status, text } = await buildah('build', '--network', 'host', '--target', target, '--tag', `localhost/${target}`, '--file', join(folder, 'Dockerfile.apk'), folder);
      expect(status, text.slice(-3000)).toBe(0);
    }
  }

  it('base, deploy, go, docker and node do on Debian what they do on Alpine, but for its packages: users, downloads, sums, links, manifest', async () => {
    await alpineStandIn();
    const passes = async (image, args, ...expected) => {
      const { status, text } = await build(image, image, args);
      expect(status, text.slice(-3000)).toBe(0);
      // Debian is larger than an Alpine may be.
      const size = ['base', 'deploy'].includes(image) ? [expect.stringMatching(/^too large: \d+ MiB, limit 500$/)] : [];
      expect(complaints(await smoke(image, ...expected)), image).toEqual(['expected musl', ...size]);
    };
    await passes('base', { ALPINE_IMAGE: 'localhost/apk', DEBIAN_IMAGE: 'localhost/debian:root' });
    await passes('deploy', { BASE_IMAGE: 'localhost/base' });
    const go = pack('go', 'go', (at) => writeFileSync(join(at, 'bin/go'), '#!/bin/sh\necho go version go1.26.1 linux/amd64\n', { mode: 0o755 }));
    served.set('/go.tar.gz', go);
    const goArgs = { GO_URL_AMD64: address('/go.tar.gz'), GO_SHA256_AMD64: hash('sha256', go) };
    await passes('go', { ...goArgs, BASE_IMAGE: 'localhost/base' }, 'go=1.26.1');
    await passes('docker', { ...goArgs, DOCKER_IMAGE: 'localhost/dind' }, 'go=1.26.1', 'docker=28.0.1');
    for (const [image, args] of [['go', { BASE_IMAGE: 'localhost/base' }], ['docker', { DOCKER_IMAGE: 'localhost/dind' }]]) {
      const { status, text } = await build(image, image, { ...goArgs, ...args, GO_SHA256_AMD64: 'a'.repeat(64) });
      expect(status).not.toBe(0);
      expect(text).toContain('go.tar.gz: FAILED');
    }

    const npm = dirname(dirname(realpathSync(execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim())));
    cpSync(process.execPath, join(folder, 'upstream/bin/node'), { recursive: true });
    cpSync(npm, join(folder, 'upstream/lib/node_modules/npm'), { recursive: true });
    mkdirSync(join(folder, 'upstream/include/node'), { recursive: true });
    writeFileSync(join(folder, 'Dockerfile.node'), 'FROM scratch\nCOPY upstream /usr/local\n');
    expect(await buildah('build', '--tag', 'localhost/upstream', '--file', join(folder, 'Dockerfile.node'), folder)).toMatchObject({ status: 0 });
    const pnpm = pack('pnpm', 'package', (at) => {
      writeFileSync(join(at, 'package.json'), JSON.stringify({ name: 'pnpm', version: '10.34.9', bin: { pnpm: 'bin/pnpm.cjs' } }));
      writeFileSync(join(at, 'bin/pnpm.cjs'), '#!/usr/bin/env node\nconsole.log("10.34.9");\n', { mode: 0o755 });
    });
    served.set('/pnpm.tgz', pnpm);
    served.set('/pnpm', JSON.stringify({ name: 'pnpm', 'dist-tags': { latest: '10.34.9' }, versions: { '10.34.9': { name: 'pnpm', version: '10.34.9', bin: { pnpm: 'bin/pnpm.cjs' }, dist: { tarball: address('/pnpm.tgz'), integrity: `sha512-${hash('sha512', pnpm, 'base64')}` } } } }));
    const nodeArgs = { BASE_IMAGE: 'localhost/base', NODE_IMAGE: 'localhost/upstream', NPM_CONFIG_REGISTRY: address(''), PNPM_URL_ANY: 'npm:pnpm@10.34.9', PNPM_SHA512_ANY: hash('sha512', pnpm) };
    await passes('node', nodeArgs, 'pnpm=10.34.9', `node=${process.versions.node}`);
    expect((await build('node', 'node', { ...nodeArgs, PNPM_SHA512_ANY: 'a'.repeat(128) })).text).toContain('pnpm.tgz: FAILED');
  });

  it('godot is not built from a download whose sum is another one', async () => {
    const { status, text } = await build('godot', 'godot', { ...godot, GODOT_SHA512_AMD64: 'a'.repeat(128) });
    expect(status).not.toBe(0);
    expect(text).toContain('godot.zip: FAILED');
  });
});
