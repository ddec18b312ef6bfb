import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** One request of an AWS client, as its service would read it. */
export interface AwsCall {
  /** From the signature's scope: `ec2`, `dynamodb`, `sqs`, … */
  readonly service: string;
  /** `RunInstances`, `PutItem`, …; for REST services the method and path. */
  readonly action: string;
  readonly protocol: 'ec2' | 'query' | 'json' | 'rest';
  /** The form's fields (`InstanceMarketOptions.MarketType`) or the JSON body. */
  readonly params: { readonly [name: string]: unknown };
  readonly body: string;
}

export interface AwsAnswer {
  readonly status: number;
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined };
  readonly body: Buffer;
}

export function readAwsCall(request: { readonly method: string; readonly url: string; readonly headers: IncomingHttpHeaders }, bytes: Buffer): AwsCall {
  const service = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? 'unsigned';
  const body = bytes.toString('utf8');
  const target = request.headers['x-amz-target'];
  if (typeof target === 'string') return { service, action: target.split('.').pop() ?? target, protocol: 'json', params: parseJson(body), body };
  if ((request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) {
    const params = Object.fromEntries(new URLSearchParams(body));
    return { service, action: params['Action'] ?? '', protocol: service === 'ec2' ? 'ec2' : 'query', params, body };
  }
  return { service, action: `${request.method} ${request.url.split('?')[0]}`, protocol: 'rest', params: parseJson(body), body };
}

/** An error as the service of `call` words it; `extra` are further members of a JSON error. */
export function awsError(call: AwsCall, error: { readonly status: number; readonly code: string; readonly message?: string; readonly extra?: object }): AwsAnswer {
  const { status, code, message = code, extra } = error;
  const answer = (type: string, body: string): AwsAnswer => ({ status, headers: { 'content-type': type, 'x-amzn-requestid': randomUUID(), ...(call.protocol === 'rest' && { 'x-amzn-errortype': code }) }, body: Buffer.from(body) });
  const detail = `<Code>${escapeXml(code)}</Code><Message>${escapeXml(message)}</Message>`;
  switch (call.protocol) {
    case 'ec2':
      return answer('text/xml', `<?xml version="1.0" encoding="UTF-8"?><Response><Errors><Error>${detail}</Error></Errors><RequestID>${randomUUID()}</RequestID></Response>`);
    case 'query':
      return answer('text/xml', `<ErrorResponse><Error><Type>${status >= 500 ? 'Receiver' : 'Sender'}</Type>${detail}</Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`);
    case 'json':
    case 'rest':
      return answer('application/x-amz-json-1.0', JSON.stringify({ __type: `com.amazonaws.${call.service}#${code}`, message, ...extra }));
  }
}

function escapeXml(text: string): string {
  return text.replace(/[<>&]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function parseJson(text: string): { [name: string]: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as { [name: string]: unknown }) : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
