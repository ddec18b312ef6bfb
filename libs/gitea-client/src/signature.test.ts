import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recordedDeliveries, recordedSecret } from './testing.js';
import { signatureOf, signDelivery, verifyDelivery } from './signature.js';

const bytes = (text: string) => Buffer.from(text, 'utf8');
const signed = recordedDeliveries().filter(({ name }) => !/push-form|push-no-secret/.test(name));

describe('verifyDelivery', () => {
  it.each(signed.map((delivery) => [`${delivery.version}/${delivery.name}`, delivery] as const))('accepts %s with its secret and refuses it with another', (_, { headers, body }) => {
    const signature = signatureOf(headers);

    expect(verifyDelivery({ body: bytes(body), signature, secrets: [recordedSecret] })).toBe(true);
    expect(verifyDelivery({ body: bytes(body), signature, secrets: ['another-secret'] })).toBe(false);
    expect(verifyDelivery({ body: bytes(`${body} `), signature, secrets: [recordedSecret] })).toBe(false);
  });

  it('refuses the recorded delivery of a hook without a secret, also where an empty secret is configured', () => {
    for (const { headers, body } of recordedDeliveries().filter(({ name }) => name.includes('push-no-secret'))) {
      expect(headers['X-Hub-Signature-256']).toBe('sha256=');
      expect(verifyDelivery({ body: bytes(body), signature: signatureOf(headers), secrets: [recordedSecret, ''] })).toBe(false);
    }
  });

  const body = bytes('{"a":1}');
  const good = signDelivery(body, 's3cret');
  it.each([
    ['the bare form', good, ['s3cret'], true],
    ['the prefixed form', `sha256=${good}`, ['s3cret'], true],
    ['upper-case hex', good.toUpperCase(), ['s3cret'], true],
    ['the second of two secrets, during a rotation', good, ['new', 's3cret'], true],
    ['the first of two secrets', good, ['s3cret', 'new'], true],
    ['no secret configured', good, [], false],
    ['an empty secret, even for a body signed with it', signDelivery(body, ''), [''], false],
    ['an empty signature', '', ['s3cret'], false],
    ['a prefix with nothing behind it', 'sha256=', ['s3cret'], false],
    ['a digest one digit short', good.slice(1), ['s3cret'], false],
    ['a digest one digit long', `${good}0`, ['s3cret'], false],
    ['a SHA-1 signature', `sha1=${good.slice(0, 40)}`, ['s3cret'], false],
    ['a digest with a space', ` ${good}`, ['s3cret'], false],
    ['a digest with a line break', `${good}\n`, ['s3cret'], false],
    ['a digit that is none', `g${good.slice(1)}`, ['s3cret'], false],
  ])('judges %s', (_, signature, secrets, expected) => {
    expect(verifyDelivery({ body, signature, secrets })).toBe(expected);
  });

  it('accepts what was signed, and nothing else, whatever the bytes', () => {
    const secret = fc.string({ minLength: 1 });
    fc.assert(
      fc.property(fc.uint8Array(), secret, secret, fc.nat(), (content, one, other, at) => {
        const signature = signDelivery(content, one);
        const changed = Uint8Array.from([...content, 0]);
        changed[at % changed.length]! ^= 1;

        expect(verifyDelivery({ body: content, signature, secrets: [other, one] })).toBe(true);
        expect(verifyDelivery({ body: content, signature, secrets: [other] })).toBe(one === other);
        expect(verifyDelivery({ body: changed, signature, secrets: [one] })).toBe(false);
      }),
    );
  });

  it('refuses every signature that is not the digest', () => {
    fc.assert(fc.property(fc.string(), (signature) => !verifyDelivery({ body, signature, secrets: ['s3cret'] })));
  });
});

describe('signatureOf', () => {
  it.each([
    ['a Headers', new Headers({ 'X-Gitea-Signature': 'abc' }), 'abc'],
    ['a plain object in the case of the wire', { 'X-Gitea-Signature': 'abc' }, 'abc'],
    ['lower-case names, as Lambda gives them', { 'x-gitea-signature': 'abc' }, 'abc'],
    ['a repeated header', { 'x-gitea-signature': ['abc', 'def'] }, 'abc'],
    ['the name that other hosts use', { 'x-hub-signature-256': 'sha256=abc' }, 'sha256=abc'],
    ['no signature at all', {}, ''],
    ['a header without a value', { 'x-gitea-signature': undefined }, ''],
  ])('reads %s', (_, headers, expected) => {
    expect(signatureOf(headers)).toBe(expected);
  });
});
