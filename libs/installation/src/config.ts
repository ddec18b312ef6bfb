import * as z from 'zod/mini';
import { isGitHost } from './git-hosts.js';

/** The configuration is wrong: every problem in one message, one a line. Whoever starts exits with 2. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly string[]) {
    super(`the configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

const list = (text: string): readonly string[] => text.split(/[\s,]+/).filter((entry) => entry !== '');
const filled = (what: string) => z.string(`missing: ${what}`).check(z.trim(), z.minLength(1, `empty: ${what}`));
const listOf = (what: string) => z.pipe(filled(what), z.transform(list));
const optional = <Schema extends z.ZodMiniType>(schema: Schema) => z.optional(schema);
const amount = (what: string) => z.pipe(filled(what), z.transform(Number)).check(z.refine((value) => Number.isFinite(value) && value > 0, `expected ${what}`));

const address = z.string('missing: the address of your Gitea, https://git.example.com').check(
  z.trim(),
  z.refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol), 'expected an address like https://git.example.com'),
);

/** As the boot script takes them: a machine is no place to find out. */
const hosts = z.pipe(z.string(), z.transform((text) => list(text.toLowerCase()))).check(
  z.refine((all) => all.every(isGitHost), 'expected host names, with ":port" where needed and without a scheme'),
);

const shared = {
  GITEA_URL: address,
  GITEA_TOKEN: filled('a token of an administrator or owner, or ssm:/path'),
  DDB_TABLE: z._default(filled('the name of the table'), 'tinqs-ci-runs'),
  RUNNER_SCOPE: z._default(z.enum(['repository', 'owner', 'instance'], 'expected repository, owner or instance'), 'repository'),
  RUNNER_TOKEN: optional(z.string()),
  ALLOWED_REPOSITORIES: listOf('the repositories that are served, as globs: "acme/*, tools/site"'),
  MAX_RUNNERS: z._default(amount('a number of machines, at least 1').check(z.int('expected a whole number')), 12),
  DAILY_BUDGET_USD: optional(amount('dollars, as 12.50')),
  ALERT_WEBHOOK_URL: optional(z.string()),
  GITEA_CA_FILE: optional(z.string()),
  INSTALLATION: optional(z.string().check(z.regex(/^[a-z0-9]{1,16}$/, 'expected at most 16 of a–z and 0–9'))),
};

/** A passphrase with spaces would be taken for several secrets, each easily guessed. */
const SHORTEST_OF_SEVERAL = 8;
const secrets = listOf('the secret of the webhook (several while one is rotated), or ssm:/path').check(
  z.refine((all) => all.length === 1 || all.every((secret) => secret.length >= SHORTEST_OF_SEVERAL), `expected one secret without spaces and commas, or several of at least ${SHORTEST_OF_SEVERAL} characters each, separated by them`),
);

const webhook = {
  WEBHOOK_SECRET: secrets,
  ALLOWED_REPOSITORIES: shared.ALLOWED_REPOSITORIES,
};

const ec2 = {
  RUNNER_AMI: filled('an AMI id, or ssm:/name of the parameter that holds it'),
  SUBNET: listOf('subnet ids, several for several zones'),
  SECURITY_GROUP: listOf('security group ids, without inbound rules'),
  INSTANCE_PROFILE: optional(z.string()),
};

const dispatch = {
  ...shared,
  DISPATCH_SOURCE: z._default(z.enum(['auto', 'workflow_job', 'push'], 'expected auto, workflow_job or push'), 'auto'),
  GIT_HOSTS: optional(hosts),
  RUNNER_GIT_TOKEN: optional(z.string()),
};

const SHAPES = {
  webhook: z.object(webhook),
  dispatch: z.object({ ...dispatch, ...ec2 }),
  sweep: z.object({ ...shared, SUBNET: optional(listOf('subnet ids')) }),
  /** `npm start` beside a real Gitea, with the machines of `LAUNCHER`. */
  standalone: z.object({ ...dispatch, ...webhook }),
  'standalone-ec2': z.object({ ...dispatch, ...webhook, ...ec2 }),
  /** `npm start` with a Gitea of its own, which honours what is set. */
  demo: z.object({ WEBHOOK_SECRET: optional(secrets), ALLOWED_REPOSITORIES: optional(shared.ALLOWED_REPOSITORIES), MAX_RUNNERS: shared.MAX_RUNNERS }),
};

export type ConfigPart = keyof typeof SHAPES;
export type Config<Part extends ConfigPart> = z.infer<(typeof SHAPES)[Part]>;
export type Environment = { readonly [name: string]: string | undefined };

/**
 * Reads what one part needs from the environment, whose names are the origin's; anything wrong is a `ConfigError`
 * that names all of it. An empty value counts as missing. Values are never repeated: some of them are secrets.
 */
export function loadConfig<Part extends ConfigPart>(part: Part, environment: Environment): Config<Part> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ''));
  const parsed = z.safeParse(SHAPES[part], given);
  if (parsed.success) return parsed.data as Config<Part>;
  const byName = new Map<string, string>();
  for (const issue of parsed.error.issues) {
    const name = issue.path.join('.');
    // One sentence a variable: the first check that failed.
    if (!byName.has(name)) byName.set(name, `${name}: ${issue.message}`);
  }
  throw new ConfigError([...byName.values()]);
}
