import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientToken } from './client-token.js';
import type { Pool } from './pool.js';

const pools = fc.record<Pool>({ instanceType: fc.string(), subnet: fc.string(), market: fc.constantFrom('spot', 'on-demand') });

describe('clientToken', () => {
  it('stays the same between versions: a repeat may come from a newer one', () => {
    expect(clientToken('tinqs-ci-a-go-1', { instanceType: 't3.small', subnet: 'subnet-a', market: 'spot' })).toBe('2ks2kw7j6BvYMjGXbYf5s9ICLCepbzqFKdpTrC8kJD8');
  });

  it('is ASCII of at most the 64 characters that EC2 takes', () => {
    fc.assert(fc.property(fc.string(), pools, (name, pool) => /^[\w-]{43}$/.test(clientToken(name, pool))));
  });

  it('differs for another name or another part of the pool, the market included', () => {
    fc.assert(
      fc.property(fc.string(), pools, fc.string(), pools, (name, pool, otherName, otherPool) => {
        const same = JSON.stringify([name, pool.instanceType, pool.subnet, pool.market]) === JSON.stringify([otherName, otherPool.instanceType, otherPool.subnet, otherPool.market]);
        expect(clientToken(name, pool) === clientToken(otherName, otherPool)).toBe(same);
      }),
    );
    expect(clientToken('a', { instanceType: 't3.small', subnet: 's', market: 'spot' })).not.toBe(clientToken('a', { instanceType: 't3.small', subnet: 's', market: 'on-demand' }));
  });

  it('keeps apart what only looks alike when written together', () => {
    expect(clientToken('a', { instanceType: 'b/c', subnet: 'd', market: 'spot' })).not.toBe(clientToken('a', { instanceType: 'b', subnet: 'c/d', market: 'spot' }));
  });
});
