import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startFaultProxy, type FaultProxy } from './fault-proxy.js';

/** A service that answers everything and counts what it did. */
describe('the fault proxy', () => {
  let service: Server;
  let proxy: FaultProxy;
  let done: string[] = [];
  const layered: string[] = [];

  beforeAll(async () => {
    service = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      done.push(body);
      response.writeHead(200, { 'content-type': 'text/xml', 'x-kept': 'yes' }).end('<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>');
    });
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    proxy = await startFaultProxy({
      target: `http://127.0.0.1:${(service.address() as AddressInfo).port}`,
      layers: [
        (call, next) => (layered.push(`outer ${call.action}`), next()),
        (call, next) => (layered.push(`inner ${call.action}`), next()),
      ],
    });
  });
  beforeEach(() => {
    proxy.reset();
    done = [];
    layered.length = 0;
  });
  afterAll(async () => {
    await proxy.close();
    service.close();
  });

  const signed = (service: string) => `AWS4-HMAC-SHA256 Credential=test/20300101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0`;
  const putItem = (body: object = { TableName: 'runs', Item: { pk: { S: 'a' } } }) =>
    fetch(proxy.url, { method: 'POST', headers: { authorization: signed('dynamodb'), 'x-amz-target': 'DynamoDB_20120810.PutItem', 'content-type': 'application/x-amz-json-1.0' }, body: JSON.stringify(body) });
  const outcomeOf = (sent: Promise<Response>) => sent.then((answer) => answer.status, () => 'broken');

  it('passes on, through its layers from the outside in, and remembers what it saw', async () => {
    const answer = await putItem();

    expect([answer.status, answer.headers.get('x-kept')]).toEqual([200, 'yes']);
    expect(done).toEqual(['{"TableName":"runs","Item":{"pk":{"S":"a"}}}']);
    expect(layered).toEqual(['outer PutItem', 'inner PutItem']);
    expect(proxy.calls('PutItem')).toMatchObject([{ service: 'dynamodb', action: 'PutItem', protocol: 'json', params: { TableName: 'runs' }, status: 200 }]);
    expect(proxy.calls('GetItem')).toEqual([]);
  });

  it.each([
    ['error', 400, 0],
    ['drop', 'broken', 0],
    ['lose-answer', 'broken', 1],
    ['delay', 200, 1],
  ] as const)('with %s the client sees %s, and the service was asked %i times', async (effect, seen, asked) => {
    proxy.inject({ service: 'dynamodb', effect, delayMs: 1 });

    expect(await outcomeOf(putItem())).toBe(seen);
    expect(done).toHaveLength(asked);
    expect(await outcomeOf(putItem())).toBe(200);
  });

  it('with hang the service has done it and the client waits', async () => {
    proxy.inject({ effect: 'hang' });

    const waiting = new AbortController();
    const answer = fetch(proxy.url, { method: 'POST', body: 'x', signal: waiting.signal }).catch((error: unknown) => error);
    await vi.waitFor(() => expect(done).toEqual(['x']), { timeout: 20_000 });
    waiting.abort();

    expect(await answer).toMatchObject({ name: 'AbortError' });
    expect(proxy.calls()).toMatchObject([{ status: 0 }]);
  });

  it('applies a fault to the calls it fits: service, action, condition, after some, so many times', async () => {
    proxy.inject({ service: 'sqs', effect: 'drop' }, { action: 'GetItem', effect: 'drop' }, { action: 'PutItem', when: (call) => call.body.includes('"b"'), skip: 1, times: 2, effect: 'error', status: 503 });

    const statuses = [await outcomeOf(putItem())];
    for (let index = 0; index < 4; index += 1) statuses.push(await outcomeOf(putItem({ pk: 'b' })));

    expect(statuses).toEqual([200, 200, 503, 503, 200]);
  });

  it('words a JSON error as DynamoDB does', async () => {
    proxy.inject({ effect: 'error', status: 400, code: 'ConditionalCheckFailedException', message: 'The conditional request failed', extra: { Item: { pk: { S: 'a' } } } });

    const answer = await putItem();

    expect(await answer.json()).toEqual({ __type: 'com.amazonaws.dynamodb#ConditionalCheckFailedException', message: 'The conditional request failed', Item: { pk: { S: 'a' } } });
  });

  it('words an EC2 error so that the SDK reads code and message', async () => {
    proxy.inject({ service: 'ec2', action: 'DescribeInstances', effect: 'error', status: 400, code: 'InvalidParameterValue', message: 'a < b & "c"' });
    const ec2 = new EC2Client({ region: 'eu-west-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, endpoint: proxy.url, maxAttempts: 1 });

    await expect(ec2.send(new DescribeInstancesCommand({}))).rejects.toMatchObject({ name: 'InvalidParameterValue', message: 'a < b & "c"', $metadata: { httpStatusCode: 400 } });
    expect(proxy.calls('DescribeInstances')).toMatchObject([{ service: 'ec2', protocol: 'ec2', params: { Action: 'DescribeInstances' }, status: 400 }]);
  });

  it('words an SQS query error and a REST error as those do', async () => {
    proxy.inject({ effect: 'error', status: 500, code: 'InternalFailure' }, { effect: 'error', status: 404, code: 'ResourceNotFoundException' });

    const query = await fetch(proxy.url, { method: 'POST', headers: { authorization: signed('sqs'), 'content-type': 'application/x-www-form-urlencoded' }, body: 'Action=SendMessage' });
    const rest = await fetch(`${proxy.url}/schedules/x?y=1`, { headers: { authorization: signed('scheduler') } });

    expect(await query.text()).toContain('<Error><Type>Receiver</Type><Code>InternalFailure</Code>');
    expect(rest.headers.get('x-amzn-errortype')).toBe('ResourceNotFoundException');
    expect(proxy.calls().map((call) => `${call.service} ${call.action}`)).toEqual(['sqs SendMessage', 'scheduler GET /schedules/x']);
  });
});
