import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { awsError, readAwsCall } from './aws-wire.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
// Inside the package, so that it finds itself by its name; outside src, so that no compiler picks it up.
const program = here(`../test-results/readme-example-${process.pid}.ts`);
const launched = '<RunInstancesResponse><instancesSet><item><instanceId>i-0fedcba9876543210</instanceId><placement><availabilityZone>eu-west-1b</availabilityZone></placement></item></instancesSet></RunInstancesResponse>';

let calls = 0;
/** Has no capacity in the first pool it is asked for. */
const ec2 = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  calls += 1;
  const call = readAwsCall({ method: 'POST', url: '/', headers: request.headers }, Buffer.concat(chunks));
  const { status, body } = calls === 1 ? awsError(call, { status: 500, code: 'InsufficientInstanceCapacity' }) : { status: 200, body: launched };
  response.writeHead(status, { 'content-type': 'text/xml' }).end(body);
});

beforeAll(() => new Promise<void>((resolve) => ec2.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  ec2.close();
  rmSync(program, { force: true });
});

it('runs the example of the README as it stands', async () => {
  const [, example = ''] = /```ts\n([\s\S]*?)```/.exec(readFileSync(here('../README.md'), 'utf8')) ?? [];
  mkdirSync(here('../test-results'), { recursive: true });
  writeFileSync(program, example);

  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@tinqs/source', '--import', 'tsx', program], {
    cwd: here('..'),
    env: { PATH: process.env['PATH'], AWS_ENDPOINT_URL: `http://127.0.0.1:${(ec2.address() as AddressInfo).port}`, AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_EC2_METADATA_DISABLED: 'true' },
  });

  expect(stdout).toMatch(/^i-0fedcba9876543210 is a t3a?\.small in eu-west-1b\n$/);
  expect(calls).toBe(2);
});
