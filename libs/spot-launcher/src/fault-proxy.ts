import { Agent, createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { awsError, readAwsCall, type AwsAnswer, type AwsCall } from './aws-wire.js';

/** What goes wrong with the calls it fits. The first rule that fits and is not used up applies. */
export interface Fault {
  readonly service?: string;
  readonly action?: string;
  /** A further condition on the call. */
  readonly when?: (call: AwsCall) => boolean;
  /** Lets the first n that fit pass. */
  readonly skip?: number;
  /** Wears off after n; 1 by default. */
  readonly times?: number;
  /** Before anything else happens. */
  readonly delayMs?: number;
  /**
   * `error`: refused, the service never hears of it. `drop`: the connection breaks, the service never hears of it.
   * `lose-answer`: done, then the connection breaks. `hang`: done, never answered. `delay`: done and answered.
   */
  readonly effect: 'error' | 'drop' | 'lose-answer' | 'hang' | 'delay';
  readonly status?: number;
  readonly code?: string;
  readonly message?: string;
  readonly extra?: object;
}

/** A call that was seen, and what the client was answered; `status` is 0 if nothing. */
export interface SeenCall extends AwsCall {
  readonly status: number;
}

/** Stands between the faults and the service: what an emulator lacks (`emulate-ec2.ts`). */
export type Layer = (call: AwsCall, next: () => Promise<AwsAnswer>) => Promise<AwsAnswer>;

export interface FaultProxy {
  readonly url: string;
  /** All calls since the last `reset`, in the order they arrived. */
  calls(action?: string): readonly SeenCall[];
  inject(...faults: readonly Fault[]): void;
  /** Forgets calls and faults. */
  reset(): void;
  close(): Promise<void>;
}

/** Starts a reverse proxy on loopback before an AWS emulator, for any service the SDK speaks to with one endpoint. */
export async function startFaultProxy(options: { readonly target: string; readonly layers?: readonly Layer[] }): Promise<FaultProxy> {
  const agent = new Agent({ keepAlive: true });
  const layers = options.layers ?? [];
  let faults: { readonly fault: Fault; seen: number; left: number }[] = [];
  let seen: { call: AwsCall; status: number }[] = [];

  const takeFault = (call: AwsCall): Fault | undefined => {
    for (const entry of faults) {
      const { service = call.service, action = call.action, when, skip = 0 } = entry.fault;
      if (entry.left === 0 || service !== call.service || action !== call.action || when?.(call) === false) continue;
      entry.seen += 1;
      if (entry.seen <= skip) continue;
      entry.left -= 1;
      return entry.fault;
    }
    return undefined;
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readAll(request);
    const call = readAwsCall({ method: request.method ?? 'GET', url: request.url ?? '/', headers: request.headers }, body);
    const record = { call, status: 0 };
    seen.push(record);
    const fault = takeFault(call);
    if (fault?.delayMs !== undefined) await pause(fault.delayMs);
    if (fault?.effect === 'drop') return void request.socket.destroy();
    const forward = layers.reduceRight<() => Promise<AwsAnswer>>((next, layer) => () => layer(call, next), () => passOn(options.target, agent, request, body));
    const answer = fault?.effect === 'error' ? awsError(call, { status: 400, code: 'InjectedFault', ...fault }) : await forward();
    if (fault?.effect === 'lose-answer') return void request.socket.destroy();
    if (fault?.effect === 'hang') return;
    record.status = answer.status;
    response.writeHead(answer.status, { ...(answer.headers as object), 'content-length': answer.body.length }).end(answer.body);
  };

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => response.writeHead(502).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: (action) => seen.filter(({ call }) => action === undefined || call.action === action).map(({ call, status }) => ({ ...call, status })),
    inject: (...more) => {
      faults.push(...more.map((fault) => ({ fault, seen: 0, left: fault.times ?? 1 })));
    },
    reset: () => {
      faults = [];
      seen = [];
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        agent.destroy();
      }),
  };
}

function passOn(target: string, agent: Agent, request: IncomingMessage, body: Buffer): Promise<AwsAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(new URL(request.url ?? '/', target), { agent, method: request.method, headers: { ...request.headers, 'content-length': body.length } }, (answer) => {
      readAll(answer).then((bytes) => {
        const { connection: _connection, 'transfer-encoding': _encoding, 'keep-alive': _keepAlive, ...headers } = answer.headers;
        resolve({ status: answer.statusCode ?? 502, headers, body: bytes });
      }, reject);
    });
    outgoing.on('error', reject).end(body);
  });
}

async function readAll(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
