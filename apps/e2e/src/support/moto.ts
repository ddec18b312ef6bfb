import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export const REGION = 'eu-west-1';
const TOOLS = ['moto_server', 'cfn-lint'];

export const hasMoto = TOOLS.every((tool) => (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, tool))));
export const MOTO_MISSING = "moto or cfn-lint is not installed: pip install 'moto[server,ec2,sqs,dynamodb,cloudformation,ssm,iam,s3,awslambda,events,scheduler]==5.2.1' cfn-lint==1.51.0";

/** A call to AWS, as it went out. */
export interface AwsCallSeen {
  readonly service: string;
  readonly action: string;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

export interface Moto {
  readonly url: string;
  /** Before moto, writing down what passes. */
  readonly recorded: string;
  readonly calls: AwsCallSeen[];
  /** Asks a service in its own protocol; moto checks no signature. */
  ask(service: string, path: string, init?: { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: string; readonly region?: string }): Promise<string>;
  query(service: string, version: string, action: string, fields: Record<string, string>): Promise<string>;
  ec2(action: string, fields?: Record<string, string>): Promise<string>;
  json(service: string, target: string, input: object, region?: string): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

export async function startMoto(): Promise<Moto> {
  const port = await freePort();
  const server = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore', env: { ...process.env, MOTO_EC2_LOAD_DEFAULT_AMIS: 'false' } });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()).once('error', () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  while (server.exitCode === null && !(await fetch(`${url}/moto-api/data.json`).then(({ ok }) => ok, () => false))) await pause(100);
  const calls: AwsCallSeen[] = [];
  const proxy = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      calls.push(seen(incoming.headers, `${incoming.method} ${incoming.url}`, body.toString()));
      const forward = request(`${url}${incoming.url}`, { method: incoming.method, headers: { ...incoming.headers, 'content-length': body.byteLength } }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      forward.on('error', () => outgoing.destroy());
      forward.end(body);
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const ask: Moto['ask'] = async (service, path, { region = REGION, headers = {}, ...init } = {}) => {
    const answer = await fetch(`${url}${path}`, { ...init, headers: { authorization: `AWS4-HMAC-SHA256 Credential=x/20300101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`, ...headers } });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${service} ${path}: ${answer.status} ${text}`);
    return text;
  };
  const query: Moto['query'] = (service, version, action, fields) => ask(service, '/', { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ Action: action, Version: version, ...fields }).toString() });
  return {
    url,
    recorded: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    calls,
    ask,
    query,
    ec2: (action, fields = {}) => query('ec2', '2016-11-15', action, fields),
    json: async (service, target, input, region) => JSON.parse(await ask(service, '/', { method: 'POST', headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target }, body: JSON.stringify(input), ...(region === undefined ? {} : { region }) })) as Record<string, unknown>,
    async close() {
      proxy.close();
      proxy.closeAllConnections();
      server.kill('SIGTERM');
      await ended;
    },
  };
}

function seen(headers: IncomingHttpHeaders, line: string, body: string): AwsCallSeen {
  const service = /\/\d{8}\/[^/]+\/([^/]+)\/aws4_request/.exec(headers.authorization ?? '')?.[1] ?? '?';
  const target = headers['x-amz-target'];
  const action = typeof target === 'string' ? target.replace(/^.*\./, '') : (new URLSearchParams(body).get('Action') ?? line);
  return { service, action, body, headers };
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
