import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, type BuildOptions, type BuildResult, type Plugin } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFunction } from './support/deployed-function.js';
import { cleanEnvironment, workspaceRoot } from './support/npm-start.js';

const require = createRequire(import.meta.url);
const options = require(join(workspaceRoot, 'tools/lambda/bundle.cjs')) as BuildOptions & { readonly plugins: readonly Plugin[] };
const common = { absWorkingDir: workspaceRoot, bundle: true, minify: true, platform: 'node', target: 'node20', format: 'cjs', write: false, metafile: true } as const;

const BUNDLES = [
  ['dispatcher/src/lambda-webhook', 100, ['@aws-sdk', '@smithy', '/yaml/', 'workflow-parser', 'run-store'], 'Gitea waits for it: no SDK'],
  ['dispatcher/src/lambda-dispatch', 550, ['client-sqs', 'client-ssm', '/yaml/', 'workflow-parser', 'trigger-matcher/src/match'], 'what only a push needs is a second file'],
  ['dispatcher/src/plan-event', 250, ['@aws-sdk', 'zod/v4/classic'], 'loaded at the first push'],
  ['dispatcher/src/calls-workflow', 120, ['@aws-sdk'], 'loaded at the first caller'],
  ['monitor/src/lambda-sweep', 550, ['client-sqs', 'client-ssm', '/yaml/', 'workflow-parser', 'hono'], 'no dashboard in it'],
  ['monitor/src/lambda-instance-events', 550, ['client-sqs', 'client-ssm', 'workflow-parser', 'hono'], 'as the sweep'],
  ['monitor/src/lambda-alert', 50, ['@aws-sdk', 'zod'], 'it only posts'],
] as const;

describe('the bundles stay small', () => {
  let made: BuildResult<{ write: false; metafile: true }>;
  beforeAll(async () => {
    made = await build({ ...options, ...common, entryPoints: BUNDLES.map(([name]) => join(workspaceRoot, `apps/${name}.ts`)), outbase: join(workspaceRoot, 'apps'), outdir: 'dist' });
  });
  const outputOf = (name: string) => Object.entries(made.metafile.outputs).find(([file]) => file.endsWith(`${name}.cjs`))![1];
  const textOf = (name: string) => made.outputFiles.find((file) => file.path.replaceAll('\\', '/').endsWith(`${name}.cjs`))!.text;

  it.each(BUNDLES)('%s under %i kB, without %j: %s', (name, budget, unwanted) => {
    const { bytes, inputs } = outputOf(name);
    const files = Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : []));

    expect(bytes / 1_000).toBeLessThan(budget);
    expect(files.filter((file) => unwanted.some((part) => file.includes(part)))).toEqual([]);
  });

  it('keeps what is imported late out of the file that imports it', () => {
    for (const late of ['plan-event', 'calls-workflow']) expect(textOf('lambda-dispatch')).toContain(`import("./${late}.cjs")`);
  });

  it('reads runners.yml while bundling, and fails with the line of what is wrong in it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tinqs-runners-'));
    try {
      writeFileSync(join(folder, 'entry.js'), "export { default } from './runners.yml';\n");
      writeFileSync(join(folder, 'runners.yml'), 'go:\n  instanceTypes: [t3.small]\n  instancetypes: [t3.large]\n');
      const failure = await build({ ...options, ...common, entryPoints: [join(folder, 'entry.js')], outdir: 'dist', logLevel: 'silent' }).catch((error: Error) => error);

      expect(failure).toBeInstanceOf(Error);
      expect((failure as Error).message).toMatch(/runners\.yml:\d+: go: unknown key "instancetypes"; known: labels, instanceTypes/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it.each([
    ['lambda-webhook', ['WEBHOOK_SECRET', 'ALLOWED_REPOSITORIES']],
    ['lambda-dispatch', ['GITEA_URL', 'GITEA_TOKEN', 'ALLOWED_REPOSITORIES', 'RUNNER_AMI', 'SUBNET', 'SECURITY_GROUP']],
    ['lambda-sweep', ['GITEA_URL', 'GITEA_TOKEN', 'ALLOWED_REPOSITORIES']],
  ])('%s does not start without its variables, and names all of them', async (name, variables) => {
    const folder = mkdtempSync(join(tmpdir(), 'tinqs-bundle-'));
    try {
      const file = join(folder, `${name}.cjs`);
      writeFileSync(file, textOf(name));
      const started = startFunction(file, { AWS_REGION: 'eu-west-1' });

      expect(await started.ended).not.toBe(0);
      expect(variables.filter((variable) => !started.output().includes(`${variable}: missing`))).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** Every kind of call that a bundle makes through the SDK, answered by itself; prints what was sent and what was understood. */
const PROBE = `
import { EC2Client, RunInstancesCommand, DescribeInstancesCommand, DescribeImagesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { SchedulerClient, CreateScheduleCommand } from '@aws-sdk/client-scheduler';
import { Readable } from 'node:stream';
const seen = [];
const xml = (name, body) => '<' + name + 'Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">' + body + '</' + name + 'Response>';
const instance = '<instanceId>i-1</instanceId><instanceState><code>16</code><name>running</name></instanceState><instanceType>t3.small</instanceType><launchTime>2030-01-01T00:00:00.000Z</launchTime><placement><availabilityZone>a</availabilityZone></placement><tagSet><item><key>k</key><value>v</value></item></tagSet><stateReason><code>c</code><message>m</message></stateReason><instanceLifecycle>spot</instanceLifecycle><subnetId>s</subnetId>';
const ANSWERS = {
  RunInstances: xml('RunInstances', '<reservationId>r</reservationId><instancesSet><item>' + instance + '</item></instancesSet>'),
  DescribeInstances: xml('DescribeInstances', '<reservationSet><item><instancesSet><item>' + instance + '</item></instancesSet></item></reservationSet><nextToken>n</nextToken>'),
  DescribeImages: xml('DescribeImages', '<imagesSet><item><imageId>ami</imageId><rootDeviceName>/dev/xvda</rootDeviceName><architecture>x86_64</architecture><imageState>available</imageState></item></imagesSet>'),
  TerminateInstances: xml('TerminateInstances', '<instancesSet><item><instanceId>i-1</instanceId><currentState><code>48</code><name>terminated</name></currentState></item></instancesSet>'),
};
const item = { pk: { S: 'p' }, sk: { S: 's' }, list: { L: [{ N: '1' }, { BOOL: true }, { NULL: true }] }, map: { M: { a: { SS: ['b'] } } } };
const requestHandler = {
  metadata: { handlerProtocol: 'http/1.1' }, destroy() {}, httpHandlerConfigs: () => ({}), updateHttpClientConfig() {},
  async handle({ method, path, query, headers, body }) {
    const { host, authorization, 'amz-sdk-invocation-id': id, 'x-amz-user-agent': agent, 'user-agent': browser, 'x-amz-date': date, 'x-amz-content-sha256': hash, ...kept } = headers;
    seen.push({ method, path, query, headers: kept, body: String(body) });
    const action = new URLSearchParams(String(body)).get('Action');
    const conditional = /ConditionExpression/.test(String(body));
    const text = ANSWERS[action] ?? (path.startsWith('/schedules') ? '{"ScheduleArn":"arn"}' : conditional ? JSON.stringify({ __type: 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException', message: 'm', Item: item }) : JSON.stringify({ Item: item, Items: [item], Count: 1, LastEvaluatedKey: { pk: { S: 'p' } } }));
    return { response: { statusCode: conditional ? 400 : 200, headers: { 'content-type': action ? 'text/xml' : 'application/x-amz-json-1.0' }, body: Readable.from([Buffer.from(text)]) } };
  },
};
const config = { region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' }, requestHandler, maxAttempts: 1 };
const tags = [{ Key: 'tinqs-ci:name', Value: 'n' }];
const calls = [
  [new EC2Client(config), new RunInstancesCommand({ MinCount: 1, MaxCount: 1, ClientToken: 't', ImageId: 'ami', InstanceType: 't3.small', SubnetId: 's', SecurityGroupIds: ['g', 'h'], UserData: 'x', InstanceInitiatedShutdownBehavior: 'terminate', IamInstanceProfile: { Name: 'p' }, InstanceMarketOptions: { MarketType: 'spot', SpotOptions: { SpotInstanceType: 'one-time', InstanceInterruptionBehavior: 'terminate' } }, MetadataOptions: { HttpEndpoint: 'enabled', HttpTokens: 'required', HttpPutResponseHopLimit: 1, InstanceMetadataTags: 'disabled' }, BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { VolumeType: 'gp3', VolumeSize: 20, DeleteOnTermination: true } }], TagSpecifications: [{ ResourceType: 'instance', Tags: tags }, { ResourceType: 'volume', Tags: tags }] })],
  [new EC2Client(config), new DescribeInstancesCommand({ Filters: [{ Name: 'tag:a', Values: ['b'] }], MaxResults: 1000, NextToken: 'n' })],
  [new EC2Client(config), new DescribeImagesCommand({ ImageIds: ['ami'] })],
  [new EC2Client(config), new TerminateInstancesCommand({ InstanceIds: ['i-1'], Force: true })],
  [new DynamoDBClient(config), new GetItemCommand({ TableName: 't', Key: { pk: { S: 'p' }, sk: { S: 's' } }, ConsistentRead: true })],
  [new DynamoDBClient(config), new PutItemCommand({ TableName: 't', Item: item, ConditionExpression: 'attribute_not_exists(pk)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' })],
  [new DynamoDBClient(config), new UpdateItemCommand({ TableName: 't', Key: { pk: { S: 'p' } }, UpdateExpression: 'SET #a = :a', ExpressionAttributeNames: { '#a': 'a' }, ExpressionAttributeValues: { ':a': { N: '1' } } })],
  [new DynamoDBClient(config), new QueryCommand({ TableName: 't', KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: 'p' } }, ScanIndexForward: false, Limit: 3 })],
  [new SchedulerClient(config), new CreateScheduleCommand({ Name: 'n', ClientToken: 'c', GroupName: 'g', ScheduleExpression: 'at(2030-01-01T00:00:00)', FlexibleTimeWindow: { Mode: 'OFF' }, ActionAfterCompletion: 'DELETE', Target: { Arn: 'arn', RoleArn: 'role', Input: '{}' } })],
];
const understood = [];
for (const [client, command] of calls) {
  understood.push(await client.send(command).then(({ $metadata, ...answer }) => answer, ({ name, message, Item }) => ({ name, message, Item })));
}
process.stdout.write(JSON.stringify({ seen, understood }));
`;

describe('dropping the operations that are not used', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tinqs-bundles-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const shake = options.plugins.filter((plugin) => plugin.name === 'shake-aws-schemas');

  async function probe(name: string, plugins: readonly Plugin[]) {
    const { outputFiles } = await build({ ...options, ...common, metafile: false, plugins: [...plugins], stdin: { contents: `(async () => {${PROBE.replace(/^import .*$/gm, '')}})();`.replace(/^/, `${PROBE.match(/^import .*$/gm)!.join('\n')}\n`), resolveDir: join(workspaceRoot, 'apps/dispatcher'), loader: 'js' }, outdir: 'dist' });
    const file = join(folder, `${name}.cjs`);
    writeFileSync(file, outputFiles[0]!.contents);
    const { stdout, stderr, status } = spawnSync(process.execPath, [file], { encoding: 'utf8', env: cleanEnvironment() });
    expect(status, stderr).toBe(0);
    return { bytes: outputFiles[0]!.contents.byteLength, said: JSON.parse(stdout) as { seen: unknown[]; understood: unknown[] } };
  }

  it('sends the same requests and understands the same answers, in half the bytes', async () => {
    const whole = await probe('whole', []);
    const shaken = await probe('shaken', shake);

    expect(shaken.said).toEqual(whole.said);
    expect(whole.said.seen).toHaveLength(9);
    expect(whole.said.understood).toMatchObject([{ Instances: [{ InstanceId: 'i-1', State: { Name: 'running' } }] }, { NextToken: 'n' }, {}, {}, { Item: { pk: { S: 'p' } } }, { name: 'ConditionalCheckFailedException', Item: { pk: { S: 'p' } } }, {}, {}, {}]);
    expect(shaken.bytes).toBeLessThan(whole.bytes / 2);
  });
});
