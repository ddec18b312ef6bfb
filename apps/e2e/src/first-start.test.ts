import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobView, MachineView, StatusView } from '@tinqs/fleet';
import { cleanEnvironment, npmStart, readJson, startArguments, temporaryFolder, workspaceRoot, type NpmStart } from './support/npm-start.js';

/** The command line as `npx tinqs-ci` runs it, in the folder of the running `npm start`. */
function command(cwd: string, ...args: string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync(process.execPath, [join(workspaceRoot, 'apps/cli/bin/tinqs-ci.mjs'), ...args], { cwd, encoding: 'utf8', env: cleanEnvironment() });
}

describe('npm start in a fresh folder', () => {
  const folder = temporaryFolder();
  let running: NpmStart;

  beforeAll(async () => {
    running = await npmStart({ store: folder.path });
  });

  afterAll(async () => {
    await running.stop();
    folder.remove();
  });

  it('says first where it listens, and is healthy then', async () => {
    const [first] = running.lines;

    expect(first).toMatchObject({ event: 'listening', mode: 'demo', store: folder.path, pid: running.child.pid });
    expect(Date.parse(first!.at)).not.toBeNaN();
    expect((await fetch(`${running.dashboard}/healthz`)).status).toBe(200);
  });

  it('turns the first push into a job, a machine, and nothing left', async () => {
    await running.until('a job is done', (line) => line.event === 'job-done');
    const check = await running.until('no machine is left', (line, all) => line.event === 'check' && line['machines'] === 0 && all.some((each) => each.event === 'job-done'));

    expect(check.text).toContain('0 machines left');
    const push = await running.until('the push is explained', (line) => line.event === 'push');
    expect(push.text).toContain('1 of 2 workflows run; why not docs.yml: paths "docs/**" matched none of');
  });

  it('answers scripts with stable names', () => {
    const status = JSON.parse(command(folder.path, 'status', '--json').stdout) as StatusView & { target: string };
    expect(Object.keys(status)).toEqual(expect.arrayContaining(['target', 'waiting', 'running', 'machines', 'needsYou', 'caps', 'lastSweep', 'missedByWebhooks']));

    const [job] = JSON.parse(command(folder.path, 'jobs', '--json').stdout) as JobView[];
    expect(Object.keys(job!)).toEqual(expect.arrayContaining(['id', 'repository', 'runId', 'name', 'labels', 'status', 'conclusion', 'queuedAt', 'waited', 'class', 'runner', 'instanceId', 'reason', 'url']));
    expect(job).toMatchObject({ name: 'build', status: 'done', conclusion: 'success', labels: ['go'], class: 'go' });

    const [machine] = JSON.parse(command(folder.path, 'runners', '--json').stdout) as MachineView[];
    expect(Object.keys(machine!)).toEqual(expect.arrayContaining(['name', 'instanceId', 'class', 'state', 'outcome', 'type', 'zone', 'market', 'pricePerHour', 'launchedFor', 'ran', 'stages', 'endsBy']));
    expect(machine).toMatchObject({ state: 'ended', outcome: 'used', ran: job!.id });
  });

  it('says why, by id, by address and by name, and exits with 3 for what it does not know', () => {
    const done = (JSON.parse(command(folder.path, 'jobs', '--json').stdout) as JobView[]).find((job) => job.status === 'done')!;
    const byId = command(folder.path, 'why', done.id, '--json');
    const why = JSON.parse(byId.stdout) as { job: JobView; timeline: { at: string; event: string; detail: string }[]; will: string };
    expect(why.timeline.map((entry) => entry.event)).toEqual(expect.arrayContaining(['queued', 'launched', 'done', 'ended']));
    const byAddress = command(folder.path, 'why', done.url!, '--json');
    expect((JSON.parse(byAddress.stdout) as { job: JobView }).job.id).toBe(done.id);
    // The newest of that name.
    const byName = command(folder.path, 'why', 'build', '--json');
    expect((JSON.parse(byName.stdout) as { job: JobView }).job.name).toBe('build');

    const unknown = command(folder.path, 'why', 'no-such-job');
    expect(unknown).toMatchObject({ status: 3, stdout: '' });
    expect(unknown.stderr).toContain('no-such-job is not in the table');
  });

  it('labels what is simulated on every page, each with its JSON twin', async () => {
    for (const path of ['/', '/machines', '/deliveries', '/jobs/1']) {
      const page = await fetch(`${running.dashboard}${path}`);
      expect(page.status, path).toBe(200);
      expect(await page.text(), path).toContain('simulated: no real Gitea, no real machines, no real money');
      expect(page.headers.get('content-security-policy'), path).toContain("default-src 'none'");
      expect(await readJson<object>(`${running.dashboard}${path}?format=json`), path).toBeTypeOf('object');
    }
  });

  it('refuses a second start on its store with exit 2', () => {
    const second = spawnSync(process.execPath, [...startArguments(), '--store', folder.path], { cwd: folder.path, encoding: 'utf8', env: cleanEnvironment() });

    expect(second.status).toBe(2);
    expect(second.stderr).toContain(`is in use by process ${running.pid}`);
  });

  it('takes the next free port where its own is taken, and says so; a port that was asked for is not exchanged', async () => {
    const other = temporaryFolder();
    const taken = createServer();
    await new Promise<void>((resolve) => taken.once('error', () => resolve()).listen(4680, '127.0.0.1', resolve));
    const moved = await npmStart({ store: other.path, port: null });

    expect(moved.dashboard).not.toBe('http://127.0.0.1:4680');
    expect(moved.lines[0]!['notices']).toEqual([expect.stringMatching(/^port 4680 is taken: 46[89]\d instead$/)]);
    expect(await moved.stop()).toBe(0);

    const asked = spawnSync(process.execPath, [...startArguments(), '--store', other.path, '--port', new URL(running.dashboard).port], { cwd: other.path, encoding: 'utf8', env: cleanEnvironment() });
    expect(asked.status).toBe(2);
    expect(asked.stderr).toMatch(/^tinqs-ci: port \d+ is taken: name another with --port/);
    taken.close();
    other.remove();
  });

  it('finishes what is in hand and exits with 0 on SIGTERM; the next start resumes', async () => {
    expect(await running.stop('SIGTERM')).toBe(0);

    running = await npmStart({ store: folder.path });
    expect(running.lines[0]).toMatchObject({ resumed: true });
    const jobs = JSON.parse(command(folder.path, 'jobs', '--json').stdout) as JobView[];
    expect(jobs.some((job) => job.name === 'build' && job.status === 'done')).toBe(true);
  });

  it('is told in the README line by line', () => {
    const readme = readFileSync(join(workspaceRoot, 'README.md'), 'utf8');
    const block = /```\n(tinqs-ci {2}local demo[\s\S]*?)```/.exec(readme)![1]!;
    const shape = (text: string) => text.replace(/\d+ s/g, 'N s').replace(/of \d+ files/, 'of N files').replace(/t3a?\.\w+ eu-west-1\w (spot|on-demand)/, 'TYPE ZONE MARKET').replace(/(launching → )?booting {3}.*/, 'booting   …');
    const said = running.lines.length > 0 ? allLines : [];
    for (const line of block.split('\n').filter((each) => /^ {2}\d\d:\d\d:\d\d/.test(each))) {
      const [, event = '', text = ''] = /^ {2}\S+ {2}(.{12}) {2}(.*)$/.exec(line)!;
      const found = said.some((each) => each.event.replace(/-/g, ' ') === event.trim() && shape(each.text) === shape(text));
      expect(found, `${line}\nnot among\n${said.map((each) => `${each.event} ${each.text}`).join('\n')}`).toBe(true);
    }
  });

  const allLines: { readonly event: string; readonly text: string }[] = [];
  beforeAll(async () => {
    await running.until('the first job is over', (line, all) => line.event === 'check' && line['machines'] === 0 && all.some((each) => each.event === 'job-done'));
    allLines.push(...running.lines);
  });
});

describe('a wrong start', () => {
  const folder = temporaryFolder();
  afterAll(() => folder.remove());
  const run = (environment: NodeJS.ProcessEnv, ...args: string[]) => {
    mkdirSync(folder.path, { recursive: true });
    return spawnSync(process.execPath, [...startArguments(), '--store', join(folder.path, 'store'), ...args], { cwd: folder.path, encoding: 'utf8', env: cleanEnvironment(environment) });
  };

  it('with a Gitea but neither secret nor repositories names all that is missing, exit 2', () => {
    const { status, stderr } = run({ GITEA_URL: 'https://git.example.com' });

    expect(status).toBe(2);
    for (const name of ['GITEA_TOKEN', 'WEBHOOK_SECRET', 'ALLOWED_REPOSITORIES']) expect(stderr).toContain(name);
  });

  it('never repeats a secret in a configuration error', () => {
    const { status, stderr } = run({ GITEA_URL: 'ftp://git.example.com', GITEA_TOKEN: 'planted-token', WEBHOOK_SECRET: 'planted-secret', MAX_RUNNERS: 'many' });

    expect(status).toBe(2);
    expect(stderr).toContain('GITEA_URL');
    expect(stderr).toContain('MAX_RUNNERS');
    expect(stderr).not.toContain('planted');
  });

  it.each([
    ['an unknown option', ['--colour'], '--colour'],
    ['a port that is none', ['--port', 'http'], '--port'],
    ['a speed of nothing', ['--speed', '0'], '--speed'],
  ])('with %s shows the usage, exit 2', (_what, args, named) => {
    const { status, stderr } = run({}, ...args);

    expect(status).toBe(2);
    expect(stderr).toContain(named);
    expect(stderr).toContain('usage: npm start');
  });

  it('of the command where nothing runs says how to start it, exit 4', () => {
    writeFileSync(join(folder.path, 'empty'), '');
    const { status, stderr } = command(folder.path, 'status');

    expect(status).toBe(4);
    expect(stderr).toContain('npm start');
  });
});
