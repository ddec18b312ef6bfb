import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { encodeUserData, USER_DATA_LIMIT_BYTES, UserDataTooLargeError } from './user-data.js';

const decode = (encoded: string) => Buffer.from(encoded, 'base64');

describe('encodeUserData', () => {
  it.each([
    ['a short script', '#!/bin/sh\ntrue\n'],
    ['an empty script', ''],
    ['a script of exactly the limit', 'x'.repeat(USER_DATA_LIMIT_BYTES)],
    ['a script whose limit is reached in bytes, not characters', 'é'.repeat(USER_DATA_LIMIT_BYTES / 2)],
  ])('sends %s as it is', (_, script) => {
    expect(decode(encodeUserData(script)).toString('utf8')).toBe(script);
  });

  it.each([
    ['one byte more than the limit', 'x'.repeat(USER_DATA_LIMIT_BYTES + 1)],
    ['fewer characters than the limit, but more bytes', 'é'.repeat(USER_DATA_LIMIT_BYTES / 2 + 1)],
  ])('packs %s', (_, script) => {
    const bytes = decode(encodeUserData(script));

    expect(bytes.subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
    expect(gunzipSync(bytes).toString('utf8')).toBe(script);
  });

  it('writes neither time nor operating system into the packed bytes', () => {
    const bytes = decode(encodeUserData('y'.repeat(40_000)));

    expect([...bytes.subarray(4, 8), bytes[9]]).toEqual([0, 0, 0, 0, 255]);
    expect(encodeUserData('y'.repeat(40_000))).toBe(bytes.toString('base64'));
  });

  it('refuses what is too large even packed, and repeats nothing of it', () => {
    const script = randomBytes(20_000).toString('base64');

    const encoding = () => encodeUserData(script);

    expect(encoding).toThrow(UserDataTooLargeError);
    expect(encoding).toThrow(/^user data is \d{5} bytes after gzip \(26668 before\); EC2 takes at most 16384: shorten/);
  });
});
