import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createJob, runAction, type Job } from '../test/composite-runner.js';
import { actionsWith, archive, pathOf, startDownloadServer, sumOf, type DownloadServer } from '../test/download-server.js';
import { createToolJob, expectFailure, expectRefusal, terminal } from '../test/tool-job.js';

/** A Go that knows its version and its folders. */
const stand = (version: string) => `#!/bin/sh\ncase "$2" in GOVERSION) echo "go${version}" ;; GOPATH) echo "$HOME/go" ;; GOROOT) (cd "$(dirname "$0")/.." && pwd -P) ;; esac\n`;
const golang = (version: string) => archive('go', { 'bin/go': stand(version) });

let server: DownloadServer;
let job: Job;
const pinned = golang('1.26.4');
const other = golang('1.25.1');
const row = ['go', 'amd64', '1.26.4', 'sha256', sumOf(pinned), 'https://dl.google.com/go/go1.26.4.linux-amd64.tar.gz'];

beforeAll(async () => {
  server = await startDownloadServer({
    '/go1.26.4.linux-amd64.tar.gz': pinned,
    '/go1.25.1.linux-amd64.tar.gz': other,
    '/go1.25.1.linux-amd64.tar.gz.sha256': sumOf(other),
    '/go1.24.1.linux-amd64.tar.gz': other,
    '/go1.24.1.linux-amd64.tar.gz.sha256': sumOf(pinned),
    '/go1.23.1.linux-amd64.tar.gz.sha256': '<html>',
  });
});
afterAll(() => server.close());

beforeEach(() => {
  job = createToolJob([row]);
  server.requests.length = 0;
});
afterEach(() => job.remove());

const setup = (inputs: Record<string, string> = {}) => runAction(job, 'setup-go', { 'download-base-url': server.url, architecture: '', ...inputs });

/** Puts a tool where an image would have it. */
function place(folder: string, version: string) {
  mkdirSync(join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'bin/go'), stand(version), { mode: 0o755 });
}

describe('Go that is there', () => {
  it.each([['1.26'], ['1.26.x'], ['1.26.1'], ['stable'], ['']])('on PATH serves %j without a download', async (wanted) => {
    place(join(job.folder, 'there'), '1.26.1');
    job.env['PATH'] = `${job.folder}/there/bin:${job.env['PATH']}`;

    const { status, outputs, log } = await setup({ 'go-version': wanted });

    expect(status, log).toBe(0);
    expect(outputs).toEqual({ 'go-version': '1.26.1', goroot: join(job.folder, 'there'), source: 'path' });
    expect(server.requests).toEqual([]);
  });

  it('baked serves as its newest that fits, and incomplete ones do not', async () => {
    for (const version of ['1.26.2', '1.26.10', '1.27.0', '1.26.11']) {
      place(join(job.folder, 'baked/go', version, 'amd64'), version);
      if (version !== '1.26.11') writeFileSync(join(job.folder, 'baked/go', version, 'amd64.complete'), '');
    }

    const { outputs, log } = await setup({ 'go-version': '1.26' });

    expect(outputs, log).toMatchObject({ 'go-version': '1.26.10', source: 'baked' });
    expect(server.requests).toEqual([]);
  });

  it.each([['1.26.1', 'download'], ['1.26.10', 'path']])('of an older version than the pinned one will not do with check-latest, a newer one will: %s by %s', async (there, source) => {
    place(join(job.folder, 'there'), there);
    job.env['PATH'] = `${job.folder}/there/bin:${job.env['PATH']}`;

    expect((await setup({ 'go-version': '1.26', 'check-latest': 'true' })).outputs).toMatchObject({ 'go-version': source === 'path' ? there : '1.26.4', source });
  });

  it('baked will not do with check-latest where it is older; where nothing newer is pinned it will', async () => {
    for (const version of ['1.25.0', '1.26.2']) {
      place(join(job.folder, 'baked/go', version, 'amd64'), version);
      writeFileSync(join(job.folder, 'baked/go', version, 'amd64.complete'), '');
    }

    expect((await setup({ 'go-version': '1.26', 'check-latest': 'TRUE' })).outputs).toMatchObject({ 'go-version': '1.26.4', source: 'download' });
    expect((await setup({ 'go-version': '1.25', 'check-latest': 'true' })).outputs).toMatchObject({ 'go-version': '1.25.0', source: 'baked' });
  });

  it.each([['go.mod', 'module x\n\ngo 1.24.0\n'], ['go.mod', 'module x\r\ngo 1.20\r\ntoolchain go1.25.3\r\n'], ['go.work', 'go 1.26.1\n'], ['.go-version', '1.26.1\n'], ['.tool-versions', 'nodejs 22\ngolang 1.26.1\n']])('serves %s: %j', async (file, text) => {
    place(join(job.folder, 'there'), '1.26.1');
    job.env['PATH'] = `${job.folder}/there/bin:${job.env['PATH']}`;
    writeFileSync(join(job.workspace, file), text);

    expect((await setup({ 'go-version-file': file })).outputs['source']).toBe('path');
  });

  it('serves a link to a file of the workspace, never one to a file elsewhere', async () => {
    place(join(job.folder, 'there'), '1.26.1');
    job.env['PATH'] = `${job.folder}/there/bin:${job.env['PATH']}`;
    writeFileSync(join(job.workspace, '.go-version'), '1.26.1\n');
    mkdirSync(join(job.workspace, 'app'));
    symlinkSync('../.go-version', join(job.workspace, 'app/.go-version'));
    writeFileSync(join(job.folder, '.go-version'), '1.26.1\n');
    symlinkSync('../.go-version', join(job.workspace, 'elsewhere'));

    expect((await setup({ 'go-version-file': 'app/.go-version' })).outputs['source']).toBe('path');
    expectRefusal(await setup({ 'go-version-file': 'elsewhere' }), 'go-version-file');
  });
});

describe('Go that is not there', () => {
  it('is downloaded, checked against the pinned sum, and there for later steps and calls', async () => {
    const first = await setup();
    const second = await setup();

    expect(first.outputs, first.log).toMatchObject({ 'go-version': '1.26.4', source: 'download' });
    expect(first.exported).toEqual({ GOTOOLCHAIN: 'local' });
    expect(second.outputs['source']).toBe('path');
    expect(job.env['PATH']).toContain(join(job.home, 'go/bin'));
    expect(server.requests).toEqual(['/go1.26.4.linux-amd64.tar.gz']);
  });

  it('is installed once by two jobs at the same time', async () => {
    const another = createJob({}, job.env);
    another.actions = job.actions;

    const results = await Promise.all([setup(), runAction(another, 'setup-go', { 'download-base-url': server.url })]).finally(() => another.remove());

    expect(results.map(({ status }) => status)).toEqual([0, 0]);
    expect(server.requests).toHaveLength(1);
    expect(readdirSync(join(job.folder, 'cache/go/1.26.4')).sort()).toEqual(['amd64', 'amd64.complete', 'amd64.lock']);
  });

  it('goes where this job may write when the tool cache may not be written', async () => {
    writeFileSync(join(job.folder, 'cache'), 'a file');

    expect((await setup()).outputs['goroot']).toBe(join(job.temp, 'tinqs-tools/go/1.26.4/amd64'));
  });

  it('of another exact version is checked against the sum of its server, with a warning', async () => {
    const { outputs, log } = await setup({ 'go-version': '1.25.1' });

    expect(outputs['go-version']).toBe('1.25.1');
    expect(log).toContain('::warning::go 1.25.1 is not in the pinned list');
  });

  it('is tried again after a 503, and not after a refusal', async () => {
    server.failNext(503);
    const { status, log, outputs } = await setup();
    expect([status, outputs['source'], log.match(/trying again/g)?.length]).toEqual([0, 'download', 1]);

    server.requests.length = 0;
    expect((await setup({ 'go-version': '1.99.9' })).log).not.toContain('trying again');
    expect(server.requests).toHaveLength(1);
  });

  const failures: readonly [string, Record<string, string>, readonly (readonly string[])[], RegExp][] = [
    ['a sum that does not match', {}, [row.with(4, 'a'.repeat(64))], /not what was expected.*Nothing was installed/],
    ['a sum of the server that does not match', { 'go-version': '1.24.1' }, [row], /not what was expected/],
    ['a server whose sum is a page', { 'go-version': '1.23.1' }, [row], /is no checksum/],
    ['a version that does not exist', { 'go-version': '1.99.9' }, [row], /there is no go 1\.99\.9/],
    ['a series that is not pinned yet', {}, [['go', 'amd64', '-', '-', '-', '-']], /neither on this machine nor pinned: run "npx nx run images:pin"/],
    ['a pinned version whose sum is missing', { 'go-version': '1.26.4' }, [['go', 'amd64', '1.26.4', '-', '-', '-']], /is not pinned: run "npx nx run images:pin"/],
    ['another series than the pinned one', { 'go-version': '1.22' }, [row], /pinned is 1\.26\.4.*exact version such as 1\.22\.0/],
    ['a server that is not there', { 'download-base-url': 'http://127.0.0.1:1' }, [row], /could not download.*neither on PATH nor in .*baked nor in .*cache/],
  ];
  it.each(failures)('fails closed: %s', async (_why, inputs, versions, message) => {
    job.actions = actionsWith(job.folder, versions);

    expectFailure(await setup(inputs), message);
    expect(existsSync(join(job.folder, 'cache/go/1.26.4/amd64'))).toBe(false);
  });
});

it.each([
  ['go-version', '>=1.20'], ['go-version', '^1.26'], ['go-version', '1'], ['go-version', 'latest; touch pwned'], ['go-version', '$(touch pwned)'], ['go-version', '../../1.26'], ['go-version', '1.26\n1.27'], ['go-version', '-1.26'],
  ['go-version-file', '/etc/passwd'], ['go-version-file', '../x'], ['go-version-file', 'missing'], ['go-version-file', 'nonsense'],
  ['check-latest', 'yes'], ['architecture', '../amd64'], ['architecture', 'riscv64'], ['download-base-url', 'file:///etc'], ['download-base-url', '-o/etc/x'], ['download-base-url', 'https://x/$(touch pwned)'],
])('refuses %s: %j', async (input, value) => {
  writeFileSync(join(job.workspace, 'nonsense'), '$(touch pwned)\n');

  expectRefusal(await setup({ [input]: value }), input);
  expect(readdirSync(job.workspace)).toEqual(['nonsense']);
});

it.each(['curl', 'tar', 'gzip'])('needs %s, and names the package', async (tool) => {
  job.env['PATH'] = pathOf(join(job.folder, 'poor'), [tool]);

  expectFailure(await setup(), new RegExp(`needs ${tool}, which is not on this machine: install the package "${tool}"`));
});

it('asks nothing on a terminal, and works without HOME', async () => {
  delete job.env['HOME'];

  const { status, log } = await runAction(job, 'setup-go', { 'download-base-url': server.url }, terminal(job));

  expect(status, log).toBe(0);
  expect(readFileSync(join(job.folder, 'cache/go/1.26.4/amd64/bin/go'), 'utf8')).toContain('1.26.4');
});
