import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSecret } from './secret.js';

describe('createSecret', () => {
  it('gives its value to whoever asks, and to nobody else', () => {
    fc.assert(
      fc.property(fc.uuid(), (value) => {
        const secret = createSecret(value);
        const shown = [`${secret}`, String(secret), JSON.stringify({ secret }), inspect({ secret }, { depth: 9, showHidden: true }), JSON.stringify({ ...secret }), Object.entries(secret).join(), JSON.stringify(Object.getOwnPropertyDescriptors(secret))];

        expect(secret.reveal()).toBe(value);
        for (const text of shown) expect(text).not.toContain(value);
      }),
    );
  });

  it('shows that something is there', () => {
    expect(`${createSecret('x')} ${inspect(createSecret('x'))} ${JSON.stringify(createSecret('x'))}`).toBe('[secret] [secret] "[secret]"');
  });

  it('cannot be changed', () => {
    expect(() => Object.assign(createSecret('x'), { toString: () => 'y' })).toThrow(TypeError);
  });
});
