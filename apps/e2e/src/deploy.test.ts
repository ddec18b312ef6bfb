import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { createSimulatedWorld, serveGitea, type Delivery, type HttpServer, type SimulatedWorld } from '@tinqs/simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFunction, type DeployedFunction } from './support/deployed-function.js';
import { doctorsFindings } from './support/doctor.js';
import { ACCOUNT, announcedJob, deliveryUrlEvent, machineEvent, queueEvent, type UrlEventChange } from './support/lambda-events.js';
import { idIn, installationOf, machineWith, stateOf } from './support/moto-machines.js';
import { hasMoto, MOTO_MISSING, REGION, startMoto, type Moto } from './support/moto.js';
import { workspaceRoot } from './support/npm-start.js';
import { readableUserData, secretsIn } from './support/secret-scan.js';
import { nx, osls, runNode } from './support/run-node.js';
import { statementsOf, templateFile, templateOf } from './support/packaged-template.js';

const SECRET = 'a secret of the tests';
const TOKEN = 'token-of-the-tests';
const QUEUE_URL = `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/tinqs-ci-queue`;

describe.skipIf(!hasMoto)(`deployed to moto${hasMoto ? '' : ` (${MOTO_MISSING})`}`, () => {
  let moto: Moto;
  let world: SimulatedWorld;
  let gitea: HttpServer;
  let variables: NodeJS.ProcessEnv;
  const running = new Map<string, DeployedFunction>();

  beforeAll(async () => {
    moto = await startMoto();
    world = createSimulatedWorld({ seed: 4, startedAt: Date.now(), gitea: '1.25' });
    world.do('addToken', { token: TOKEN, login: 'operator', scopes: ['all'], admin: true });
    world.do('createRepository', { fullName: 'acme/app', by: 'operator', private: true, files: { 'README.md': '# app\n' } });
    world.do('setHooks', { hooks: [{ url: 'http://unused.invalid/webhook', secret: SECRET, events: ['workflow_job'] }] });
    gitea = await serveGitea({ world, now: Date.now });
    const [subnet] = /subnet-[0-9a-f]+/.exec(await moto.ec2('DescribeSubnets'))!;
    const [group] = /sg-[0-9a-f]+/.exec(await moto.ec2('DescribeSecurityGroups'))!;
    await moto.json('ssm', 'AmazonSSM.PutParameter', { Name: '/tinqs-ci/webhook-secret', Type: 'SecureString', Value: SECRET });
    await moto.query('iam', '2010-05-08', 'CreateInstanceProfile', { InstanceProfileName: 'ci-runner' });
    // The origin's eight, and the two that are new and required.
    variables = {
      GITEA_URL: gitea.url,
      GITEA_TOKEN: TOKEN,
      RUNNER_TOKEN: 'instance-registration-token',
      RUNNER_AMI: 'ami-0123456789abcdef0',
      SUBNET: subnet,
      SECURITY_GROUP: group,
      DDB_TABLE: 'tinqs-ci-runs',
      INSTANCE_PROFILE: 'ci-runner',
      WEBHOOK_SECRET: 'ssm:/tinqs-ci/webhook-secret',
      ALLOWED_REPOSITORIES: 'acme/*',
    };
  }, 120_000);

  afterAll(async () => {
    for (const each of running.values()) await each.end();
    await gitea.close();
    await moto.close();
  });

  const credentials = () => ({ AWS_ENDPOINT_URL: moto.url, AWS_ACCESS_KEY_ID: 'dummy', AWS_SECRET_ACCESS_KEY: 'dummy' });
  const run = (command: readonly string[], cwd: string, environment: NodeJS.ProcessEnv) => runNode(command, cwd, { ...credentials(), ...environment });

  /** The function as it was deployed: the environment of its configuration, and what Lambda adds. */
  async function deployed(app: string, name: string): Promise<DeployedFunction> {
    const known = running.get(name);
    if (known !== undefined) return known;
    const { Handler, Environment } = JSON.parse(await moto.ask('lambda', `/2015-03-31/functions/tinqs-ci-${name}/configuration`)) as { Handler: string; Environment: { Variables: Record<string, string> } };
    const started = startFunction(join(workspaceRoot, `apps/${app}/${Handler.replace(/\.handler$/, '.cjs')}`), { ...Environment.Variables, ...credentials(), AWS_ENDPOINT_URL: moto.recorded, AWS_REGION: REGION, AWS_SESSION_TOKEN: 'session' });
    running.set(name, started);
    return started;
  }

  const examined = (change: NodeJS.ProcessEnv) => doctorsFindings({ ...credentials(), AWS_ENDPOINT_URL: moto.recorded, AWS_REGION: REGION, ...variables, ...change });
  const actions = (service: string) => moto.calls.filter((call) => call.service === service).map((call) => call.action);
  const launches = () => moto.calls.filter((call) => call.action === 'RunInstances');

  const urlEvent = (delivery: Delivery, change: UrlEventChange = {}) => deliveryUrlEvent(world, gitea.url, delivery, change);

  /** Everything in the queue, as the event source mapping hands it over. */
  async function drain(): Promise<{ readonly batchItemFailures: readonly unknown[]; readonly received: number }> {
    const { Messages = [] } = (await moto.json('sqs', 'AmazonSQS.ReceiveMessage', { QueueUrl: QUEUE_URL, MaxNumberOfMessages: 10 })) as { Messages?: { MessageId: string; ReceiptHandle: string; Body: string }[] };
    if (Messages.length === 0) return { batchItemFailures: [], received: 0 };
    const { batchItemFailures } = await (await deployed('dispatcher', 'dispatch')).invoke<{ batchItemFailures: { itemIdentifier: string }[] }>(queueEvent(Messages));
    for (const { MessageId, ReceiptHandle } of Messages) {
      if (!batchItemFailures.some((failure) => failure.itemIdentifier === MessageId)) await moto.json('sqs', 'AmazonSQS.DeleteMessage', { QueueUrl: QUEUE_URL, ReceiptHandle });
    }
    return { batchItemFailures, received: Messages.length };
  }

  it('refuses first where a function, a log group or a table of another key shape is there, with the steps of a cut-over', async () => {
    const elsewhere = 'eu-central-1';
    const assume = JSON.stringify({ Version: '2012-10-17', Statement: [] });
    await moto.query('iam', '2010-05-08', 'CreateRole', { RoleName: 'old', AssumeRolePolicyDocument: assume });
    const zip = Buffer.from('504b0506000000000000000000000000000000000000', 'hex').toString('base64');
    await moto.ask('lambda', '/2015-03-31/functions', { method: 'POST', region: elsewhere, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ FunctionName: 'tinqs-ci-dispatch', Runtime: 'provided.al2023', Role: `arn:aws:iam::${ACCOUNT}:role/old`, Handler: 'bootstrap', Code: { ZipFile: zip } }) });
    await moto.ask('logs', '/', { method: 'POST', region: elsewhere, headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Logs_20140328.CreateLogGroup' }, body: JSON.stringify({ logGroupName: '/aws/lambda/tinqs-ci-dispatch' }) });
    await moto.json('dynamodb', 'DynamoDB_20120810.CreateTable', { TableName: 'tinqs-ci-runs', BillingMode: 'PAY_PER_REQUEST', AttributeDefinitions: [{ AttributeName: 'run_id', AttributeType: 'S' }], KeySchema: [{ AttributeName: 'run_id', KeyType: 'HASH' }] }, elsewhere);

    const { status, text } = run(osls('deploy', '--region', elsewhere), 'apps/dispatcher', variables);

    expect(status, text).not.toBe(0);
    expect(text).toContain('nothing was deployed');
    expect(text).toContain('function tinqs-ci-dispatch\n');
    expect(text).toContain('log group /aws/lambda/tinqs-ci-dispatch\n');
    expect(text).toContain('table tinqs-ci-runs: it has the keys run_id HASH, not pk HASH, sk RANGE. CloudFormation cannot adopt it: set DDB_TABLE=tinqs-ci-runs-2');
    expect(text).not.toContain('tinqs-ci-webhook\n');
    expect(text).toContain('remove its webhook from Gitea');
    const stacks = await moto.ask('cloudformation', '/?Action=DescribeStacks&Version=2010-05-15', { region: elsewhere });
    expect(stacks).not.toContain('tinqs-ci-dispatcher');
  });

  it('refuses a configuration with holes, and names all of them at once', () => {
    const { status, text } = run(osls('deploy'), 'apps/dispatcher', { GITEA_URL: 'git.example.com', SUBNET: ' ' });

    expect(status).not.toBe(0);
    expect(text).toContain('nothing was deployed: the configuration has 7 problems');
    for (const name of ['WEBHOOK_SECRET: missing', 'ALLOWED_REPOSITORIES: missing', 'GITEA_URL: expected an address', 'GITEA_TOKEN: missing', 'RUNNER_AMI: missing', 'SUBNET: missing', 'SECURITY_GROUP: missing']) expect(text).toContain(name);
  });

  it('deploys both, the monitor after the dispatcher, with one command and nothing but an endpoint and dummy keys', () => {
    const { status, text } = run(nx('run', 'monitor:deploy', '--outputStyle=static'), '.', variables);

    expect(status, text).toBe(0);
    expect(text).toContain('Service deployed to stack tinqs-ci-dispatcher-prod');
    expect(text).toContain('Service deployed to stack tinqs-ci-monitor-prod');
  });

  it('packages templates that cfn-lint has nothing to say about', () => {
    const { status, stdout, stderr } = spawnSync('cfn-lint', ['dispatcher', 'monitor'].map(templateFile), { encoding: 'utf8' });

    expect(`${stdout}${stderr}`).toBe('');
    expect(status).toBe(0);
  });

  it('deploys what moto cannot show: an address, expiry, arm64, four alarms, a clock of its own', () => {
    const dispatcher = Object.values(templateOf('dispatcher').Resources);
    const monitor = Object.values(templateOf('monitor').Resources);
    const functions = [...dispatcher, ...monitor].filter((each) => each.Type === 'AWS::Lambda::Function');

    expect(dispatcher.filter((each) => each.Type === 'AWS::Lambda::Url').map((each) => each.Properties['AuthType'])).toEqual(['NONE']);
    expect(dispatcher.find((each) => each.Type === 'AWS::DynamoDB::Table')?.Properties).toMatchObject({ TimeToLiveSpecification: { AttributeName: 'ttl', Enabled: true } });
    expect(functions.map((each) => [each.Properties['FunctionName'], each.Properties['Timeout'], each.Properties['ReservedConcurrentExecutions']])).toEqual([
      ['tinqs-ci-webhook', 5, undefined],
      ['tinqs-ci-dispatch', 45, undefined],
      ['tinqs-ci-sweep', 55, 1],
      ['tinqs-ci-instance-events', 30, undefined],
      ['tinqs-ci-alert', 15, undefined],
    ]);
    expect(functions.every((each) => JSON.stringify(each.Properties['Architectures']) === '["arm64"]' && each.Properties['Runtime'] === 'nodejs22.x')).toBe(true);
    expect(monitor.filter((each) => each.Type === 'AWS::CloudWatch::Alarm').map((each) => each.Properties['AlarmName'])).toEqual(['tinqs-ci-sweep-silent', 'tinqs-ci-queue-waits', 'tinqs-ci-dead-letters', 'tinqs-ci-signatures-refused']);
    expect(dispatcher.some((each) => each.Type === 'AWS::Scheduler::ScheduleGroup')).toBe(true);
  });

  it('lets only the dispatcher launch, and only the monitor and the clock terminate, and only what is tagged as ours', () => {
    const all = [...statementsOf('dispatcher'), ...statementsOf('monitor')];

    expect(all.filter((each) => each.actions.includes('ec2:RunInstances')).map((each) => each.role)).toEqual(['DispatchRole', 'DispatchRole']);
    expect(all.filter((each) => each.actions.includes('ec2:TerminateInstances')).map((each) => [each.role, Object.keys((each.Condition as { StringEquals: object }).StringEquals)])).toEqual([
      ['ScheduleRole', ['aws:ResourceTag/tinqs-ci:installation']],
      ['MonitorRole', ['aws:ResourceTag/tinqs-ci:installation']],
    ]);
    expect(all.filter((each) => each.actions.some((action) => action.includes('*')))).toEqual([]);
    expect(all.filter((each) => each.Resource === '*').flatMap((each) => each.actions)).toEqual(['ec2:DescribeImages', 'ec2:DescribeSubnets', 'ec2:DescribeInstances']);
  });

  it('makes functions, table, queues and schedule under the origin’s names', async () => {
    const { Functions } = JSON.parse(await moto.ask('lambda', '/2015-03-31/functions/')) as { Functions: { FunctionName: string; Environment: { Variables: Record<string, string> } }[] };
    const { Table } = (await moto.json('dynamodb', 'DynamoDB_20120810.DescribeTable', { TableName: 'tinqs-ci-runs' })) as { Table: { KeySchema: unknown } };
    const rules = await moto.ask('events', '/', { method: 'POST', headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSEvents.ListRules' }, body: '{}' });
    const installations = new Set(Functions.flatMap((each) => each.Environment.Variables['INSTALLATION'] ?? []));

    expect(Functions.map((each) => each.FunctionName).sort()).toEqual(['tinqs-ci-alert', 'tinqs-ci-dispatch', 'tinqs-ci-instance-events', 'tinqs-ci-sweep', 'tinqs-ci-webhook']);
    expect(Table.KeySchema).toEqual([{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'sk', KeyType: 'RANGE' }]);
    expect(rules).toContain('rate(1 minute)');
    expect([...installations]).toEqual([expect.stringMatching(/^[0-9a-f]{8}$/)]);
  });

  it('finds its table and queue, and the classes, from the first sweep on', async () => {
    const report = await (await deployed('monitor', 'sweep')).invoke<{ failed: unknown[] }>({});

    expect(report.failed).toEqual([]);
    expect(await drain()).toEqual({ batchItemFailures: [], received: 1 });
    expect(launches()).toEqual([]);
    expect((await deployed('monitor', 'sweep')).output()).toContain('"message":"swept"');
  });

  it('is found healthy by the doctor, which launches nothing, and an AMI that is not there is said', async () => {
    const [image] = /ami-[0-9a-f]+/.exec(await moto.ec2('RegisterImage', { Name: 'runner', Architecture: 'x86_64', RootDeviceName: '/dev/xvda', VirtualizationType: 'hvm' }))!;
    // moto's CloudFormation leaves out the expiry of the table, which is said.
    const [well, ill] = await Promise.all([examined({ RUNNER_AMI: image }), examined({})]);

    expect(well).toEqual(['gitea ok', 'clock ok', 'rerun-api warning', 'token ok', 'hook warning', 'actions warning', 'table warning', 'sweep ok', 'ami ok', 'subnet ok', ...Array.from({ length: 5 }, () => 'launch ok')]);
    expect(ill.slice(-3)).toEqual(['sweep ok', 'ami failed', 'subnet ok']);
    expect(new Set(launches().map(({ body }) => new URLSearchParams(body).get('DryRun')))).toEqual(new Set(['true']));
    moto.calls.length = 0;
  });

  it('answers an unsigned, a wrong and a foreign request without queueing anything', async () => {
    world.do('push', { repository: 'acme/app', files: { 'a.txt': '1\n' }, message: 'one', workflows: [{ file: 'ci.yml', jobs: [{ key: 'build', labels: ['go'] }] }] });
    const delivery = await announcedJob(world);
    const webhook = await deployed('dispatcher', 'webhook');
    moto.calls.length = 0;

    expect(await webhook.invoke(urlEvent(delivery, { method: 'GET' }))).toMatchObject({ statusCode: 405, headers: { allow: 'POST' } });
    expect(await webhook.invoke(urlEvent(delivery, { body: '{}' }))).toMatchObject({ statusCode: 401 });
    expect(await webhook.invoke({ ...urlEvent(delivery), rawPath: '/admin' })).toMatchObject({ statusCode: 404 });
    expect(actions('sqs')).toEqual([]);

    // The real one, twice: a function URL may hand the body over as base64.
    expect(await webhook.invoke(urlEvent(delivery, { base64: true }))).toMatchObject({ statusCode: 202, body: 'accepted: workflow_job' });
    expect(await webhook.invoke(urlEvent(delivery))).toMatchObject({ statusCode: 202 });
    expect(actions('sqs')).toEqual(['SendMessage', 'SendMessage']);
    expect(webhook.output()).not.toContain(SECRET);
  });

  it('makes of a signed delivery exactly one RunInstances call, though it came twice', async () => {
    moto.calls.length = 0;
    expect(await drain()).toMatchObject({ batchItemFailures: [], received: 2 });
    await drain();

    expect(launches()).toHaveLength(1);
    const call = new URLSearchParams(launches()[0]!.body);
    const tags = [...call.keys()].filter((key) => /^TagSpecification\.1\.Tag\.\d+\.Key$/.test(key)).map((key) => [call.get(key), call.get(key.replace(/Key$/, 'Value'))]);
    expect(Object.fromEntries(tags)).toEqual({
      Name: expect.stringMatching(/^tinqs-ci-[0-9a-f]{8}-go-/),
      'tinqs-ci': 'true',
      'tinqs-ci:installation': expect.stringMatching(/^[0-9a-f]{8}$/),
      'tinqs-ci:name': expect.stringMatching(/^tinqs-ci-/),
      'tinqs-ci:class': 'go',
      'tinqs-ci:scope': expect.any(String),
      'tinqs-ci:runner-id': expect.stringMatching(/^\d+$/),
      'tinqs-ci:ends-by': expect.stringMatching(/^\d{4}-/),
    });
    expect(call.get('ClientToken')).toMatch(/^[\w-]{43}$/);
    expect(call.get('MetadataOptions.HttpTokens')).toBe('required');
    expect(call.get('MetadataOptions.HttpPutResponseHopLimit')).toBe('1');
    expect(call.get('InstanceMarketOptions.MarketType')).toBe('spot');
    expect(call.get('InstanceInitiatedShutdownBehavior')).toBe('terminate');
    expect([call.get('ImageId'), call.get('SubnetId'), call.get('SecurityGroupId.1')]).toEqual([variables['RUNNER_AMI'], variables['SUBNET'], variables['SECURITY_GROUP']]);
    // `go` is no class with the instance profile.
    expect([...call.keys()].filter((key) => key.startsWith('IamInstanceProfile'))).toEqual([]);
    expect([...world.gitea.registrations.values()].map((runner) => runner.name)).toEqual([call.get('TagSpecification.1.Tag.1.Value')]);
  });

  it('ships a boot script, keeps a table and writes logs without any token of ours', async () => {
    const texts = {
      script: readableUserData(new URLSearchParams(launches()[0]!.body).get('UserData')!),
      table: JSON.stringify(await moto.json('dynamodb', 'DynamoDB_20120810.Scan', { TableName: 'tinqs-ci-runs' })),
      logs: [...running.values()].map((each) => each.output()).join('\n'),
    };

    expect(texts.script.startsWith('#!')).toBe(true);
    expect(texts.script).toContain('"token"');
    expect(texts.table).toContain('acme/app');
    expect(secretsIn(texts, { TOKEN, SECRET, registration: 'instance-registration-token' })).toEqual([]);
  });

  it('makes a schedule that ends the machine even if nothing else of ours ever runs again', () => {
    const schedule = moto.calls.find((call) => call.service === 'scheduler');

    expect(JSON.parse(schedule!.body)).toMatchObject({ ScheduleExpression: expect.stringMatching(/^at\(/), ActionAfterCompletion: 'DELETE', Target: { Arn: 'arn:aws:scheduler:::aws-sdk:ec2:terminateInstances', Input: expect.stringContaining('"i-') } });
  });

  it('sweeps: ends a machine past its death clock and no other, finds a job that no webhook announced', async () => {
    const machine = idIn(await moto.ec2('DescribeInstances'));
    const late = { 'tinqs-ci': 'true', 'tinqs-ci:ends-by': new Date(Date.now() - 60_000).toISOString() };
    const launch = (installation: string) => machineWith(moto, variables['RUNNER_AMI']!, { ...late, 'tinqs-ci:installation': installation });
    const oldId = await launch((await installationOf(moto, machine))!);
    const strangerId = await launch('another');
    world.do('push', { repository: 'acme/app', files: { 'a.txt': '2\n' }, message: 'two', workflows: [{ file: 'ci.yml', jobs: [{ key: 'image', labels: ['docker'] }] }] });
    // Its delivery is lost.
    await announcedJob(world);
    moto.calls.length = 0;

    const report = await (await deployed('monitor', 'sweep')).invoke<{ failed: unknown[]; ended: { instanceId: string; code: string }[]; knocked: string[] }>({ 'detail-type': 'Scheduled Event', source: 'aws.events' });

    expect(report).toMatchObject({ failed: [], ended: [{ instanceId: oldId, code: 'DEATH_CLOCK' }], knocked: [expect.any(String)] });
    expect(await stateOf(moto, oldId)).toMatch(/terminated|shutting-down/);
    expect(await stateOf(moto, machine)).toMatch(/running|pending/);
    expect(await stateOf(moto, strangerId)).toMatch(/running|pending/);
    expect(launches()).toEqual([]);

    await drain();
    expect(launches()).toHaveLength(1);
    const call = new URLSearchParams(launches()[0]!.body);
    expect(call.get('IamInstanceProfile.Name')).toBe('ci-runner');
    // The one job of the first push and the one of the second: nothing was launched twice or in vain.
    expect((await moto.ec2('DescribeInstances', { 'Filter.1.Name': 'tag:tinqs-ci:runner-id', 'Filter.1.Value.1': '*' })).match(/<instanceId>/g)).toHaveLength(2);
  });

  it('hears of a machine of ours that ended, and drops what is not', async () => {
    const machine = idIn(await moto.ec2('DescribeInstances', { 'Filter.1.Name': 'tag:tinqs-ci:class', 'Filter.1.Value.1': 'docker' }));
    await moto.ec2('TerminateInstances', { 'InstanceId.1': machine });
    const events = await deployed('monitor', 'instance-events');
    moto.calls.length = 0;

    expect(await events.invoke(machineEvent('i-00000000000000000'))).toBe('not-ours');
    expect(actions('sqs')).toEqual([]);
    expect(await events.invoke(machineEvent(machine))).toBe('reconciled');
    expect(actions('sqs')).toEqual(['SendMessage']);
  });
});
