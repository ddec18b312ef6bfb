import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createGiteaClient } from './client.js';
import { createLeanFetch } from './lean-fetch.js';

const open: Server[] = [];
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(server: Server, scheme = 'http'): Promise<string> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const serve = (handler: RequestListener) => listen(createServer(handler));
const init = (change: object = {}) => ({ method: 'GET', headers: {}, redirect: 'manual' as const, signal: new AbortController().signal, ...change });

describe.each([
  ['the lean fetch', () => createLeanFetch()],
  ['the global fetch', () => fetch],
])('%s', (_, create) => {
  it('sends method, headers and body, and gives back status, headers and text', async () => {
    const url = await serve(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      response.writeHead(201, { 'content-type': 'application/json', 'x-total-count': '7' });
      response.end(JSON.stringify({ method: request.method, url: request.url, token: request.headers.authorization, body }));
    });

    const answer = await create()(`${url}/a%2Fb?x=1`, init({ method: 'POST', headers: { authorization: 'token t', 'content-type': 'application/json' }, body: '{"ü":"🦊"}' }));

    expect([answer.status, answer.headers.get('X-Total-Count'), answer.headers.get('x-none')]).toEqual([201, '7', null]);
    expect(JSON.parse(await answer.text())).toEqual({ method: 'POST', url: '/a%2Fb?x=1', token: 'token t', body: '{"ü":"🦊"}' });
  });

  it('does not follow a redirect', async () => {
    const seen: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      seen.push(request.url);
      response.writeHead(302, { location: '/elsewhere' }).end();
    });

    const answer = await create()(url, init());

    expect([answer.status, answer.headers.get('location'), seen]).toEqual([302, '/elsewhere', ['/']]);
  });

  it.each([
    ['before the head', (): RequestListener => () => undefined],
    ['in the middle of the body', (): RequestListener => (_request, response) => void response.writeHead(200).write('half')],
  ])('fails with the reason of the signal when time is over %s', async (__, handler) => {
    const url = await serve(handler());
    const signal = AbortSignal.timeout(50);

    const reading = create()(url, init({ signal })).then((answer) => answer.text());

    await expect(reading).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('fails when the connection breaks in the middle of the body', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy());
    });

    await expect(create()(url, init()).then((answer) => answer.text())).rejects.toThrow();
  });

  it('fails when nobody listens', async () => {
    const url = await serve(() => undefined);
    open.splice(0).forEach((server) => server.close());

    await expect(create()(url, init())).rejects.toThrow();
  });

  it('can drop a body without reading it', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200);
      response.write('x'.repeat(1_000_000));
    });

    const answer = await create()(url, init());

    await answer.body?.cancel();
    expect(answer.status).toBe(200);
  });
});

describe('createLeanFetch', () => {
  it('reads eight megabytes', async () => {
    const url = await serve((_request, response) => void response.end('ü'.repeat(4_000_000)));

    expect((await (await createLeanFetch()(url, init())).text()).length).toBe(4_000_000);
  });

  it('refuses an answer above its limit without reading it to the end', async () => {
    let sent = 0;
    const url = await serve((_request, response) => {
      const more = () => {
        while (!response.destroyed) {
          sent += 65_536;
          if (!response.write(Buffer.alloc(65_536))) break;
        }
      };
      response.on('drain', more);
      more();
    });

    const answer = await createLeanFetch({ maxBytes: 1_000_000 })(url, init());

    await expect(answer.text()).rejects.toThrow('the answer is larger than 1000000 bytes');
    expect(sent).toBeLessThan(100_000_000);
  });

  it('reads over one connection, and writes over one each', async () => {
    const ports = { GET: new Set<number | undefined>(), POST: new Set<number | undefined>() };
    const url = await serve((request, response) => {
      ports[request.method as 'GET' | 'POST'].add(request.socket.remotePort);
      response.end('{}');
    });
    const lean = createLeanFetch();

    for (const method of ['GET', 'GET', 'GET', 'POST', 'POST']) await (await lean(url, init({ method }))).text();

    expect([ports.GET.size, ports.POST.size]).toEqual([1, 2]);
  });

  it('repeats a read whose kept connection had died', async () => {
    let requests = 0;
    const url = await serve((request, response) => {
      requests += 1;
      if (requests === 2) request.socket.destroy();
      else response.end('{}');
    });
    const lean = createLeanFetch();

    await (await lean(url, init())).text();
    const second = await lean(url, init());

    expect([second.status, requests]).toEqual([200, 3]);
  });

  it('does not repeat a write', async () => {
    let requests = 0;
    const url = await serve((request) => {
      requests += 1;
      request.socket.destroy();
    });

    await expect(createLeanFetch()(url, init({ method: 'POST', body: '{}' }))).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(requests).toBe(1);
  });
});

const openssl = canRun('openssl');

describe.skipIf(!openssl)(`createLeanFetch over TLS${openssl ? '' : ' (needs openssl: apt-get install openssl)'}`, () => {
  async function serveTls(): Promise<{ url: string; ca: string }> {
    const folder = mkdtempSync(join(tmpdir(), 'gitea-client-tls-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=gitea.test', '-addext', 'subjectAltName=IP:127.0.0.1'], { stdio: 'ignore' });
    const identity = { key: readFileSync(key), cert: readFileSync(cert, 'utf8') };
    rmSync(folder, { recursive: true });
    const server = createTlsServer(identity, (_request, response) => void response.end('{"version":"1.27.0"}'));
    return { url: await listen(server, 'https'), ca: identity.cert };
  }

  it('speaks to a server of a private authority that it was given', async () => {
    const { url, ca } = await serveTls();

    expect(await createGiteaClient({ url, token: 'tok', fetch: createLeanFetch({ ca }) }).version()).toBe('1.27.0');
  });

  it('refuses it otherwise, and says why', async () => {
    const { url } = await serveTls();

    await expect(createGiteaClient({ url, token: 'tok', fetch: createLeanFetch() }).version()).rejects.toMatchObject({ kind: 'unreachable', sentence: expect.stringContaining('self-signed certificate') });
  });

  it('refuses a certificate of another name', async () => {
    const { url, ca } = await serveTls();
    const elsewhere = url.replace('127.0.0.1', 'localhost');

    await expect(createGiteaClient({ url: elsewhere, fetch: createLeanFetch({ ca }) }).version()).rejects.toMatchObject({ kind: 'unreachable', sentence: expect.stringMatching(/does not match certificate/) });
  });
});

function canRun(program: string): boolean {
  try {
    execFileSync(program, ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
