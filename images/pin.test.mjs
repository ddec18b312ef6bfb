import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pinVersions, reportPins } from './pin.mjs';

const hash = (kind, text, encoding = 'hex') => createHash(kind).update(text).digest(encoding);
const answers = new Map();
let server;
let origin;

beforeAll(async () => {
  server = createServer((request, response) => {
    const { status = 200, headers = {}, body = '' } = answers.get(request.url) ?? { status: 404 };
    response.writeHead(status, headers).end(body);
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  origin = `http://127.0.0.1:${server.address().port}`;
});
afterAll(() => new Promise((closed) => server.close(closed)));

const tool = (kind, list, over = {}) => ({ version: '1.0.1', list: { kind, url: `${origin}${list}` }, url: `${origin}/{arch}-{version}`, arch: { amd64: 'x64' }, files: { amd64: null }, ...over });
const pinOne = async (entry) => {
  const { pinned, problems } = await pinVersions({ bases: {}, tools: { t: entry } }, { fetch, env: { ...process.env, npm_config_registry: origin, npm_config_fetch_retries: '0' } });
  return { entry: pinned.tools.t, file: pinned.tools.t.files.amd64, problems };
};

beforeEach(() => {
  answers.set('/x64-1.0.1', { body: 'archive' });
  answers.set('/sums', { body: `${hash('sha256', 'other')}  other\n${hash('sha256', 'archive')}  x64-1.0.1\n` });
  answers.set('/wrong', { body: `${hash('sha256', 'tampered')}  x64-1.0.1\n` });
});

it('pins a file whose bytes agree with the list', async () => {
  expect(await pinOne(tool('sha256', '/sums'))).toMatchObject({ problems: [], file: { url: `${origin}/x64-1.0.1`, sha256: hash('sha256', 'archive') } });
});

it('leaves a file unpinned whose bytes disagree with the list, and pins the others', async () => {
  const { pinned, problems } = await pinVersions({ bases: {}, tools: { bad: tool('sha256', '/wrong'), good: tool('sha256', '/sums') } }, { fetch });
  expect(pinned.tools.bad.files.amd64).toBeNull();
  expect(pinned.tools.good.files.amd64).not.toBeNull();
  expect(problems).toEqual([expect.stringContaining('its list')]);
});

it.each([
  ['does not have the file', { body: `${hash('sha256', 'x')}  other\n` }],
  ['is not there', { status: 503 }],
])('pins nothing when the list %s', async (_, answer) => {
  answers.set('/list', answer);
  expect(await pinOne(tool('sha256', '/list'))).toMatchObject({ file: null, problems: [expect.stringContaining('/list')] });
});

it('takes the newest release of a series from the list of Go', async () => {
  answers.set('/x64-1.26.10', { body: 'go' });
  const release = (version) => ({ version: `go${version}`, files: [{ filename: `x64-${version}`, sha256: hash('sha256', 'go') }] });
  answers.set('/go', { body: JSON.stringify(['1.26.9', '1.26.10', '1.27.0', '1.26.11rc1'].map(release)) });
  const { entry, problems } = await pinOne(tool('go', '/go', { version: null, series: '1.26' }));
  expect({ version: entry.version, problems }).toEqual({ version: '1.26.10', problems: [] });
});

it('tells what was pinned and what comes next, and nothing twice', async () => {
  answers.set('/v2/library/b/manifests/1', { headers: { 'docker-content-digest': `sha256:${hash('sha256', '{}')}` }, body: '{}' });
  const versions = { bases: { b: { image: `${origin.slice('http://'.length)}/library/b`, tag: '1', digest: null } }, tools: { bad: tool('sha256', '/wrong'), good: tool('sha256', '/sums') } };
  const { pinned } = await pinVersions(versions, { fetch });
  expect(reportPins(versions, pinned)).toEqual([`pinned: ${versions.bases.b.image}:1 sha256:${hash('sha256', '{}')}`, 'pinned: good 1.0.1 for amd64', expect.stringContaining('npx nx run actions:generate')]);
  expect(reportPins(pinned, (await pinVersions(pinned, { fetch })).pinned)).toEqual(['nothing new was pinned']);
});

describe('a package of npm', () => {
  const entry = (name) => tool('npm', '', { list: { kind: 'npm' }, url: `npm:${name}@{version}` });
  const serve = (name, dist, body = 'archive') => {
    answers.set(`/${name}/-/${name}-1.0.1.tgz`, { body });
    answers.set(`/${name}`, { body: JSON.stringify({ name, 'dist-tags': { latest: '1.0.1' }, versions: { '1.0.1': { name, version: '1.0.1', dist: { tarball: `${origin}/${name}/-/${name}-1.0.1.tgz`, ...dist } } } }) });
  };
  const integrity = (text) => ({ integrity: `sha512-${hash('sha512', text, 'base64')}` });
  const archive = execFileSync('tar', ['-cz', '--transform=s,^,package/,', 'pin.mjs'], { cwd: import.meta.dirname });

  it('is pinned by the sum of the registry that npm is configured for', async () => {
    serve('right', integrity(archive), archive);
    expect(await pinOne(entry('right'))).toMatchObject({ problems: [], file: { url: 'npm:right@1.0.1', sha512: hash('sha512', archive) } });
  });

  it.each([
    ['its bytes are others', 'tampered', integrity('other'), /EINTEGRITY/],
    ['the registry lists no sha512', 'old', { shasum: hash('sha1', archive) }, /lists no sha512 of old@1\.0\.1/],
    ['the registry does not have it', 'missing', undefined, /npm view missing@1\.0\.1.*E404/s],
  ])('stays unpinned when %s', async (_, name, dist, message) => {
    if (dist) serve(name, dist, archive);
    expect(await pinOne(entry(name))).toMatchObject({ file: null, problems: [expect.stringMatching(message)] });
  });
});

it.each([
  ['pins', 'that of its bytes', `sha256:${hash('sha256', '{}')}`, `sha256:${hash('sha256', '{}')}`],
  ['refuses', 'another', `sha256:${hash('sha256', 'x')}`, null],
])('%s a base whose claimed digest is %s', async (_, __, claimed, digest) => {
  answers.set('/v2/library/a/manifests/1', { headers: { 'docker-content-digest': claimed }, body: '{}' });
  const base = { image: `${origin.slice('http://'.length)}/library/a`, tag: '1', digest: null };
  expect((await pinVersions({ bases: { base }, tools: {} }, { fetch })).pinned.bases.base.digest).toBe(digest);
});

const hasGpg = ['gpg', 'gpgv'].every((command) => spawnSync(command, ['--version']).status === 0);
describe.skipIf(!hasGpg)('a signed file (apt-get install gpg gpgv)', () => {
  const home = mkdtempSync(join(tmpdir(), 'pin-gpg-'));
  const gpg = (...args) => execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', '--pinentry-mode', 'loopback', '--passphrase', '', ...args], { stdio: 'pipe' });
  const fingerprints = {};
  const signed = (over) => tool('pgp', '', { list: { kind: 'pgp', url: `${origin}/signature`, key: `${origin}/key`, fingerprint: fingerprints.vendor, ...over } });

  beforeAll(() => {
    writeFileSync(join(home, 'file'), 'archive');
    for (const name of ['vendor', 'other']) {
      gpg('--quick-generate-key', `${name}@example.org`, 'ed25519', 'sign', 'never');
      fingerprints[name] = /^fpr:+([0-9A-F]{40}):/m.exec(gpg('--list-keys', '--with-colons', name).toString())[1];
      answers.set(`/key-of-${name}`, { body: gpg('--export', '--armor', name) });
      gpg('--local-user', name, '--output', join(home, name), '--detach-sign', join(home, 'file'));
      answers.set(`/signature-of-${name}`, { body: readFileSync(join(home, name)) });
    }
  });
  afterAll(() => {
    spawnSync('gpgconf', ['--homedir', home, '--kill', 'all']);
    rmSync(home, { recursive: true });
  });

  const pinSigned = (key, signature, body, fingerprint = fingerprints.vendor) => {
    answers.set('/x64-1.0.1', { body });
    return pinOne(signed({ key: `${origin}/key-of-${key}`, url: `${origin}/signature-of-${signature}`, fingerprint }));
  };

  it('is pinned by the sum of the bytes that were checked', async () => {
    expect(await pinSigned('vendor', 'vendor', 'archive')).toMatchObject({ problems: [], file: { url: `${origin}/x64-1.0.1`, sha256: hash('sha256', 'archive') } });
  });

  it.each([
    ['its bytes are others', 'vendor', 'vendor', 'tampered', 'BADSIG'],
    ['somebody else signed it', 'vendor', 'other', 'archive', 'NO_PUBKEY'],
    ['the key at that address is another one', 'other', 'other', 'archive', 'is not signed by'],
    ['there is no signature', 'vendor', 'nobody', 'archive', 'answered 404'],
    ['there is no key', 'nobody', 'vendor', 'archive', 'answered 404'],
  ])('stays unpinned when %s', async (_, key, signature, body, message) => {
    expect(await pinSigned(key, signature, body)).toMatchObject({ file: null, problems: [expect.stringContaining(message)] });
  });
});
