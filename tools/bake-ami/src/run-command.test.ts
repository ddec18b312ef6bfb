import { AuthorizeSecurityGroupIngressCommand, CreateSecurityGroupCommand, StopInstancesCommand } from '@aws-sdk/client-ec2';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { parseRunnerClasses } from '@tinqs/installation';
import { beforeEach, describe, expect, inject, it } from 'vitest';
import { machinesOf } from './machines.js';
import { runCommand } from './run-command.js';
import { readSettings } from './settings.js';
import { createAccount, pinnedInputs, RUN, word, type TestAccount } from './testing/account.js';
import type { Workspace } from './workspace.js';

const motoUrl = inject('motoUrl');
const classes = parseRunnerClasses('go: { instanceTypes: [t3.small] }\n');
const pinned: Workspace = { classes, inputs: ({ base }) => ({ ...pinnedInputs, base, classes }) };
const unpinned: Workspace = { classes, inputs: (settings) => ({ ...pinned.inputs(settings), pins: { pins: [], unpinned: ['go for amd64 is not pinned yet: run "npx nx run images:pin"'] } }) };

describe.skipIf(motoUrl === undefined)("the commands on moto (needs: pip install 'moto[server]==5.2.1')", () => {
  let account: TestAccount;
  beforeEach(async () => {
    account = await createAccount(motoUrl ?? '');
  });
  async function command(args: readonly string[], { workspace = pinned, environment = {} }: { workspace?: Workspace; environment?: Record<string, string> } = {}) {
    const settings = readSettings(args, { SUBNET: account.place.subnets.join(' '), SECURITY_GROUP: account.place.securityGroups.join(' '), RUNNER_AMI: 'ssm:/tinqs-ci/ami/x86_64', ...environment });
    const printed: string[] = [];
    const status = await runCommand({ settings, workspace, world: account.world, run: RUN, print: (text) => printed.push(text) });
    const text = printed.join('\n');
    // What AWS and machines say is as long as it is.
    if (!args.includes('--json')) expect(text.split('\n').filter((line) => line.length > 80 && !/^(failed|refused|next|note|not yet|--- ?.*|  .*):? /.test(line))).toEqual([]);
    return { status, text };
  }
  const baseParameter = (value: string) => account.world.ssm.send(new PutParameterCommand({ Name: '/team/debian', Value: value, Type: 'String' }));
  const base = ['--base', 'ssm:/team/debian'];

  it('plan, bake, promote, bake, promote, rollback and prune each say what was done and what comes next', async () => {
    await baseParameter(account.baseImage);

    const plan = await command(['plan', ...base]);
    expect(plan.status, plan.text).toBe(0);
    expect(plan.text).toMatch(new RegExp(`^tinqs-ci-runner-v1   x86_64, disk 20 GiB\\n  from       ${account.baseImage} \\(ssm:/team/debian\\)\\n`));
    expect((await account.machines())).toEqual([]);

    const baked = await command(['bake', ...base]);
    expect(baked.text).toMatch(/^tinqs-ci-runner-v1 ami-\w+ is verified, up in 29 s\nnext: npx nx run bake-ami:promote -- ami-\w+$/);
    const [one = ''] = /ami-\w+/.exec(baked.text) ?? [];
    expect((await command(['promote', one])).text).toBe(`ssm:/tinqs-ci/ami/x86_64 → ${one}   no deploy needed`);

    expect((await command(['plan', ...base])).text).toContain("note: tinqs-ci-runner-v1 was made of the same inputs;\n      a new one differs by Debian's updates");
    const again = await command(['bake', ...base]);
    expect(again.text).toMatch(/^tinqs-ci-runner-v2 ami-\w+ is verified, up in 29 s \(v1: 29 s\)\n/);
    const [two = ''] = /ami-\w+/.exec(again.text) ?? [];
    expect((await command(['promote'])).text).toBe(`ssm:/tinqs-ci/ami/x86_64 → ${two}   no deploy needed\nwas ${one}; back: npx nx run bake-ami:rollback`);
    expect((await command(['rollback'], { environment: { RUNNER_AMI: 'ami-1' } })).text).toBe(`ssm:/tinqs-ci/ami/x86_64 → ${one}   no deploy needed\nwas ${two}; back: npx nx run bake-ami:rollback\nnote: RUNNER_AMI is ami-1 here; machines follow the pointer once\n      the dispatcher is deployed with RUNNER_AMI=ssm:/tinqs-ci/ami/x86_64`);

    expect((await command(['prune', '--dry-run'])).text).toMatch(/^keep {4}tinqs-ci-runner-v2 ami-\w+\n {8}the pointer \/tinqs-ci\/ami\/x86_64-previous\nkeep {4}tinqs-ci-runner-v1 ami-\w+\n {8}class go \(RUNNER_AMI=ssm:\/tinqs-ci\/ami\/x86_64\)\n {8}the pointer \/tinqs-ci\/ami\/x86_64\nwould remove 0 AMIs and 0 snapshots$/);
    expect(JSON.parse((await command(['prune', '--dry-run', '--json'])).text)).toMatchObject({ kind: 'would-prune', removed: [] });
    expect(await command(['prune'], { environment: { RUNNER_AMI: 'ssm:/gone' } })).toEqual({ status: 1, text: expect.stringMatching(/^refused: nothing is removed[^]*\n {2}class go \(RUNNER_AMI=ssm:\/gone\): the parameter \/gone does not exist$/) });
    expect(await account.living()).toEqual([]);
  });

  it('what is not pinned is not baked: nothing is asked of AWS, and the command that pins is named', async () => {
    const { status, text } = await command(['bake'], { workspace: unpinned });

    expect(status).toBe(1);
    expect(text).toContain('go for amd64 is not pinned yet: run "npx nx run images:pin"');
    expect(account.calls).toEqual([]);
    expect(await command(['plan'], { workspace: unpinned })).toMatchObject({ status: 1, text: expect.stringContaining('not yet: go for amd64 is not pinned yet') });
  });

  it('plan tells what it can where the account does not answer', async () => {
    account.injectSsm({ call: 'GetParameter', effect: { kind: 'refuse', code: 'ExpiredTokenException' } });

    const { status, text } = await command(['plan']);

    expect(status).toBe(0);
    expect(text).toMatch(/^tinqs-ci-runner-v<next> {3}x86_64, disk 20 GiB\n {2}from {7}ssm:\/aws\/service\/debian\/release\/13\/latest\/amd64\n[^]*note: the account was not asked: GetParameter of \S+ failed: .*ExpiredTokenException/);
  });

  it.each([
    ['its parameter does not exist', async () => undefined, /^failed: the base: the parameter of ssm:\/team\/debian does not exist in this region\nnext: name another Debian: --base ami-…$/],
    ['its AMI does not exist', () => baseParameter('ami-00000000'), /^failed: the base: there is no AMI ami-00000000 in this region/],
  ])('without a base, because %s, nothing is launched', async (_, prepare, text) => {
    await prepare();

    expect(await command(['bake', ...base])).toEqual({ status: 1, text: expect.stringMatching(text) });
    expect(await account.machines()).toEqual([]);
  });

  it.each([['bake'], ['verify']])('a group that lets somebody in is refused, and nothing is launched: %s', async (verb) => {
    expect((await command(['bake', '--base', account.baseImage])).status).toBe(0);
    const before = (await account.machines()).length;
    const { GroupId = '' } = await account.world.ec2.send(new CreateSecurityGroupCommand({ GroupName: 'open', Description: 'open' }));
    const open = { environment: { SECURITY_GROUP: `${account.place.securityGroups[0]} ${GroupId}` } };
    expect((await command([verb, ...(verb === 'bake' ? ['--base', account.baseImage] : [])], open)).status).toBe(0);
    const launched = (await account.machines()).length;
    expect(launched).toBeGreaterThan(before);
    await account.world.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '10.0.0.0/8' }] }] }));

    expect(await command([verb, ...(verb === 'bake' ? ['--base', account.baseImage] : [])], open)).toEqual({ status: 1, text: expect.stringMatching(new RegExp(`^failed: nothing was launched: SECURITY_GROUP: ${GroupId} has inbound rules`)) });
    expect((await account.machines()).length).toBe(launched);
  });

  it('a failure shows the end of the console, the step, why, and what to do next', async () => {
    account.console('builder', `\u001b[0mGet:1 Packages\r\nE: no space left\r\n${word('failed: packages of Debian: exit 100 in line 70')}`);

    const { status, text } = await command(['bake', '--base', account.baseImage]);

    expect(status).toBe(1);
    expect(text).toMatch(/^--- the end of its console\n {2}Get:1 Packages\n {2}E: no space left\n {2}\[ {4}9\.1\] tinqs-ci bake run1: failed: packages of Debian: exit 100 in line 70\n---\nfailed: the builder i-\w+: packages of Debian: exit 100 in line 70\nnext: the console above is the machine's own; mend the cause and run it again$/);
  });

  it('an AMI whose verification failed is verified by its id, without another bake', async () => {
    account.console('verifier', word('failed: 1 problems, the first: docker does not answer'));
    expect((await command(['bake', '--base', account.baseImage])).status).toBe(1);
    expect((await command(['promote'])).text).toBe('refused: there is no verified AMI for x86_64: "npx nx run bake-ami:bake" makes one');
    account.console('verifier', word('done after 31 s'));

    expect(await command(['verify'])).toEqual({ status: 0, text: expect.stringMatching(/^tinqs-ci-runner-v1 ami-\w+ is verified, up in 31 s\n/) });
    expect((await command(['promote'])).status).toBe(0);
    expect((await command(['verify', 'ami-00000000'])).text).toMatch(/^failed: verify: ami-00000000 is none of this tool's AMIs here/);
  });

  it('a machine that an earlier run left, stopped and without a timer, is ended; one that another run still uses is not', async () => {
    const order = { role: 'builder', imageId: account.baseImage, rootDeviceName: '/dev/xvda', diskGiB: 20, place: account.place, userData: '#!/bin/sh\n' } as const;
    const left = await machinesOf('dead', account.world).launch({ ...order, lifeSeconds: 60 });
    await account.world.ec2.send(new StopInstancesCommand({ InstanceIds: [left] }));
    const used = await machinesOf('other', account.world).launch({ ...order, lifeSeconds: 3_600 });
    await account.world.sleep(61_000);

    await command(['prune']);

    expect(account.lines).toEqual([`ended ${left}, which an earlier run had left`]);
    expect(await account.living()).toEqual([used]);
  });
});
