import { gzipSync } from 'node:zlib';

/** EC2's limit for user data: bytes after compression, before base64 (EC2 user guide, "Run commands at launch"). */
export const USER_DATA_LIMIT_BYTES = 16_384;

export class UserDataTooLargeError extends Error {
  override readonly name = 'UserDataTooLargeError';

  constructor(
    readonly scriptBytes: number,
    readonly gzippedBytes: number,
  ) {
    super(`user data is ${gzippedBytes} bytes after gzip (${scriptBytes} before); EC2 takes at most ${USER_DATA_LIMIT_BYTES}: shorten the script, or let it fetch its larger parts`);
  }
}

/**
 * Encodes a boot script as RunInstances wants it: base64, of the plain bytes where they fit, else of their gzip, which
 * cloud-init unpacks by itself.
 *
 * The same script gives the same bytes: a launch that is repeated under its client token must not differ.
 */
export function encodeUserData(script: string): string {
  const plain = Buffer.from(script, 'utf8');
  if (plain.length <= USER_DATA_LIMIT_BYTES) return plain.toString('base64');
  const packed = gzip(plain);
  if (packed.length > USER_DATA_LIMIT_BYTES) throw new UserDataTooLargeError(plain.length, packed.length);
  return packed.toString('base64');
}

// RFC 1952: bytes 4–7 are the time (zlib writes none), byte 9 is the operating system, 255 for "unknown".
function gzip(bytes: Buffer): Buffer {
  const packed = gzipSync(bytes, { level: 9 });
  packed.fill(0, 4, 8);
  packed[9] = 255;
  return packed;
}
