import { createServer, request, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** One call of DynamoDB's JSON protocol, as the proxy sees it. */
export interface ProxiedCall {
  /** `UpdateItem`, from the header `x-amz-target`. */
  readonly operation: string;
  readonly body: { readonly [field: string]: unknown };
  /** Counts from 0 over all calls. */
  readonly index: number;
}

export type Fault =
  /** It is carried out, and the connection ends without an answer. */
  | { readonly kind: 'lose-answer' }
  /** It never arrives. */
  | { readonly kind: 'drop' }
  /** Answered with this error, not carried out. */
  | { readonly kind: 'error'; readonly code: 'ProvisionedThroughputExceededException' | 'ThrottlingException' | 'InternalServerError' | 'AccessDeniedException' }
  | { readonly kind: 'delay'; readonly ms: number };

export interface FaultProxy {
  readonly endpoint: string;
  /** Every call that came, in order. */
  readonly calls: readonly ProxiedCall[];
  /** What becomes of each call from now on; `undefined` lets it pass. */
  plan(faultOf: (call: ProxiedCall) => Fault | undefined): void;
  close(): Promise<void>;
}

/** Stands before a DynamoDB endpoint on loopback and does to its calls what networks and AWS do. `oneAtATime`: before a server without locks. */
export async function startFaultProxy(upstream: string, { oneAtATime = false }: { readonly oneAtATime?: boolean } = {}): Promise<FaultProxy> {
  const calls: ProxiedCall[] = [];
  let faultOf: (call: ProxiedCall) => Fault | undefined = () => undefined;
  let before: Promise<unknown> = Promise.resolve();

  const server = createServer((incoming, outgoing) => {
    void serve(incoming, outgoing).catch(() => outgoing.destroy());
  });

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const sent = await readAll(incoming);
    const call = { operation: String(incoming.headers['x-amz-target']).split('.')[1] ?? '', body: JSON.parse(sent.toString() || '{}') as ProxiedCall['body'], index: calls.length };
    calls.push(call);
    const fault = faultOf(call);
    if (fault?.kind === 'delay') await pause(fault.ms);
    if (fault?.kind === 'drop') return void outgoing.destroy();
    if (fault?.kind === 'error') {
      outgoing.writeHead(fault.code === 'InternalServerError' ? 500 : 400, { 'content-type': 'application/x-amz-json-1.0' });
      return void outgoing.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${fault.code}`, message: 'injected' }));
    }
    const answer = await inTurn(() => forward(upstream, incoming.headers, sent));
    if (fault?.kind === 'lose-answer') return void outgoing.destroy();
    outgoing.writeHead(answer.status, answer.headers);
    outgoing.end(answer.body);
  }

  function inTurn<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = oneAtATime ? before.then(task, task) : task();
    before = result.catch(() => undefined);
    return result;
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    plan: (next) => (faultOf = next),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function forward(upstream: string, headers: IncomingHttpHeaders, body: Buffer): Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(upstream, { method: 'POST', headers }, resolve).on('error', reject).end(body);
  });
  return { status: answer.statusCode ?? 502, headers: answer.headers, body: await readAll(answer) };
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
