import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface GitServerOptions {
  /** Folder of bare repositories, `<owner>/<name>.git`. */
  readonly root: string;
  /** Which token reads which repository; a repository without an entry is public. */
  readonly tokens: Readonly<Record<string, readonly string[]>>;
  /** Old names, as Gitea answers them after a rename: 301. */
  readonly moved?: Readonly<Record<string, string>>;
  /** LFS objects by their sha256. */
  readonly largeFiles?: Readonly<Record<string, string>>;
}

export interface GitServer {
  readonly url: string;
  /** Since the last `reset`: requests, their Authorization headers, bytes sent. */
  readonly seen: { requests: string[]; authorizations: string[]; bytes: number };
  /** Answers the next requests with these statuses, without looking at them. */
  failNext(...statuses: number[]): void;
  reset(): void;
  close(): Promise<void>;
}

/** `git http-backend` behind Gitea's manners: Basic auth with the token as either half, 401 without, 403 for another repository, 400 for two headers. */
export async function startGitServer({ root, tokens, moved = {}, largeFiles: objects = {} }: GitServerOptions): Promise<GitServer> {
  const seen: GitServer['seen'] = { requests: [], authorizations: [], bytes: 0 };
  const failures: number[] = [];
  const everyToken = new Set(Object.values(tokens).flat());

  // As Gitea's batch answers: the address, and the header of the request once more.
  const largeFiles = (request: IncomingMessage, response: ServerResponse, path: string): void => {
    const oid = /^\/info\/lfs\/objects\/([0-9a-f]{64})$/.exec(path)?.[1];
    if (oid !== undefined) return void response.writeHead(objects[oid] === undefined ? 404 : 200).end(objects[oid]);
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      const wanted = (JSON.parse(body) as { objects: { oid: string; size: number }[] }).objects;
      const here = `http://${request.headers.host}${request.url?.replace(/\/batch$/, '')}`;
      response.writeHead(200, { 'content-type': 'application/vnd.git-lfs+json' });
      response.end(JSON.stringify({ transfer: 'basic', objects: wanted.map((object) => ({ ...object, actions: { download: { href: `${here}/${object.oid}`, header: { Authorization: request.headers.authorization } } } })) }));
    });
  };

  const server = createServer((request, response) => {
    const address = new URL(request.url ?? '/', 'http://server');
    const [, repository = '', path = ''] = /^\/([^/]+\/[^/]+?)(?:\.git)?(\/.*)$/.exec(address.pathname) ?? [];
    seen.requests.push(`${request.method} ${address.pathname}`);
    seen.authorizations.push(request.headers.authorization ?? '');
    const refuse = (status: number, text: string, headers: Record<string, string> = {}) => response.writeHead(status, { connection: 'close', ...headers }).end(text);

    const failure = failures.shift();
    if (failure !== undefined) return refuse(failure, 'out of order');
    const target = moved[repository];
    if (target !== undefined) return refuse(301, '', { location: /^https?:/.test(target) ? `${target}${path}${address.search}` : `/${target}${path}${address.search}` });
    if (request.rawHeaders.filter((name) => name.toLowerCase() === 'authorization').length > 1) return refuse(400, 'two Authorization headers');
    const token = tokenOf(request);
    const readers = tokens[repository];
    if (readers !== undefined || token !== '') {
      if (!everyToken.has(token)) return refuse(401, 'Unauthorized', { 'www-authenticate': 'Basic realm="Gitea"' });
      if (readers !== undefined && !readers.includes(token)) return refuse(403, 'User permission denied');
    }
    if (path.startsWith('/info/lfs/objects')) return largeFiles(request, response, path);
    return backend(request, response, { root, path: `/${repository}.git${path}`, query: address.search.slice(1), count: (bytes) => (seen.bytes += bytes) });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    failNext: (...statuses) => void failures.push(...statuses),
    reset: () => {
      Object.assign(seen, { requests: [], authorizations: [], bytes: 0 });
      failures.length = 0;
    },
    close: () => new Promise((closed) => (server.close(() => closed()), server.closeAllConnections())),
  };
}

function tokenOf(request: IncomingMessage): string {
  const basic = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const [user = '', password = ''] = Buffer.from(basic, 'base64').toString().split(':');
  return password === '' || password === 'x-oauth-basic' ? user : password;
}

function backend(request: IncomingMessage, response: ServerResponse, call: { root: string; path: string; query: string; count: (bytes: number) => void }): void {
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: call.root,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
      PATH_INFO: call.path,
      QUERY_STRING: call.query,
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: String(request.headers['content-encoding'] ?? ''),
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REMOTE_ADDR: '127.0.0.1',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => request.destroy());
  request.pipe(child.stdin);
  let head: Buffer | undefined = Buffer.alloc(0);
  child.stdout.on('data', (chunk: Buffer) => {
    if (head === undefined) {
      call.count(chunk.length);
      response.write(chunk);
      return;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    const lines = head.subarray(0, end).toString().split('\r\n');
    const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]));
    const status = Number.parseInt(headers['Status'] ?? '200', 10);
    delete headers['Status'];
    response.writeHead(status, headers);
    const rest = head.subarray(end + 4);
    head = undefined;
    call.count(rest.length);
    response.write(rest);
  });
  child.on('close', () => response.end());
}
