import { gunzipSync } from 'node:zlib';

/** Each text in which a secret stands, as it is or encoded, by the names of both. */
export function secretsIn(texts: Readonly<Record<string, string>>, secrets: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(secrets).flatMap(([secretName, secret]) => Object.entries(texts).flatMap(([textName, text]) => formsOf(secret).flatMap(([form, written]) => (text.includes(written) ? [`${secretName} in ${textName}${form}`] : []))));
}

function formsOf(secret: string): readonly (readonly [form: string, written: string])[] {
  const bytes = Buffer.from(secret);
  // Inside a longer text base64 begins at any of three bits; what the neighbours decide is cut off.
  const base64 = [0, 1, 2].map((before) => Buffer.concat([Buffer.alloc(before), bytes]).toString('base64').slice(before === 0 ? 0 : before + 1).replace(/.?=*$/, ''));
  return [['', secret], [', in hexadecimal', bytes.toString('hex')], ...base64.map((written) => [', in base64', written] as const)];
}

/** A boot script as RunInstances carries it, and what its base64 blocks say. */
export function readableUserData(userData: string): string {
  const bytes = Buffer.from(userData, 'base64');
  const script = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString();
  return [script, ...[...script.matchAll(/<<'(B64|SECRET)'[^\n]*\n([A-Za-z0-9+/=\n]*?)\n\1/g)].map(([, , text]) => Buffer.from(text!, 'base64').toString('utf8'))].join('\n');
}
