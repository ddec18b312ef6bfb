import { createHash } from 'node:crypto';
import type { Pool } from './pool.js';

/**
 * Names one launch of one machine in one pool, for EC2's idempotency: 43 characters of the 64 allowed.
 *
 * The pool includes its market: Spot refused, then on-demand of the same type and subnet, is another request, and
 * another request under a used token is an `IdempotentParameterMismatch`.
 */
export function clientToken(name: string, pool: Pool): string {
  return createHash('sha256').update(JSON.stringify([name, pool.instanceType, pool.subnet, pool.market])).digest('base64url');
}
