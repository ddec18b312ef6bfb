import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMetadataService, type SpotNotice } from './metadata-service.mjs';

describe('the metadata service, version 2', () => {
  let notice: SpotNotice | undefined;
  const server = createMetadataService({ instanceId: 'i-1', instanceType: 't3.small', availabilityZone: 'local-1a', market: 'spot' }, () => notice);
  let url = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/latest`;
  });
  afterAll(() => void server.close());

  const newToken = (headers: Record<string, string> = { 'x-aws-ec2-metadata-token-ttl-seconds': '60' }) => fetch(`${url}/api/token`, { method: 'PUT', headers });
  const get = async (path: string) => fetch(`${url}/${path}`, { headers: { 'x-aws-ec2-metadata-token': await (await newToken()).text() } });

  it.each([
    ['no token', {}, 401],
    ['a token of somebody else', { 'x-aws-ec2-metadata-token': 'made-up' }, 401],
  ])('answers a question with %s by %s', async (_title, headers, status) => {
    expect((await fetch(`${url}/meta-data/instance-id`, { headers })).status).toBe(status);
  });

  it.each([
    ['without a time to live', {}, 400],
    ['for longer than six hours', { 'x-aws-ec2-metadata-token-ttl-seconds': '21601' }, 400],
    ['through a proxy', { 'x-aws-ec2-metadata-token-ttl-seconds': '60', 'x-forwarded-for': '10.0.0.1' }, 403],
  ])('gives no token %s', async (_title, headers, status) => {
    expect((await newToken(headers)).status).toBe(status);
  });

  it('tells who the machine is', async () => {
    expect(await (await get('meta-data/instance-id')).text()).toBe('i-1');
    expect(await (await get('meta-data/placement/region')).text()).toBe('local-1');
    expect((await get('meta-data/nothing')).status).toBe(404);
  });

  it('knows a Spot notice from the moment there is one', async () => {
    expect((await get('meta-data/spot/instance-action')).status).toBe(404);

    notice = { action: 'terminate', time: '2030-01-01T00:02:00Z' };

    expect(await (await get('meta-data/spot/instance-action')).json()).toEqual(notice);
  });
});
