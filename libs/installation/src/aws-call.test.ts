import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { AwsCallError, createAwsCall } from './aws-call.js';
import { createLambdaParameterReader } from './parameter-reader.js';
import { createSqsQueue } from './sqs-queue.js';

interface Call {
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
}

type Answer = { readonly status: number; readonly body: unknown } | 'hang up';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** A service of AWS that gives these answers, one after the other. */
async function serve(...answers: readonly Answer[]) {
  const calls: Call[] = [];
  const left = [...answers];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      calls.push({ headers: request.headers, body: JSON.parse(Buffer.concat(chunks).toString()) });
      const answer = left.shift() ?? { status: 200, body: {} };
      if (answer === 'hang up') return void request.socket.destroy();
      response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer.body));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const environment = { AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'a secret key', AWS_SESSION_TOKEN: 'session' };
  return { calls, call: createAwsCall({ environment, now: () => Date.UTC(2030, 0, 1) }) };
}

const URL_OF_QUEUE = 'https://sqs.eu-west-1.amazonaws.com/1/tinqs-ci-queue';
const REFUSED: Answer = { status: 400, body: { __type: 'com.amazonaws.ssm#ParameterNotFound', message: 'there is none' } };

describe('createAwsCall', () => {
  it('sends a signed call of the JSON protocol', async () => {
    const { call, calls } = await serve({ status: 200, body: { Parameter: { Value: 'a token' } } });

    expect(await createLambdaParameterReader(call)('/tinqs-ci/token')).toBe('a token');
    expect(calls).toMatchObject([
      {
        headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AmazonSSM.GetParameter', 'x-amz-date': '20300101T000000Z', 'x-amz-security-token': 'session', authorization: expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=AKID\/20300101\/eu-west-1\/ssm\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, Signature=[0-9a-f]{64}$/) },
        body: { Name: '/tinqs-ci/token', WithDecryption: true },
      },
    ]);
  });

  it.each<[string, readonly Answer[], number]>([
    ['a connection that broke', ['hang up', { status: 200, body: {} }], 2],
    ['a server error', [{ status: 500, body: {} }, { status: 503, body: {} }, { status: 200, body: {} }], 3],
    ['throttling', [{ status: 400, body: { __type: 'ThrottlingException' } }], 2],
  ])('tries again after %s', async (_what, answers, tries) => {
    const { call, calls } = await serve(...answers);

    await call({ service: 'sqs', target: 'AmazonSQS.SendMessage', version: '1.0', input: {} });

    expect(calls).toHaveLength(tries);
  });

  it('gives up after three attempts, and at once on a refusal, with the service’s own code', async () => {
    const down = await serve('hang up', 'hang up', 'hang up');
    const refused = await serve(REFUSED);
    const read = (served: typeof down) => createLambdaParameterReader(served.call)('/tinqs-ci/token').catch((error: unknown) => error);

    expect(await read(down)).toMatchObject({ name: 'AwsCallError', code: 'NoAnswer' });
    expect(await read(refused)).toEqual(new AwsCallError('AmazonSSM.GetParameter', 'ParameterNotFound', 'there is none'));
    expect([down.calls.length, refused.calls.length]).toEqual([3, 1]);
  });

  it('never says a key in an error', async () => {
    const { call } = await serve(REFUSED);
    const error = (await call({ service: 'ssm', target: 'AmazonSSM.GetParameter', version: '1.1', input: {} }).catch((cause: unknown) => cause)) as Error;

    expect(`${error.stack}`).not.toContain('a secret key');
  });
});

describe('createSqsQueue', () => {
  it('sends a message as JSON, and a knock of its scope', async () => {
    const { call, calls } = await serve();
    const queue = createSqsQueue({ call, url: URL_OF_QUEUE });

    await queue.knock({ kind: 'instance' }, 0);

    expect(calls).toMatchObject([{ headers: { 'x-amz-target': 'AmazonSQS.SendMessage' }, body: { QueueUrl: URL_OF_QUEUE, MessageBody: '{"kind":"knock","scope":{"kind":"instance"}}' } }]);
  });

  it.each<[number, number | undefined, string]>([
    [0, undefined, 'at once'],
    [1, 1, 'rounded up: never too early'],
    [15_000, 15, 'seconds'],
    [3_600_000, 900, 'SQS delays by 15 minutes at most'],
  ])('delays a message by %i ms: %s s, %s', async (delayMs, seconds) => {
    const { call, calls } = await serve();

    await createSqsQueue({ call, url: URL_OF_QUEUE }).knock({ kind: 'instance' }, delayMs);

    expect((calls[0]!.body as { DelaySeconds?: number }).DelaySeconds).toBe(seconds);
  });
});
