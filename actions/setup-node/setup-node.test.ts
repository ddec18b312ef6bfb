import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runAction, type Job } from '../test/composite-runner.js';
import { actionsWith, archive, startDownloadServer, sumOf, type DownloadServer } from '../test/download-server.js';
import { createToolJob, expectFailure, expectRefusal, terminal } from '../test/tool-job.js';

/** npm of this machine, for the Node that is downloaded. */
const npm = `#!/bin/sh\nexec node "${realpathSync(execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim())}" "$@"\n`;
/** The Node of this machine under another version. */
const stand = (version: string) => `#!/bin/sh\nif [ "$1" = --version ]; then echo "v${version}"; else exec "${process.execPath}" "$@"; fi\n`;
const nodejs = (version: string) => archive(`node-v${version}-linux-x64`, { 'bin/node': stand(version), 'bin/npm': npm }, 'J');
const pnpmPackage = (version: string) => archive('package', { 'bin/pnpm.cjs': `#!/usr/bin/env node\nconsole.log('${version}');\n`, 'bin/pnpx.cjs': '' });

let server: DownloadServer;
let job: Job;
const [node22, node20, pnpm10, pnpm9] = [nodejs('22.20.1'), nodejs('20.1.0'), pnpmPackage('10.34.9'), pnpmPackage('9.1.0')];
const rows = [
  ['node', 'amd64', '22.20.1', 'sha256', sumOf(node22), 'https://nodejs.org/dist/v22.20.1/node-v22.20.1-linux-x64.tar.xz'],
  ['pnpm', 'any', '10.34.9', 'sha512', sumOf(pnpm10, 'sha512'), 'npm:pnpm@10.34.9'],
];

const integrity = (bytes: Buffer) => `sha512-${Buffer.from(sumOf(bytes, 'sha512'), 'hex').toString('base64')}`;

/** What a registry says of pnpm as a whole: sums by version, of bytes that are at their tarball's address. */
const packument = (sums: Readonly<Record<string, string>>) => JSON.stringify({
  name: 'pnpm', 'dist-tags': { latest: '10.34.9' },
  versions: Object.fromEntries(Object.entries(sums).map(([version, sum]) => [version, { name: 'pnpm', version, dist: { tarball: `${server.url}/pnpm/-/pnpm-${version}.tgz`, integrity: sum } }])),
});

beforeAll(async () => {
  const files: Record<string, Buffer | string> = {
    '/v22.20.1/node-v22.20.1-linux-x64.tar.xz': node22,
    '/v20.1.0/node-v20.1.0-linux-x64.tar.xz': node20,
    '/v20.1.0/SHASUMS256.txt': `${sumOf(node22)}  other.tar.gz\n${sumOf(node20)}  node-v20.1.0-linux-x64.tar.xz\n`,
    '/v20.2.0/SHASUMS256.txt': `${sumOf(node20)}  other.tar.gz\n`,
    '/pnpm/-/pnpm-10.34.9.tgz': pnpm10,
    '/pnpm/-/pnpm-9.1.0.tgz': pnpm9,
    '/pnpm/-/pnpm-9.2.0.tgz': pnpm9,
    '/pnpm/9.1.0': JSON.stringify({ dist: { integrity: integrity(pnpm9) } }),
  };
  server = await startDownloadServer(files);
  files['/pnpm'] = packument({ '10.34.9': integrity(pnpm10), '9.1.0': integrity(pnpm9), '9.2.0': integrity(pnpm10) });
});
afterAll(() => server.close());

beforeEach(() => {
  job = createToolJob(rows);
  server.requests.length = 0;
});
afterEach(() => job.remove());

const setup = (inputs: Record<string, string> = {}) => runAction(job, 'setup-node', { 'download-base-url': server.url, ...inputs });

function there(tool: string, text: string) {
  mkdirSync(join(job.folder, 'there'), { recursive: true });
  writeFileSync(join(job.folder, 'there', tool), text, { mode: 0o755 });
  job.env['PATH'] = `${job.folder}/there:${job.env['PATH']?.replace(`${job.folder}/there:`, '')}`;
}

describe('Node and pnpm', () => {
  it('that are there are used, without a request', async () => {
    there('node', stand('22.1.0'));
    there('pnpm', '#!/bin/sh\necho 8.0.0\n');

    const { outputs, log } = await setup();

    expect(outputs, log).toEqual({ 'node-version': '22.1.0', 'pnpm-version': '8.0.0', source: 'path' });
    expect(server.requests).toEqual([]);
  });

  it('that are baked are used, without a request', async () => {
    const bake = (path: string, text: string) => {
      mkdirSync(join(job.folder, 'baked', path, '..'), { recursive: true });
      writeFileSync(join(job.folder, 'baked', path), text, { mode: 0o755 });
    };
    bake('node/22.9.0/amd64/bin/node', stand('22.9.0'));
    bake('pnpm/10.34.9/amd64/path/pnpm', '#!/bin/sh\necho 10.34.9\n');
    for (const each of ['node/22.9.0', 'pnpm/10.34.9']) bake(`${each}/amd64.complete`, '');

    const { outputs, log } = await setup();

    expect(outputs, log).toEqual({ 'node-version': '22.9.0', 'pnpm-version': '10.34.9', source: 'baked' });
    expect(server.requests).toEqual([]);
  });

  it('of an older version than the pinned one will not do with check-latest; pnpm is not meant', async () => {
    there('node', stand('22.1.0'));
    there('pnpm', '#!/bin/sh\necho 8.0.0\n');

    expect((await setup({ 'check-latest': 'true' })).outputs).toEqual({ 'node-version': '22.20.1', 'pnpm-version': '8.0.0', source: 'download' });
  });

  it('that are not are downloaded, checked, and there for later steps and calls', async () => {
    const first = await setup();
    const second = await setup();

    expect(first.outputs, first.log).toEqual({ 'node-version': '22.20.1', 'pnpm-version': '10.34.9', source: 'download' });
    expect(second.outputs).toEqual({ ...first.outputs, source: 'path' });
    expect(first.log).not.toContain('::warning::');
    expect(server.requests).toEqual(['/v22.20.1/node-v22.20.1-linux-x64.tar.xz', '/pnpm/-/pnpm-10.34.9.tgz']);
  });

  it('without pnpm if asked', async () => {
    expect((await setup({ 'pnpm-version': 'false' })).outputs['pnpm-version']).toBe('');
  });

  it.each([['.nvmrc', 'v20.1.0\n'], ['.node-version', '20.1.0'], ['.tool-versions', 'golang 1\nnodejs 20.1.0\n'], ['package.json', '{ "engines": { "node": "20.1.0" } }']])('of %s, with a warning where it is not the pinned one', async (file, text) => {
    writeFileSync(join(job.workspace, file), text);

    const { outputs, log } = await setup({ 'node-version-file': file, 'pnpm-version': 'false' });

    expect(outputs['node-version'], log).toBe('20.1.0');
    expect(log).toContain('::warning::node 20.1.0 is not in the pinned list');
  });

  it('pnpm of packageManager is checked against the hash that stands there', async () => {
    const write = (hash: string) => writeFileSync(join(job.workspace, 'package.json'), JSON.stringify({ packageManager: `pnpm@9.1.0+sha512.${hash}` }));
    write('0'.repeat(128));
    expect((await setup()).log).toMatch(/::error::the download is not what was expected: sha512/);

    write(sumOf(pnpm9, 'sha512'));
    const { outputs, log } = await setup();
    expect(outputs['pnpm-version'], log).toBe('9.1.0');
    expect(log).not.toContain('::warning::');
  });

  it.each([
    ['is no JSON', '{ "packageManager": ', /::warning::package\.json cannot be read/],
    ['names a range of pnpm', '{ "packageManager": "pnpm@10" }', /::warning::packageManager is pnpm@10, which names no exact version/],
    ['names another manager', '{ "packageManager": "yarn@4.9.1" }', /^(?![^]*::warning)/],
    ['names none', '{}', /^(?![^]*::warning)/],
  ])('the pinned pnpm serves a package.json that %s', async (_why, text, says) => {
    writeFileSync(join(job.workspace, 'package.json'), text);

    const { outputs, log } = await setup();

    expect(outputs['pnpm-version'], log).toBe('10.34.9');
    expect(log).toMatch(says);
  });

  it('pnpm of another version comes with the sum of its registry, and a warning', async () => {
    const { outputs, log } = await setup({ 'pnpm-version': '9.1.0' });

    expect(outputs['pnpm-version'], log).toBe('9.1.0');
    expect(log).toContain('::warning::pnpm 9.1.0 is not in the pinned list');
  });

  const failures: readonly [string, Record<string, string>, readonly (readonly string[])[], RegExp][] = [
    ['a sum that does not match', {}, [rows[0]!.with(4, 'a'.repeat(64)), rows[1]!], /not what was expected/],
    ['a pnpm whose sum does not match', {}, [rows[0]!, rows[1]!.with(4, 'a'.repeat(128))], /not what was expected/],
    ['Node that is not pinned yet', {}, [['node', 'amd64', '-', '-', '-', '-'], rows[1]!], /nor pinned: run "npx nx run images:pin"/],
    ['pnpm that is not pinned yet', {}, [rows[0]!, ['pnpm', 'any', '10.34.9', '-', '-', '-']], /is not pinned: run "npx nx run images:pin"/],
    ['a list without the file', { 'node-version': '20.2.0' }, rows, /does not list node-v20\.2\.0/],
    ['a version that is not there', { 'node-version': '20.9.9' }, rows, /there is no node 20\.9\.9/],
  ];
  it.each(failures)('fail closed: %s', async (_why, inputs, versions, message) => {
    job.actions = actionsWith(job.folder, versions);

    expectFailure(await setup(inputs), message);
  });

  it('are not installed on musl, where they could not start; a machine of glibc may have its loader, too', async () => {
    mkdirSync(join(job.folder, 'alpine/lib'), { recursive: true });
    writeFileSync(join(job.folder, 'alpine/lib/ld-musl-x86_64.so.1'), '');
    job.env['TINQS_SYSTEM_ROOT'] = join(job.folder, 'alpine');

    expect((await setup()).log).toMatch(/::error::.*musl.*use the image "node"/);
    expect(server.requests).toEqual([]);

    there('getconf', '#!/bin/sh\n[ "$1" = GNU_LIBC_VERSION ] && echo glibc 2.36\n');
    expect((await setup({ 'pnpm-version': 'false' })).outputs['source']).toBe('download');
  });
});

describe('where no mirror is named', () => {
  const direct = (inputs: Record<string, string> = {}, wrap: readonly string[] = []) => runAction(job, 'setup-node', inputs, wrap);
  const fetched = new Set(['/pnpm', '/pnpm/-/pnpm-10.34.9.tgz']);

  beforeEach(() => {
    job.actions = actionsWith(job.folder, [rows[0]!.with(5, `${server.url}/v22.20.1/node-v22.20.1-linux-x64.tar.xz`), rows[1]!]);
    job.env['npm_config_registry'] = server.url;
  });

  it('Node comes from its pinned address, pnpm from the registry of npm, and npm leaves nothing behind', async () => {
    const { outputs, log } = await direct();

    expect(outputs, log).toMatchObject({ 'node-version': '22.20.1', 'pnpm-version': '10.34.9', source: 'download' });
    expect(new Set(server.requests.slice(1))).toEqual(fetched);
    expect(log).toBe('node 22.20.1 (download), pnpm 10.34.9\n');
    expect([readdirSync(job.home), readdirSync(job.temp), readdirSync(job.workspace)]).toEqual([[], [], []]);
  });

  it('the .npmrc of the workspace names the registry, whatever lies above it', async () => {
    delete job.env['npm_config_registry'];
    writeFileSync(join(job.workspace, '.npmrc'), `registry=${server.url}\n`);
    // npm alone would take the folder of this file for the project.
    writeFileSync(join(job.folder, 'package.json'), '{}');

    const { outputs, log } = await direct();

    expect(outputs['pnpm-version'], log).toBe('10.34.9');
    expect(new Set(server.requests.slice(1))).toEqual(fetched);
  });

  it('pnpm of another version comes with the sum of the registry, and a warning', async () => {
    const { outputs, log } = await direct({ 'pnpm-version': '9.1.0' });

    expect(outputs['pnpm-version'], log).toBe('9.1.0');
    expect(log).toContain('::warning::pnpm 9.1.0 is not in the pinned list');
  });

  it('a registry that is out of order is asked again, one that has no such version is not', async () => {
    there('node', stand('22.1.0'));
    there('npm', npm);
    server.failNext(503);
    const { outputs, log } = await direct();
    expect(outputs['pnpm-version'], log).toBe('10.34.9');
    expect(log.match(/trying again/g)).toHaveLength(1);

    server.requests.length = 0;
    expect(await direct({ 'pnpm-version': '9.9.9' })).toMatchObject({ status: 1, log: expect.stringMatching(/::error::there is no pnpm 9\.9\.9 at the npm registry of this job/) });
    expect(server.requests).toEqual(['/pnpm']);
  });

  it.each([
    ['a sum that does not match its pin', {}, rows[1]!.with(4, 'a'.repeat(128)), /not what was expected/],
    ['a registry that gives other bytes than it lists', { 'pnpm-version': '9.2.0' }, rows[1]!, /could not download npm:pnpm@9\.2\.0/],
    ['a registry without the version', {}, ['pnpm', 'any', '10.34.8', 'sha512', 'a'.repeat(128), 'npm:pnpm@10.34.8'], /could not download npm:pnpm@10\.34\.8, and pnpm 10\.34\.8 .*neither on PATH/],
  ] as const)('fails closed: %s', async (_why, inputs, row, message) => {
    there('node', stand('22.1.0'));
    there('npm', npm);
    job.actions = actionsWith(job.folder, [row]);

    const result = await direct(inputs);

    expectFailure(result, message);
    expect(result.log).not.toContain('trying again');
  });

  it('a Node without npm is told which package is missing', async () => {
    there('node', stand('22.1.0'));

    expect((await direct()).log).toContain('needs npm, which is not on this machine: install the package "npm"');
  });

  it('nothing is asked on a terminal, and HOME is not needed', async () => {
    delete job.env['HOME'];

    const { status, log } = await direct({}, terminal(job));

    expect(status, log).toBe(0);
    expect(log).toContain('node 22.20.1 (download), pnpm 10.34.9');
  });
});

describe('registry-url', () => {
  it('writes an npmrc of this job that names the variable, never the token', async () => {
    there('node', stand('22.1.0'));
    job.env['NODE_AUTH_TOKEN'] = 'secret-token';

    const { exported, log, files } = await setup({ 'pnpm-version': 'false', 'registry-url': 'https://git.example.com/api/packages/tinqs/npm/', scope: 'tinqs' });

    expect(readFileSync(exported['NPM_CONFIG_USERCONFIG']!, 'utf8')).toBe('@tinqs:registry=https://git.example.com/api/packages/tinqs/npm/\n//git.example.com/api/packages/tinqs/npm/:_authToken=${NODE_AUTH_TOKEN}\n');
    expect(log + files).not.toContain('secret-token');
  });
});

it.each([
  ['node-version', '>=22'], ['node-version', '22 || touch pwned'], ['node-version', '$(touch pwned)'], ['node-version', '../22'], ['node-version', '22\n23'], ['node-version', '-22'],
  ['node-version-file', '/etc/passwd'], ['node-version-file', '../package.json'], ['node-version-file', 'nonsense'],
  ['pnpm-version', '10'], ['pnpm-version', '$(touch pwned)'], ['pnpm-version', '../1.0.0'],
  ['registry-url', 'https://user:pw@example.com'], ['registry-url', 'https://x\n//y/:_authToken=z'], ['registry-url', 'file:///x'], ['scope', 'a b'], ['scope', 'tinqs'], ['check-latest', 'x'], ['architecture', 'x'], ['download-base-url', '--output=/x'],
])('refuses %s: %j', async (input, value) => {
  writeFileSync(join(job.workspace, 'nonsense'), '`touch pwned`');

  expectRefusal(await setup({ [input]: value }), input);
  expect(readdirSync(job.workspace)).toEqual(['nonsense']);
  expect(server.requests).toEqual([]);
});
