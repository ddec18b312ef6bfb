import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { handleWebhook, type WebhookTools } from '@tinqs/dispatcher';
import type { Hono } from 'hono';
import { UsageError } from './options.js';

export interface HttpServerOptions {
  readonly port: number;
  /** Taken by another program: the next free one, unless the port was asked for by name. */
  readonly mayMove: boolean;
  readonly webhook: WebhookTools;
  readonly dashboard: Hono;
  /** `POST /knock` with this token asks for a look at a scope: the command line's way in. */
  readonly knock: { readonly token: string; readonly onKnock: (body: unknown) => Promise<void> };
}

const LOOPBACK = '127.0.0.1';
const MOST_PORTS = 20;

/** Everything `npm start` serves, on one port of loopback. */
export async function startHttpServer(options: HttpServerOptions): Promise<{ readonly server: Server; readonly port: number }> {
  const dashboard = getRequestListener(options.dashboard.fetch);
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').replace(/\?.*$/s, '');
    const answer = (status: number, body: string) => {
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...(status === 405 ? { allow: 'POST' } : {}), ...(status === 413 ? { connection: 'close' } : {}) });
      response.end(`${body}\n`);
    };
    if (path === '/healthz') return answer(200, 'ok');
    if (path === '/webhook') {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]));
      void handleWebhook({ method: request.method ?? 'GET', headers, readBody: (most) => readBody(request, most) }, options.webhook).then(
        ({ status, body }) => answer(status, body),
        () => answer(503, 'the delivery could not be taken'),
      );
      return undefined;
    }
    if (path === '/knock') {
      if (request.method !== 'POST' || request.headers.authorization !== `Bearer ${options.knock.token}`) return answer(401, 'expected the token of local.json');
      void readBody(request, 65_536)
        .then(async (body) => {
          await options.knock.onKnock(JSON.parse(Buffer.from(body ?? []).toString() || '{}'));
          answer(202, 'knocked');
        })
        .catch((cause: unknown) => answer(400, (cause as Error).message));
      return undefined;
    }
    return void dashboard(request, response);
  });
  for (let port = options.port, tries = 0; ; port += 1, tries += 1) {
    try {
      await listen(server, port);
      return { server, port: (server.address() as AddressInfo).port };
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
      if (!options.mayMove || tries >= MOST_PORTS) throw new UsageError(`port ${port} is taken: name another with --port, or none for the next free one from 4680`);
    }
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, LOOPBACK, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function readBody(request: IncomingMessage, mostBytes: number): Promise<Uint8Array | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > mostBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
