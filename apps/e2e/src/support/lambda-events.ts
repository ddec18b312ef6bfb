import { deliveryBody, deliveryHeaders, wireContext, type Delivery, type SimulatedWorld } from '@tinqs/simulator';
import { REGION } from './moto.js';

export const ACCOUNT = '123456789012';

export interface UrlEventChange {
  readonly body?: string;
  readonly base64?: boolean;
  readonly method?: string;
}

/** The next delivery of a job: Gitea sends it a moment after the push. */
export async function announcedJob(world: SimulatedWorld): Promise<Delivery> {
  for (;;) {
    const delivery = world.advanceTo(Date.now()).find((each): each is Delivery => each.kind === 'delivery' && each.report.event === 'workflow_job');
    if (delivery !== undefined) return delivery;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A delivery as a function URL hands it over (payload format 2.0). */
export function deliveryUrlEvent(world: SimulatedWorld, giteaUrl: string, delivery: Delivery, change: UrlEventChange): object {
  const body = deliveryBody(wireContext(world, giteaUrl), delivery);
  const headers = Object.fromEntries(Object.entries(deliveryHeaders(delivery, body)).map(([name, value]) => [name.toLowerCase(), value]));
  const sent = change.body ?? body;
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/webhook',
    rawQueryString: '',
    headers: { ...headers, 'content-length': String(Buffer.byteLength(sent)), host: 'abc.lambda-url.eu-west-1.on.aws' },
    requestContext: { accountId: 'anonymous', apiId: 'abc', domainName: 'abc.lambda-url.eu-west-1.on.aws', http: { method: change.method ?? 'POST', path: '/webhook', protocol: 'HTTP/1.1', sourceIp: '203.0.113.9', userAgent: 'Go-http-client/1.1' }, requestId: '1', routeKey: '$default', stage: '$default', timeEpoch: Date.now() },
    body: change.base64 === true ? Buffer.from(sent).toString('base64') : sent,
    isBase64Encoded: change.base64 === true,
  };
}

/** Messages as an event source mapping hands them over. */
export function queueEvent(messages: readonly { readonly MessageId: string; readonly ReceiptHandle: string; readonly Body: string }[]): object {
  const now = String(Date.now());
  const records = messages.map(({ MessageId, ReceiptHandle, Body }) => ({
    messageId: MessageId,
    receiptHandle: ReceiptHandle,
    body: Body,
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: now, SenderId: 'x', ApproximateFirstReceiveTimestamp: now },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:${REGION}:${ACCOUNT}:tinqs-ci-queue`,
    awsRegion: REGION,
  }));
  return { Records: records };
}

/** What EventBridge says of a machine that ended. */
export function machineEvent(instanceId: string): object {
  return { version: '0', id: '1', 'detail-type': 'EC2 Instance State-change Notification', source: 'aws.ec2', account: ACCOUNT, time: new Date().toISOString(), region: REGION, resources: [], detail: { 'instance-id': instanceId, state: 'terminated' } };
}
