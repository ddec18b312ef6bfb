import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Request } from './answer-call.js';
import type { Answer } from './call.js';

export interface HttpServer {
  /** Without a slash at its end. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Listens on loopback. `no-answer` cuts the connection. */
export async function listen(port: number, answer: (request: Request) => Answer | 'no-answer' | Promise<Answer | 'no-answer'>): Promise<HttpServer> {
  const server = createServer((request, response) => {
    void (async () => {
      const text = await readBody(request);
      const result = await answer({ method: request.method ?? 'GET', target: request.url ?? '/', authorization: request.headers.authorization, body: parse(text) });
      if (result === 'no-answer') return void request.socket.destroy();
      const isText = typeof result.body === 'string';
      const body = result.body === undefined ? '' : isText ? result.body : JSON.stringify(result.body);
      const type = result.body === undefined ? {} : { 'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json;charset=utf-8' };
      response.writeHead(result.status, { ...type, ...result.headers });
      response.end(request.method === 'HEAD' ? '' : (body as string));
    })().catch((error: unknown) => {
      response.writeHead(500, { 'content-type': 'application/json;charset=utf-8' });
      response.end(JSON.stringify({ message: String(error), url: '' }));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const actual = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${actual}`,
    port: actual,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
