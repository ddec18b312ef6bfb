import { parseArgs } from 'node:util';
import { ConfigError, type Environment } from '@tinqs/installation';
import { ARCHITECTURES, builderTypes, debianBase, type Architecture } from './architecture.js';
import type { Place } from './world.js';

export const COMMANDS = ['plan', 'bake', 'verify', 'promote', 'rollback', 'prune'] as const;
export type CommandName = (typeof COMMANDS)[number];

export interface Settings {
  readonly command: CommandName;
  /** The AMI that `verify` and `promote` are about; the newest otherwise. */
  readonly imageId: string | undefined;
  readonly architecture: Architecture;
  /** The Debian to start from: an id, or `ssm:/name`. */
  readonly base: string;
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly region: string;
  readonly place: Place;
  readonly runnerAmi: string | undefined;
  readonly npmRegistry: string;
}

export const usage = `usage: bake-ami plan | bake | verify [ami-…] | promote [ami-…] | rollback | prune [--dry-run]
  --arch x86_64|arm64   --base ami-…|ssm:/…   --json
  environment: SUBNET and SECURITY_GROUP (bake, verify), RUNNER_AMI (prune), AWS_REGION (eu-west-1)`;

const list = (text: string | undefined): readonly string[] => (text ?? '').split(/[\s,]+/).filter((entry) => entry !== '');
const filled = (text: string | undefined): string | undefined => (text === undefined || text.trim() === '' ? undefined : text.trim());

/** Reads arguments and environment, or throws a `ConfigError` that names all that is wrong. */
export function readSettings(args: readonly string[], environment: Environment): Settings {
  const { values, positionals } = parse(args);
  const [command, imageId, ...rest] = positionals;
  const problems: string[] = [];
  const known = COMMANDS.find((each) => each === command);
  if (known === undefined) problems.push(`expected one of ${COMMANDS.join(', ')}, got ${command ?? 'nothing'}`);
  if (rest.length > 0 || (imageId !== undefined && known !== 'verify' && known !== 'promote')) problems.push(`${command} takes no ${[imageId, ...rest].join(' ')}`);
  else if (imageId !== undefined && !/^ami-[0-9a-f]+$/.test(imageId)) problems.push(`expected an AMI id, got ${imageId}`);
  const architecture = ARCHITECTURES.find((each) => each === (values.arch ?? 'x86_64'));
  if (architecture === undefined) problems.push(`--arch: expected ${ARCHITECTURES.join(' or ')}, got ${values.arch}`);
  if (values.base !== undefined && !/^(ami-[0-9a-f]+|ssm:\/[\w./-]+)$/.test(values.base)) problems.push(`--base: expected ami-… or ssm:/name, got ${values.base}`);
  if (values['dry-run'] === true && known !== 'prune') problems.push('--dry-run is for prune; plan tells what a bake would do');
  const [subnets, securityGroups] = [list(environment['SUBNET']), list(environment['SECURITY_GROUP'])];
  if (known === 'bake' || known === 'verify') {
    if (subnets.length === 0) problems.push('SUBNET: missing: subnet ids from which the internet can be reached');
    if (securityGroups.length === 0) problems.push('SECURITY_GROUP: missing: ids of groups without inbound rules');
  }
  if (known === undefined || architecture === undefined || problems.length > 0) throw new ConfigError(problems);
  return {
    command: known,
    imageId,
    architecture,
    base: values.base ?? debianBase(architecture),
    dryRun: values['dry-run'] === true,
    json: values.json === true,
    region: filled(environment['AWS_REGION']) ?? 'eu-west-1',
    place: { instanceTypes: builderTypes(architecture), subnets, securityGroups },
    runnerAmi: filled(environment['RUNNER_AMI']),
    npmRegistry: filled(environment['NPM_CONFIG_REGISTRY']) ?? '',
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: { arch: { type: 'string' }, base: { type: 'string' }, 'dry-run': { type: 'boolean' }, json: { type: 'boolean' } } });
  } catch (error) {
    throw new ConfigError([error instanceof Error ? error.message : String(error)]);
  }
}
