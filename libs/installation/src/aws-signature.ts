import { createHash, createHmac } from 'node:crypto';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface UnsignedPost {
  readonly url: URL;
  readonly headers: { readonly [lowerCaseName: string]: string };
  readonly body: string;
}

/** The headers of a signed POST without a query: AWS Signature Version 4, as the IAM user guide has it ("Create a signed AWS API request"). */
export function signPost({ url, headers, body }: UnsignedPost, { credentials, region, service, at }: { readonly credentials: AwsCredentials; readonly region: string; readonly service: string; readonly at: number }): Record<string, string> {
  const time = new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`;
  const all: Record<string, string> = { ...headers, host: url.host, 'x-amz-date': time, ...(credentials.sessionToken === undefined ? {} : { 'x-amz-security-token': credentials.sessionToken }) };
  const names = Object.keys(all).sort();
  const signedHeaders = names.join(';');
  const canonical = ['POST', url.pathname, '', ...names.map((name) => `${name}:${all[name]!.trim()}`), '', signedHeaders, sha256(body)].join('\n');
  const key = [time.slice(0, 8), region, service, 'aws4_request'].reduce<Buffer | string>((parent, part) => hmac(parent, part), `AWS4${credentials.secretAccessKey}`);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')).toString('hex');
  return { ...all, authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}` };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
