import { describe, expect, it } from 'vitest';
import { readSettings } from './settings.js';

const environment = { SUBNET: 'subnet-1, subnet-2', SECURITY_GROUP: 'sg-1' };

describe('readSettings', () => {
  it('takes what the dispatcher takes, and the newest Debian of the architecture', () => {
    expect(readSettings(['bake', '--arch', 'arm64'], environment)).toMatchObject({
      command: 'bake',
      architecture: 'arm64',
      base: 'ssm:/aws/service/debian/release/13/latest/arm64',
      region: 'eu-west-1',
      place: { instanceTypes: ['t4g.medium'], subnets: ['subnet-1', 'subnet-2'], securityGroups: ['sg-1'] },
    });
  });

  it.each<[readonly string[], object, RegExp, string]>([
    [[], {}, /expected one of plan, bake, verify, promote, rollback, prune, got nothing/, 'no command'],
    [['destroy'], {}, /got destroy/, 'an unknown one'],
    [['bake'], {}, /SUBNET: missing[^]*SECURITY_GROUP: missing/, 'all that is missing at once'],
    [['bake'], { SUBNET: ' ', SECURITY_GROUP: 'sg-1' }, /SUBNET: missing/, 'empty is missing'],
    [['bake', 'ami-1'], environment, /bake takes no ami-1/, 'an AMI where none is meant'],
    [['promote', 'ami-1', 'ami-2'], environment, /promote takes no/, 'two AMIs'],
    [['promote', 'v7'], environment, /expected an AMI id, got v7/, 'a name where an id is meant'],
    [['plan', '--arch', 'riscv'], {}, /--arch: expected x86_64 or arm64, got riscv/, 'an unknown architecture'],
    [['plan', '--base', 'debian'], {}, /--base: expected ami-… or ssm:\/name, got debian/, 'a base that is no AMI'],
    [['bake', '--dry-run'], environment, /--dry-run is for prune/, 'an option that would be ignored'],
    [['plan', '--force'], {}, /--force/, 'an unknown option'],
  ])('%j with %o is refused: %s (%s)', (args, given, message, _why) => {
    expect(() => readSettings(args, given as Record<string, string>)).toThrow(message);
  });
});
