import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

/**
 * @typedef {{ instanceId: string, instanceType: string, availabilityZone: string, market: 'spot' | 'on-demand' }} MachineFacts
 * @typedef {{ action: string, time: string }} SpotNotice
 */

/**
 * The instance metadata service, version 2 only (EC2 user guide, "Use the Instance Metadata Service"): a token first,
 * by PUT, then GETs that carry it. Without one: 401.
 *
 * @param {MachineFacts} facts
 * @param {() => SpotNotice | undefined} spotNotice
 */
export function createMetadataService(facts, spotNotice) {
  /** @type {Map<string, number>} */
  const tokens = new Map();

  return createServer((request, response) => {
    /** @param {number} status @param {string} [body] */
    const answer = (status, body = '') => void response.writeHead(status, { 'content-type': 'text/plain', server: 'EC2ws' }).end(body);
    const path = new URL(request.url ?? '/', 'http://metadata').pathname;

    if (request.method === 'PUT' && path === '/latest/api/token') {
      const seconds = Number(request.headers['x-aws-ec2-metadata-token-ttl-seconds']);
      if (request.headers['x-forwarded-for'] !== undefined) return answer(403);
      if (!(seconds >= 1 && seconds <= 21_600)) return answer(400);
      const token = randomBytes(24).toString('base64url');
      tokens.set(token, Date.now() + seconds * 1000);
      return answer(200, token);
    }
    if (request.method !== 'GET') return answer(405);
    if (!((tokens.get(String(request.headers['x-aws-ec2-metadata-token'])) ?? 0) > Date.now())) return answer(401);

    const value = metadata(facts, spotNotice())[path.replace(/^\/latest\//, '')];
    return value === undefined ? answer(404) : answer(200, value);
  });
}

/**
 * @param {MachineFacts} facts
 * @param {SpotNotice | undefined} notice
 * @returns {Record<string, string | undefined>}
 */
function metadata(facts, notice) {
  return {
    'meta-data/instance-id': facts.instanceId,
    'meta-data/instance-type': facts.instanceType,
    'meta-data/instance-life-cycle': facts.market,
    'meta-data/placement/availability-zone': facts.availabilityZone,
    'meta-data/placement/region': facts.availabilityZone.slice(0, -1),
    'meta-data/spot/instance-action': notice && JSON.stringify(notice),
    'meta-data/spot/termination-time': notice?.time,
  };
}
