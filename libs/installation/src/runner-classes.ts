import type { RunnerClass } from '@tinqs/fleet';
import { LineCounter, parseDocument } from 'yaml';
import * as z from 'zod/mini';
import { ConfigError } from './config.js';

const label = z.string('expected text').check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'expected a label: letters, digits, ".", "_", "-", at most 64'));
const whole = (least: number, most: number, what: string) => z.int(`expected ${what}`).check(z.minimum(least, `expected ${what}`), z.maximum(most, `expected ${what}`));
const texts = (what: string) => z.array(z.string(`expected ${what}`).check(z.minLength(1, `expected ${what}`)), `expected a list of ${what}`).check(z.minLength(1, `expected at least one of ${what}`));

const limits = z.strictObject({
  bootSeconds: z._default(whole(30, 3_600, 'seconds, 30 to 3600'), 300),
  idleSeconds: z._default(whole(10, 3_600, 'seconds, 10 to 3600'), 300),
  jobMinutes: z._default(whole(1, 1_440, 'minutes, 1 to 1440'), 60),
  concurrent: z._default(whole(1, 1_000, 'a number of machines, 1 to 1000'), 12),
});

const runnerClass = z.strictObject({
  labels: z.optional(z.array(label, 'expected a list of labels').check(z.minLength(1, 'expected at least one label'))),
  instanceTypes: texts('instance types such as t3.small'),
  mode: z._default(z.enum(['host', 'image'], 'expected host or image'), 'host'),
  image: z.optional(z.string('expected the name of an image').check(z.regex(/^[\w][\w./:@-]{0,255}$/, 'expected the name of an image'))),
  ami: z.optional(z.string('expected ami-… or ssm:/name').check(z.regex(/^(ami-[0-9a-f]{6,32}|ssm:\/[\w./-]+)$/, 'expected ami-… or ssm:/name'))),
  diskGiB: z._default(whole(4, 16_384, 'GiB, 4 to 16384'), 20),
  limits: z.optional(limits),
  market: z._default(z.enum(['spot', 'spot-then-on-demand', 'on-demand'], 'expected spot, spot-then-on-demand or on-demand'), 'spot'),
  instanceProfile: z._default(z.boolean('expected true or false'), false),
  sudo: z._default(z.boolean('expected true or false'), false),
  allowedRepositories: z.optional(texts('repositories such as acme/*')),
  rerun: z._default(z.boolean('expected true or false'), true),
  default: z._default(z.boolean('expected true or false'), false),
});

const file = z.record(label, runnerClass);

/**
 * Reads `runners.yml`: what each label means. Anything wrong is a `ConfigError` whose lines name file, line and what
 * is allowed there.
 */
export function parseRunnerClasses(text: string, path = 'runners.yml'): readonly RunnerClass[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  if (document.errors.length > 0) throw new ConfigError(document.errors.map((error) => `${path}:${error.linePos?.[0].line ?? 1}: ${error.message.split('\n')[0]!.replace(/ at line \d+.*$/, '')}`));
  const parsed = z.safeParse(file, document.toJS());
  const lineOf = (keys: readonly PropertyKey[]): number => {
    for (let depth = keys.length; depth > 0; depth -= 1) {
      const node = document.getIn(keys.slice(0, depth), true) as { range?: readonly [number, number, number] } | undefined;
      if (node?.range) return lines.linePos(node.range[0]).line;
    }
    return 1;
  };
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map((issue) => `${path}:${lineOf(issue.path)}: ${issue.path.join('.') || 'the file'}: ${sentence(issue)}`));
  const problems: string[] = [];
  const classes = Object.entries(parsed.data).map(([id, fields]): RunnerClass => {
    if (fields.mode === 'image' && fields.image === undefined) problems.push(`${path}:${lineOf([id])}: ${id}: mode image needs an image`);
    if (fields.mode === 'host' && fields.image !== undefined) problems.push(`${path}:${lineOf([id, 'image'])}: ${id}.image: only for mode: image`);
    return {
      id,
      labels: fields.labels ?? [id],
      instanceTypes: fields.instanceTypes,
      mode: fields.mode,
      image: fields.image ?? null,
      ami: fields.ami ?? null,
      diskGiB: fields.diskGiB,
      limits: fields.limits ?? { bootSeconds: 300, idleSeconds: 300, jobMinutes: 60, concurrent: 12 },
      market: fields.market,
      instanceProfile: fields.instanceProfile,
      sudo: fields.sudo,
      allowedRepositories: fields.allowedRepositories ?? null,
      rerun: fields.rerun,
      isDefault: fields.default,
    };
  });
  const defaults = classes.filter((each) => each.isDefault);
  if (defaults.length > 1) problems.push(`${path}:${lineOf([defaults[1]!.id, 'default'])}: only one class may be the default, "${defaults[0]!.id}" is`);
  if (classes.length === 0) problems.push(`${path}:1: no class: every label needs an entry`);
  if (problems.length > 0) throw new ConfigError(problems);
  return classes;
}

function sentence(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `unknown key ${issue.keys.map((key) => `"${key}"`).join(', ')}; known: labels, instanceTypes, mode, image, ami, diskGiB, limits { bootSeconds, idleSeconds, jobMinutes, concurrent }, market, instanceProfile, sudo, allowedRepositories, rerun, default`;
  return issue.message === 'Invalid input' ? 'expected a class: { instanceTypes: [t3.small] }' : issue.message;
}
