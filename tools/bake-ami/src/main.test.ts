import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { DescribeInstancesCommand, DescribeSecurityGroupsCommand, DescribeSubnetsCommand, EC2Client, RegisterImageCommand, CreateTagsCommand } from '@aws-sdk/client-ec2';
import { describe, expect, inject, it } from 'vitest';
import { TAGS } from './own-image.js';

const motoUrl = inject('motoUrl');
const main = fileURLToPath(new URL('main.ts', import.meta.url));
const aws = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'eu-central-1', AWS_MAX_ATTEMPTS: '1' };

/** The command as a person runs it; `watch` sees what is said so far. */
function bakeAmi(args: readonly string[], env: Readonly<Record<string, string>>, watch: (said: string, end: (signal: NodeJS.Signals) => void) => void = () => undefined): Promise<{ status: number | null; out: string; said: string }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, ['--conditions=@tinqs/source', '--import', fileURLToPath(import.meta.resolve('tsx')), main, ...args], { env: { PATH: process.env['PATH'], ...aws, ...env }, timeout: 60_000 });
    let [out, said] = ['', ''];
    child.stdout.on('data', (text: Buffer) => (out += text.toString()));
    child.stderr.on('data', (text: Buffer) => watch((said += text.toString()), (signal) => child.kill(signal)));
    child.on('close', (status) => done({ status, out, said }));
  });
}

it('answers wrong usage with what is wrong, the usage and exit 2', async () => {
  expect(await bakeAmi(['bake', '--dry-run'], {})).toEqual({ status: 2, out: '', said: expect.stringMatching(/--dry-run is for prune[^]*SUBNET: missing[^]*\nusage: bake-ami plan \| bake/) });
});

it('names a file that is not there, without its stack', async () => {
  const { status, said } = await bakeAmi(['plan'], { RUNNERS_FILE: '/nowhere/runners.yml' });

  expect([status, said]).toEqual([2, expect.stringMatching(/^the configuration has a problem:\n {2}ENOENT: .*'\/nowhere\/runners\.yml'\nusage: /)]);
});

it('says what to do where AWS does not answer, with exit 1 and nothing of its stack', async () => {
  const { status, out, said } = await bakeAmi(['promote'], { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' });

  expect([status, out]).toEqual([1, 'failed: promote: DescribeImages failed: connect ECONNREFUSED 127.0.0.1:1\nnext: see that the network is there and AWS_REGION is right, then run it again\n']);
  expect(said).not.toMatch(/^ +at /m);
});

describe.skipIf(motoUrl === undefined)("a run on moto (needs: pip install 'moto[server]==5.2.1')", () => {
  it('that a person interrupts ends its machine, and then itself', async () => {
    const url = motoUrl ?? '';
    const ec2 = new EC2Client({ region: aws.AWS_REGION, endpoint: url, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
    const { ImageId: image = '' } = await ec2.send(new RegisterImageCommand({ Name: 'tinqs-ci-runner-v1', Architecture: 'x86_64', RootDeviceName: '/dev/xvda', VirtualizationType: 'hvm' }));
    await ec2.send(new CreateTagsCommand({ Resources: [image], Tags: [{ Key: TAGS.mark, Value: 'true' }] }));
    const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
    const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
    const env = { AWS_ENDPOINT_URL: url, SUBNET: Subnets[0]?.SubnetId ?? '', SECURITY_GROUP: SecurityGroups[0]?.GroupId ?? '' };

    // Moto's console never says what a verifier would.
    let interrupted = false;
    const { status, out, said } = await bakeAmi(['verify', image], env, (text, end) => {
      if (interrupted || !text.includes('booting')) return;
      interrupted = true;
      end('SIGINT');
    });

    expect([status, out], said).toEqual([1, 'failed: interrupted: somebody stopped it\nnext: its machines were ended: run it again\n']);
    const states = ((await ec2.send(new DescribeInstancesCommand({ Filters: [{ Name: 'image-id', Values: [image] }] }))).Reservations ?? []).flatMap(({ Instances = [] }) => Instances).map(({ InstanceId, State }) => [InstanceId, State?.Name]);
    expect(states).toEqual([[/verifier (i-\w+)/.exec(said)?.[1], 'terminated']]);
    expect(said).toContain(`ended ${states[0]?.[0]}`);
  });
});
