import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What left a process on its way to a launch. */
export type CloudCall =
  | { readonly kind: 'table'; readonly operation: string; readonly input: object }
  | { readonly kind: 'gitea'; readonly method: string; readonly path: string; readonly authorization: string; readonly body: string }
  | { readonly kind: 'image'; readonly id: string }
  | { readonly kind: 'launch'; readonly userData: string };

/** A table, an EC2 and the way to a Gitea behind one address, answering at once; the table knows just what a first launch asks of it. */
export interface LaunchCloud {
  readonly url: string;
  /** Empties the table, and waits for the next launch: when it was asked for, with what was asked before. */
  readonly nextLaunch: () => Promise<{ readonly at: number; readonly calls: readonly CloudCall[] }>;
  readonly end: () => void;
}

type Attributes = { [name: string]: unknown };

interface TableInput {
  readonly Item?: Readonly<Record<'pk' | 'sk', { readonly S: string }>>;
  readonly Key?: Readonly<Record<'pk' | 'sk', { readonly S: string }>>;
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, { readonly S?: string }>>;
}

const EC2 = 'http://ec2.amazonaws.com/doc/2016-11-15/';
const LAUNCHED = `<RunInstancesResponse xmlns="${EC2}"><reservationId>r-1</reservationId><instancesSet><item><instanceId>i-0123456789abcdef0</instanceId><instanceState><code>0</code><name>pending</name></instanceState><placement><availabilityZone>eu-west-1a</availabilityZone></placement></item></instancesSet></RunInstancesResponse>`;

export async function startLaunchCloud(giteaUrl: string): Promise<LaunchCloud> {
  const table = new Map<string, Attributes>();
  let calls: CloudCall[] = [];
  let launched: (launch: { readonly at: number; readonly calls: readonly CloudCall[] }) => void = () => undefined;

  async function answer(request: IncomingMessage): Promise<{ readonly status: number; readonly type: string; readonly body: string }> {
    const body = await text(request);
    const [service, operation = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
    if (service?.startsWith('DynamoDB') === true) {
      const input = JSON.parse(body) as TableInput;
      calls.push({ kind: 'table', operation, input });
      return { status: 200, type: 'application/x-amz-json-1.0', body: JSON.stringify(tableAnswer(table, operation, input)) };
    }
    const asked = new URLSearchParams(body);
    if (asked.get('Action') === 'RunInstances') {
      calls.push({ kind: 'launch', userData: asked.get('UserData') ?? '' });
      launched({ at: performance.now(), calls });
      return { status: 200, type: 'text/xml', body: LAUNCHED };
    }
    if (asked.get('Action') === 'DescribeImages') {
      const id = asked.get('ImageId.1') ?? '';
      calls.push({ kind: 'image', id });
      return { status: 200, type: 'text/xml', body: `<DescribeImagesResponse xmlns="${EC2}"><imagesSet><item><imageId>${id}</imageId><rootDeviceName>/dev/xvda</rootDeviceName></item></imagesSet></DescribeImagesResponse>` };
    }
    if (request.url?.startsWith('/api/') !== true) return { status: 200, type: 'application/json', body: '{}' };
    const { method = 'GET', url: path } = request;
    const authorization = String(request.headers.authorization ?? '');
    calls.push({ kind: 'gitea', method, path, authorization, body });
    const told = await fetch(giteaUrl + path, { method, headers: { authorization, 'content-type': 'application/json' }, ...(body === '' ? {} : { body }) });
    return { status: told.status, type: told.headers.get('content-type') ?? '', body: await told.text() };
  }

  const server = createServer((request, response) => {
    void answer(request).then(({ status, type, body }) => response.writeHead(status, { 'content-type': type }).end(body));
  });
  await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    nextLaunch: () => {
      table.clear();
      calls = [];
      return new Promise((resolve) => (launched = resolve));
    },
    end: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Every condition holds: nobody else writes. */
function tableAnswer(table: Map<string, Attributes>, operation: string, { Item, Key = Item, UpdateExpression = '', ExpressionAttributeNames = {}, ExpressionAttributeValues = {} }: TableInput): object {
  const key = Key === undefined ? '' : `${Key.pk.S} ${Key.sk.S}`;
  if (operation === 'GetItem') return table.has(key) ? { Item: table.get(key) } : {};
  if (operation === 'Query') {
    const partitions = new Set(Object.values(ExpressionAttributeValues).map(({ S }) => S));
    return { Items: [...table.values()].filter((item) => partitions.has((item['pk'] as { S: string }).S)), Count: 0 };
  }
  if (Item !== undefined) table.set(key, Item);
  if (operation === 'UpdateItem') {
    const item = table.get(key) ?? { ...Key };
    for (const [, alias, value] of UpdateExpression.matchAll(/(#\w+) = (:\w+)/g)) item[ExpressionAttributeNames[alias!]!] = ExpressionAttributeValues[value!];
    table.set(key, item);
  }
  return {};
}
