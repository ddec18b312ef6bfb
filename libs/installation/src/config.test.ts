import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig, type ConfigPart, type Environment } from './config.js';

/** The origin's eight. */
const ORIGIN: Environment = { GITEA_URL: 'https://git.example.com/git', GITEA_TOKEN: 'gitea-secret-token', RUNNER_TOKEN: 'instance-secret-token', RUNNER_AMI: 'ami-0abc', SUBNET: 'subnet-1, subnet-2', SECURITY_GROUP: 'sg-1', DDB_TABLE: 'runs', INSTANCE_PROFILE: 'ci-runner' };
const NEW: Environment = { WEBHOOK_SECRET: 'webhook-secret', ALLOWED_REPOSITORIES: 'acme/*' };

function problemsOf(part: ConfigPart, environment: Environment): readonly string[] {
  try {
    loadConfig(part, environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('loadConfig', () => {
  it.each(['webhook', 'dispatch', 'sweep', 'standalone', 'standalone-ec2'] as const)('starts the %s with the origin’s eight variables and the two that are new and required', (part) => {
    expect(problemsOf(part, { ...ORIGIN, ...NEW })).toEqual([]);
  });

  it('reads what the eight mean, and the defaults of the others', () => {
    expect(loadConfig('dispatch', { ...ORIGIN, ...NEW })).toEqual({ GITEA_URL: 'https://git.example.com/git', GITEA_TOKEN: 'gitea-secret-token', RUNNER_TOKEN: 'instance-secret-token', RUNNER_AMI: 'ami-0abc', SUBNET: ['subnet-1', 'subnet-2'], SECURITY_GROUP: ['sg-1'], DDB_TABLE: 'runs', INSTANCE_PROFILE: 'ci-runner', ALLOWED_REPOSITORIES: ['acme/*'], RUNNER_SCOPE: 'repository', DISPATCH_SOURCE: 'auto', MAX_RUNNERS: 12 });
    expect(loadConfig('sweep', { GITEA_URL: 'http://localhost:3000', GITEA_TOKEN: 'x', ...NEW }).DDB_TABLE).toBe('tinqs-ci-runs');
  });

  it.each<[string, ConfigPart, Environment, readonly string[]]>([
    ['nothing at all', 'webhook', {}, ['WEBHOOK_SECRET: missing', 'ALLOWED_REPOSITORIES: missing']],
    ['a Gitea without a secret or a list', 'standalone', { GITEA_URL: 'https://git.example.com', GITEA_TOKEN: 'x' }, ['ALLOWED_REPOSITORIES: missing', 'WEBHOOK_SECRET: missing']],
    ['a passphrase, which would be five secrets', 'webhook', { ...NEW, WEBHOOK_SECRET: 'a secret of the tests' }, ['WEBHOOK_SECRET: expected one secret without spaces and commas, or several of at least 8 characters each, separated by them']],
    ['a demo with a wrong cap', 'demo', { MAX_RUNNERS: 'many' }, ['MAX_RUNNERS: expected a number of machines, at least 1']],
    ['a secret that is empty', 'webhook', { ...NEW, WEBHOOK_SECRET: '  ' }, ['WEBHOOK_SECRET: missing']],
    ['an address without a scheme', 'dispatch', { ...ORIGIN, ...NEW, GITEA_URL: 'git.example.com' }, ['GITEA_URL: expected an address like']],
    ['an address of another kind', 'dispatch', { ...ORIGIN, ...NEW, GITEA_URL: 'ssh://git.example.com' }, ['GITEA_URL: expected an address like']],
    ['no machine at all', 'dispatch', { ...ORIGIN, ...NEW, MAX_RUNNERS: '0' }, ['MAX_RUNNERS: expected a number of machines']],
    ['half a machine', 'dispatch', { ...ORIGIN, ...NEW, MAX_RUNNERS: '1.5' }, ['MAX_RUNNERS: expected a whole number']],
    ['a budget in words', 'dispatch', { ...ORIGIN, ...NEW, DAILY_BUDGET_USD: 'ten' }, ['DAILY_BUDGET_USD: expected dollars']],
    ['another scope', 'dispatch', { ...ORIGIN, ...NEW, RUNNER_SCOPE: 'team' }, ['RUNNER_SCOPE: expected repository, owner or instance']],
    ['another source', 'dispatch', { ...ORIGIN, ...NEW, DISPATCH_SOURCE: 'poll' }, ['DISPATCH_SOURCE: expected auto, workflow_job or push']],
    ['an address in the place of a host: no boot script could be rendered', 'dispatch', { ...ORIGIN, ...NEW, GIT_HOSTS: 'git.example.com, https://example.com' }, ['GIT_HOSTS: expected host names']],
    ['an installation that no tag could name', 'dispatch', { ...ORIGIN, ...NEW, INSTALLATION: 'Team A' }, ['INSTALLATION: expected at most 16']],
  ])('refuses %s', (_what, part, environment, expected) => {
    const problems = problemsOf(part, environment);

    expect(problems).toHaveLength(expected.length);
    for (const [index, start] of expected.entries()) expect(problems[index]).toContain(start);
  });

  it('names every problem in one message, one a line, and never a value', () => {
    const environment = { GITEA_TOKEN: 'gitea-secret-token', GITEA_URL: 'not-an-address-but-a-secret', WEBHOOK_SECRET: 'webhook-secret', MAX_RUNNERS: 'many-secrets', RUNNER_SCOPE: 'secret-scope' };
    let message = '';
    try {
      loadConfig('standalone-ec2', environment);
    } catch (error) {
      message = (error as Error).message;
    }

    expect(message).toMatch(/^the configuration has 7 problems:\n {2}\S/);
    for (const name of ['GITEA_URL', 'ALLOWED_REPOSITORIES', 'MAX_RUNNERS', 'RUNNER_SCOPE', 'RUNNER_AMI', 'SUBNET', 'SECURITY_GROUP']) expect(message.match(new RegExp(`^  ${name}: `, 'gm'))).toHaveLength(1);
    for (const value of Object.values(environment)) expect(message).not.toContain(value);
  });
});
