import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { createStand } from '../fidelity/stand.js';
import { SimulatedOutageError } from '../world/fate.js';
import { connectEc2 } from './connect-ec2.js';
import type { HttpServer } from './listen.js';
import { serveEc2 } from './serve-ec2.js';
import { serveGitea } from './serve-gitea.js';

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

function keep(server: HttpServer): HttpServer {
  cleanUps.push(() => server.close());
  return server;
}

const ADMIN = { headers: { authorization: 'token good' } };

describe('the simulated Gitea over HTTP', () => {
  it('answers as its world is at that moment', async () => {
    const stand = createStand('1.26');
    let now = stand.world.now;
    const { url } = keep(await serveGitea({ world: stand.world, now: () => now }));
    stand.dispatch([{ key: 'build', labels: ['go'], durationMs: 1_000 }]);
    stand.machine();
    const states = async (): Promise<string[]> => ((await (await fetch(`${url}/api/v1/repos/acme/app/actions/jobs`, ADMIN)).json()) as { jobs: { status: string }[] }).jobs.map(({ status }) => status);

    expect(await states()).toEqual(['queued']);
    now += 3 * 60_000;
    expect(await states()).toEqual(['completed']);
    expect(await (await fetch(`${url}/api/v1/version`)).json()).toEqual({ version: '1.26.4' });
  });

  it('redirects a renamed repository, writes as well, and still knows it by its id', async () => {
    const stand = createStand('1.27');
    const { url } = keep(await serveGitea({ world: stand.world, now: () => stand.world.now }));
    stand.world.do('renameRepository', { repository: stand.repository, to: 'acme/renamed' });

    const moved = await fetch(`${url}/api/v1/repos/acme/app/actions/runners/7`, { method: 'DELETE', redirect: 'manual', ...ADMIN });
    const byId = (await (await fetch(`${url}/api/v1/repositories/${stand.repository}`, ADMIN)).json()) as { full_name: string };

    expect([moved.status, moved.headers.get('location')]).toEqual([301, '/api/v1/repos/acme/renamed/actions/runners/7']);
    expect(byId.full_name).toBe('acme/renamed');
  });

  it('carries a call out although its answer is lost, and nothing at all during an outage', async () => {
    const stand = createStand('1.27');
    const { world } = stand;
    const { url } = keep(await serveGitea({ world, now: () => world.now }));
    const { id } = world.do('register', { name: 'r', labels: ['go'], ephemeral: true, repositoryId: stand.repository, owner: null });
    const remove = (): Promise<Response> => fetch(`${url}/api/v1/repos/acme/app/actions/runners/${id}`, { method: 'DELETE', ...ADMIN });

    world.do('misbehave', { outages: [{ of: 'gitea', from: 0, to: Number.MAX_SAFE_INTEGER }] });
    await expect(remove()).rejects.toThrow();
    expect(world.gitea.registrations.has(id)).toBe(true);

    world.do('misbehave', { outages: [], loseAnswers: 1 });
    await expect(remove()).rejects.toThrow();
    expect(world.gitea.registrations.has(id)).toBe(false);
  });
});

describe('the simulated EC2 over HTTP', () => {
  it('launches, lists and ends machines of a world elsewhere, and shows its ledger', async () => {
    const stand = createStand('1.26');
    const { url } = keep(await serveEc2({ world: stand.world, now: () => stand.world.now }));
    const remote = connectEc2(url);
    const request = { clientToken: 't', name: 'n', classId: 'go', pool: { instanceType: 't3.small', subnet: 'subnet-a', market: 'spot' as const }, amiId: 'a', limits: { bootSeconds: 300, idleSeconds: 300, jobMinutes: 60 }, tags: { mark: 'x' }, runnerId: 1 };

    const answer = await remote.launch(request);
    stand.pass(10_000);

    expect(await remote.launch(request)).toEqual(answer);
    expect(await remote.list()).toEqual(stand.world.instances());
    expect((await remote.ledger()).machines).toEqual(stand.world.ledger.machines);
    expect(await remote.terminate(answer.kind === 'launched' ? answer.instanceId : '', true)).toBe('ending');
    expect(await remote.terminate('i-unknown')).toBe('not-found');
  });

  it('says which calls and commands there are', async () => {
    const stand = createStand('1.26');
    const { url } = keep(await serveEc2({ world: stand.world, now: () => stand.world.now }));

    await expect(connectEc2(url).do('fly' as 'push', {} as never)).rejects.toThrow(/expected one of the commands createRepository/);
    await expect(connectEc2(url).do('push', { repository: 'acme/nothing' })).rejects.toThrow('the simulated Gitea has no repository acme/nothing');
    expect((await fetch(`${url}/nothing`, { method: 'POST' })).status).toBe(404);
  });

  it('is silent during an outage', async () => {
    const stand = createStand('1.26');
    const { url } = keep(await serveEc2({ world: stand.world, now: () => stand.world.now }));
    stand.world.do('misbehave', { outages: [{ of: 'ec2', from: 0, to: Number.MAX_SAFE_INTEGER }] });

    await expect(connectEc2(url).list()).rejects.toThrow(SimulatedOutageError);
    expect((await connectEc2(url).ledger()).machines).toEqual([]);
  });
});

describe('a world in a process of its own', () => {
  it('survives a SIGKILL: the same machines, the same addresses if asked for, its ledger goes on', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
    cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
    const first = await start({ folder, gitea: '1.27', seed: 4 });
    const world = connectEc2(first.ec2);
    const { id } = await world.do('createRepository', { fullName: 'acme/app', files: { a: 'a' } });
    const { id: runnerId } = await world.do('register', { name: 'r', labels: ['go'], ephemeral: true, repositoryId: id, owner: null });
    await world.do('launch', { clientToken: 't', name: 'r', classId: 'go', pool: { instanceType: 't3.small', subnet: 's', market: 'spot' }, amiId: 'a', limits: { bootSeconds: 300, idleSeconds: 300, jobMinutes: 60 }, tags: {}, runnerId });
    const before = await world.ledger();

    first.child.kill('SIGKILL');
    await new Promise((resolve) => first.child.once('exit', resolve));
    const second = await start({ folder, gitea: '1.27', seed: 4, ec2Port: Number(new URL(first.ec2).port) });

    expect(second).toMatchObject({ ec2: first.ec2, resumed: true });
    expect(await world.ledger()).toEqual(before);
  });
});

interface Started {
  readonly child: ChildProcess;
  readonly gitea: string;
  readonly ec2: string;
  readonly resumed: boolean;
}

async function start(options: object): Promise<Started> {
  const main = join(import.meta.dirname, '..', 'serve-world.ts');
  const child = spawn(process.execPath, ['--conditions=@tinqs/source', '--import', 'tsx', main, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
  cleanUps.push(() => child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) return { child, ...(JSON.parse(line) as Omit<Started, 'child'>) };
  throw new Error('the world ended before it said where it listens');
}
