import { SSMClient, GetParameterCommand } from '@aws-sdk/client-ssm';
import { describe, expect, it } from 'vitest';
import { signPost } from './aws-signature.js';

describe('signPost', () => {
  it.each([
    ['without a session', undefined],
    ['with one', 'a session token'],
  ])('signs as the SDK does, %s', async (_what, sessionToken) => {
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', ...(sessionToken === undefined ? {} : { sessionToken }) };
    const sent = await sentBySdk(credentials);
    const signedHeaders = /SignedHeaders=([^,]+)/.exec(sent.headers['authorization']!)![1]!.split(';');
    const others = Object.fromEntries(signedHeaders.filter((name) => !['host', 'x-amz-date', 'x-amz-security-token'].includes(name)).map((name) => [name, sent.headers[name]!]));
    const at = Date.parse(sent.headers['x-amz-date']!.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

    const ours = signPost({ url: new URL('https://ssm.eu-west-1.amazonaws.com/'), headers: others, body: sent.body }, { credentials, region: 'eu-west-1', service: 'ssm', at });

    expect(ours['authorization']).toBe(sent.headers['authorization']);
    expect(signedHeaders.includes('x-amz-security-token')).toBe(sessionToken !== undefined);
  });

  it('covers the body: another one has another signature', () => {
    const sign = (body: string) => signPost({ url: new URL('https://sqs.eu-west-1.amazonaws.com/'), headers: {}, body }, { credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, region: 'eu-west-1', service: 'sqs', at: 0 })['authorization'];

    expect(sign('{"a":1}')).not.toBe(sign('{"a":2}'));
  });
});

/** What the SDK sends for a call, its signature included; nothing leaves the process. */
async function sentBySdk(credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }): Promise<{ readonly headers: Record<string, string>; readonly body: string }> {
  let seen: { headers: Record<string, string>; body: string } | undefined;
  const requestHandler = {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle({ headers, body }: { headers: Record<string, string>; body: unknown }) {
      seen = { headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])), body: String(body) };
      throw new Error('seen enough');
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  };
  const client = new SSMClient({ region: 'eu-west-1', credentials, maxAttempts: 1, requestHandler: requestHandler as never });
  await client.send(new GetParameterCommand({ Name: '/tinqs-ci/token', WithDecryption: true })).catch((error: Error) => {
    if (error.message !== 'seen enough') throw error;
  });
  return seen!;
}

