import { DescribeInstancesCommand, DescribeSecurityGroupsCommand, DescribeSubnetsCommand, EC2Client, RegisterImageCommand, TerminateInstancesCommand, type GetConsoleOutputCommandOutput, type Instance } from '@aws-sdk/client-ec2';
import { SSMClient } from '@aws-sdk/client-ssm';
import { createSpotLauncher } from '@tinqs/spot-launcher';
import type { BakeInputs } from '../bake-plan.js';
import { TAGS } from '../own-image.js';
import { BAKED_TOOLS } from '../pins.js';
import type { Place, World } from '../world.js';
import { createFaultyClient, type Fault } from './faulty-client.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where moto listens; absent where it is not installed. */
    motoUrl: string | undefined;
  }
}

export const RUN = 'run1';
/** A machine's line on its console. */
export const word = (text: string, run = RUN): string => `[    9.1] tinqs-ci bake ${run}: ${text}\r\n`;

/** An empty account on moto, behind faults, with a clock that only sleeping moves. */
export interface TestAccount {
  readonly world: World;
  readonly place: Place;
  readonly baseImage: string;
  readonly lines: string[];
  /** EC2's calls that were made, by name. */
  readonly calls: readonly string[];
  inject(...faults: readonly Fault[]): void;
  injectSsm(...faults: readonly Fault[]): void;
  /** What machines of a role have on their console, one text a look; the last stays. */
  console(role: 'builder' | 'verifier', ...texts: readonly string[]): void;
  machines(): Promise<readonly Instance[]>;
  /** The ids of those that cost something. */
  living(): Promise<readonly string[]>;
  /** Takes away what a test left on purpose. */
  endAll(): Promise<void>;
}

let accounts = 0;

export async function createAccount(motoUrl: string, { stop, pace = 1 }: { readonly stop?: AbortSignal; /** How much longer than asked each sleep takes. */ readonly pace?: number } = {}): Promise<TestAccount> {
  accounts += 1;
  const account = String(100_000_000_000 + process.pid * 1_000 + accounts);
  const options = { region: 'eu-west-1', endpoint: motoUrl, credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1 };
  const plain = new EC2Client(options);
  const ssm = new SSMClient(options);
  // Moto keeps accounts apart by this header.
  const inAccount = <Args extends { readonly request: unknown }>(args: Args): Args => {
    (args.request as { headers: Record<string, string> }).headers['x-moto-account-id'] = account;
    return args;
  };
  plain.middlewareStack.add((next) => (args) => next(inAccount(args)), { step: 'build' });
  ssm.middlewareStack.add((next) => (args) => next(inAccount(args)), { step: 'build' });

  const scripts: Record<string, readonly string[]> = { builder: [word('packages of Debian'), word('done after 214 s')], verifier: [word('looking'), word('done after 29 s')] };
  const looks = new Map<string, number>();
  const machines = async () => ((await plain.send(new DescribeInstancesCommand({}))).Reservations ?? []).flatMap(({ Instances = [] }) => Instances);
  const roles = new Map<string, string>();
  const roleOf = async (instanceId: string): Promise<string> => {
    if (!roles.has(instanceId)) for (const { InstanceId = '', Tags = [] } of await machines()) roles.set(InstanceId, Tags.find(({ Key }) => Key === TAGS.role)?.Value ?? '');
    return roles.get(instanceId) ?? '';
  };
  const faulty = createFaultyClient(plain);
  const faultySsm = createFaultyClient(ssm);
  // Moto answers with the same boot of an old Linux for every machine: what a machine says is put in its place.
  const consoleOf = async (instanceId: string): Promise<string> => {
    const texts = scripts[await roleOf(instanceId)] ?? [''];
    const look = looks.get(instanceId) ?? 0;
    looks.set(instanceId, look + 1);
    return texts[Math.min(look, texts.length - 1)] ?? '';
  };
  const ec2 = {
    async send(command: never, ...rest: never[]) {
      const answer = await faulty.client.send(command, ...rest);
      const seen = answer as Partial<GetConsoleOutputCommandOutput>;
      return seen.Output === undefined || seen.InstanceId === undefined ? answer : { ...seen, Output: Buffer.from(await consoleOf(seen.InstanceId)).toString('base64') };
    },
  } as unknown as World['ec2'];

  let now = Date.parse('2030-01-01T00:00:00Z');
  const lines: string[] = [];
  const sleep: World['sleep'] = async (ms, signal) => {
    signal?.throwIfAborted();
    now += ms * pace;
  };
  const launcher = createSpotLauncher({ ec2, now: () => new Date(now), sleep, random: () => 0.5, launchRate: 'unlimited' });
  const baseImage = (await plain.send(new RegisterImageCommand({ Name: 'debian-13-amd64', Architecture: 'x86_64', RootDeviceName: '/dev/xvda', VirtualizationType: 'hvm' }))).ImageId ?? '';
  const subnets = ((await plain.send(new DescribeSubnetsCommand({}))).Subnets ?? []).flatMap(({ SubnetId }) => SubnetId ?? []).slice(0, 2);
  const securityGroups = ((await plain.send(new DescribeSecurityGroupsCommand({}))).SecurityGroups ?? []).flatMap(({ GroupId }) => GroupId ?? []).slice(0, 1);
  const living = async () => (await machines()).filter(({ State }) => State?.Name !== 'terminated' && State?.Name !== 'shutting-down').flatMap(({ InstanceId }) => InstanceId ?? []);
  return {
    world: { ec2, ssm: faultySsm.client, launcher, now: () => now, sleep, say: (line) => lines.push(line), ...(stop === undefined ? {} : { stop }) },
    place: { instanceTypes: ['t3.medium', 't3a.medium'], subnets, securityGroups },
    baseImage,
    lines,
    calls: faulty.calls,
    inject: faulty.inject,
    injectSsm: faultySsm.inject,
    console: (role, ...texts) => (scripts[role] = texts),
    machines,
    living,
    endAll: async () => void (await plain.send(new TerminateInstancesCommand({ InstanceIds: await living() }))),
  };
}

/** Inputs of a bake with every tool pinned. */
export const pinnedInputs: BakeInputs = {
  architecture: 'x86_64',
  base: 'ssm:/aws/service/debian/release/13/latest/amd64',
  pins: { pins: BAKED_TOOLS.map((tool) => ({ tool, version: '1.2.3', algorithm: 'sha256', sum: 'a'.repeat(64), url: `https://vendor.example/${tool}` })), unpinned: [] },
  classes: [],
  manifest: '#!/bin/bash\n',
  npmRegistry: '',
};
