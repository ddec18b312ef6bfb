import { createHmac, timingSafeEqual } from 'node:crypto';
import { readHeader, type DeliveryHeaders } from './delivery-headers.js';

export interface SignedDelivery {
  /** The raw bytes as received: Gitea signs its own indentation, re-serialised JSON never matches. */
  readonly body: Uint8Array;
  /** Hex HMAC-SHA256, bare (`X-Gitea-Signature`) or after `sha256=` (`X-Hub-Signature-256`). */
  readonly signature: string;
  /** All secrets in force: while one is rotated, two hooks with two secrets are alive. */
  readonly secrets: readonly string[];
}

/**
 * Tells whether a delivery was signed with one of the secrets, in constant time.
 *
 * A hook without a secret sends an empty signature (`sha256=` and nothing behind it): that is refused,
 * and an empty secret accepts nothing (gitea services/webhook/deliver.go).
 */
export function verifyDelivery({ body, signature, secrets }: SignedDelivery): boolean {
  const hex = /^(?:sha256=)?([0-9a-f]{64})$/i.exec(signature)?.[1];
  if (hex === undefined) return false;
  const claimed = Buffer.from(hex, 'hex');
  let accepted = false;
  for (const secret of secrets) {
    if (secret === '') continue;
    // No early return: the time must not tell which of the secrets matched.
    accepted = timingSafeEqual(claimed, hmac(body, secret)) || accepted;
  }
  return accepted;
}

/** The signature of a body as `X-Gitea-Signature` carries it: hex, without a prefix. */
export function signDelivery(body: Uint8Array, secret: string): string {
  return hmac(body, secret).toString('hex');
}

/** The signature a delivery claims; the empty string, which never verifies, where there is none. */
export function signatureOf(headers: DeliveryHeaders): string {
  return readHeader(headers, 'x-gitea-signature') || readHeader(headers, 'x-hub-signature-256') || '';
}

function hmac(body: Uint8Array, secret: string): Buffer {
  return createHmac('sha256', secret).update(body).digest();
}
