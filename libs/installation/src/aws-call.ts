import { request as httpRequest } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { signPost } from './aws-signature.js';
import type { Environment } from './config.js';

/** One call of a service's JSON protocol. May be sent twice when an answer was lost. */
export type AwsCall = (call: { readonly service: string; readonly endpoint?: string; readonly target: string; readonly version: '1.0' | '1.1'; readonly input: object }) => Promise<unknown>;

/** An AWS service refused, or did not answer; `code` is its own. */
export class AwsCallError extends Error {
  override readonly name = 'AwsCallError';

  constructor(target: string, readonly code: string, detail: string, options: ErrorOptions = {}) {
    super(`${target}: ${code}${detail === '' ? '' : `, ${detail}`}`, options);
  }
}

export interface AwsCallOptions {
  readonly environment: Environment;
  readonly now: () => number;
  /** Of one attempt; three are made. */
  readonly attemptMs?: number;
}

const ATTEMPTS = 3;
const THROTTLED = /Throttl|TooManyRequests|RequestLimitExceeded/;

/**
 * Calls AWS as Lambda's environment says (credentials, region, `AWS_ENDPOINT_URL`), without the SDK: its core takes
 * longer to load than a delivery to be answered. Outside Lambda use the SDK, which knows every kind of credentials.
 */
export function createAwsCall({ environment, now, attemptMs = 1_500 }: AwsCallOptions): AwsCall {
  const agent = new Agent({ keepAlive: true });
  const region = environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'] ?? '';

  return async ({ service, endpoint, target, version, input }) => {
    const named = environment[`AWS_ENDPOINT_URL_${service.toUpperCase()}`] ?? environment['AWS_ENDPOINT_URL'];
    const url = new URL('/', named ?? endpoint ?? `https://${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`);
    const body = JSON.stringify(input);
    const headers = { 'content-type': `application/x-amz-json-${version}`, 'x-amz-target': target };
    for (let attempt = 1; ; attempt += 1) {
      // Read each time: Lambda renews nothing within one environment, but a local server may.
      const credentials = { accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '', secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '', sessionToken: environment['AWS_SESSION_TOKEN'] };
      const answer = await post(url, signPost({ url, headers, body }, { credentials, region, service, at: now() }), body, attemptMs, agent).catch((cause: Error) => new AwsCallError(target, 'NoAnswer', cause.message, { cause }));
      const failure = answer instanceof AwsCallError ? answer : failureOf(target, answer);
      if (failure === undefined) return JSON.parse((answer as Answer).text || '{}') as unknown;
      const mayHelp = answer instanceof AwsCallError || answer.status >= 500 || THROTTLED.test(failure.code);
      if (attempt === ATTEMPTS || !mayHelp) throw failure;
      await pause(50 * 2 ** attempt);
    }
  };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

function post(url: URL, headers: Record<string, string>, body: string, timeoutMs: number, agent: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', headers: { ...headers, 'content-length': Buffer.byteLength(body) }, signal: AbortSignal.timeout(timeoutMs) };
    const request = url.protocol === 'https:' ? httpsRequest(url, { ...options, agent }) : httpRequest(url, options);
    request.on('error', reject);
    request.on('response', (message) => {
      const chunks: Buffer[] = [];
      message.on('data', (chunk: Buffer) => chunks.push(chunk));
      message.on('error', reject);
      message.on('end', () => resolve({ status: message.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }));
    });
    request.end(body);
  });
}

/** `__type` may carry a namespace before and an address behind the code. */
function failureOf(target: string, { status, text }: Answer): AwsCallError | undefined {
  if (status < 300) return undefined;
  const { __type: type, message, Message } = parse(text);
  const code = typeof type === 'string' ? type.replace(/^.*#/, '').replace(/:.*$/, '') : `HTTP ${status}`;
  return new AwsCallError(target, code, String(message ?? Message ?? ''));
}

function parse(text: string): { readonly __type?: unknown; readonly message?: unknown; readonly Message?: unknown } {
  try {
    return (JSON.parse(text) ?? {}) as object;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    return {};
  }
}
