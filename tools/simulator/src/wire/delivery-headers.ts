import { createHmac } from 'node:crypto';
import type { Delivery } from '../world/outgoing.js';

/** The headers of a delivery, three families of them, signed over the exact bytes of the body. */
export function deliveryHeaders(delivery: Delivery, body: string): { readonly [name: string]: string } {
  const { hook, report, id } = delivery;
  const sign = (algorithm: 'sha1' | 'sha256'): string => (hook.secret === '' ? '' : createHmac(algorithm, hook.secret).update(body).digest('hex'));
  const target = hook.repository !== null ? 'repository' : hook.organization !== null ? 'organization' : 'system';
  const headers: { [name: string]: string } = { 'User-Agent': 'Go-http-client/1.1', 'Content-Type': 'application/json', 'Accept-Encoding': 'gzip' };
  for (const family of ['GitHub', 'Gitea', 'Gogs']) {
    headers[`X-${family}-Delivery`] = id;
    headers[`X-${family}-Event`] = report.event;
    headers[`X-${family}-Event-Type`] = report.event;
    if (family !== 'Gogs') headers[`X-${family}-Hook-Installation-Target-Type`] = target;
    if (family !== 'GitHub') headers[`X-${family}-Signature`] = sign('sha256');
  }
  headers['X-Hub-Signature'] = `sha1=${sign('sha1')}`;
  headers['X-Hub-Signature-256'] = `sha256=${sign('sha256')}`;
  return headers;
}
