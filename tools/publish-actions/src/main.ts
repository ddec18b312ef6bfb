import { parseArgs } from 'node:util';
import { GitError } from './git.js';
import { publish, publishCandidate, rollBack, type PublishOutcome } from './publish.js';

const usage = `usage: publish-actions publish | candidate | rollback --to v1.2.3   [--remote origin] [--branch v1] [--dry-run]
  publish    puts main:actions on the branch, fast-forward only, and tags it as actions/CHANGELOG.md says; with --tried
             only where they are the candidate
  candidate  puts main:actions on <branch>-next, to be tried before it is published
  rollback   puts an older version on top of the branch, as the next patch version`;

async function main(args: readonly string[]): Promise<number> {
  let parsed;
  try {
    parsed = parseArgs({ args: [...args], allowPositionals: true, options: { remote: { type: 'string' }, branch: { type: 'string' }, to: { type: 'string' }, tried: { type: 'boolean' }, 'dry-run': { type: 'boolean' } } });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    return 2;
  }
  const { values, positionals } = parsed;
  const options = { folder: process.cwd(), ...(values.remote === undefined ? {} : { remote: values.remote }), ...(values.branch === undefined ? {} : { branch: values.branch }), dryRun: values['dry-run'] === true };
  const [command, ...rest] = positionals;
  const outcome = rest.length > 0 || (values.tried === true && command !== 'publish') ? undefined : await run(command, values.to, { ...options, tried: values.tried === true });
  if (outcome === undefined) {
    console.error(usage);
    return 2;
  }
  console.log(sentence(outcome));
  return outcome.kind === 'refused' ? 1 : 0;
}

async function run(command: string | undefined, to: string | undefined, options: Parameters<typeof publish>[0]): Promise<PublishOutcome | undefined> {
  if (command === 'publish' && to === undefined) return publish(options);
  if (command === 'candidate' && to === undefined) return publishCandidate(options);
  if (command === 'rollback' && to !== undefined) return rollBack(options, to);
  return undefined;
}

function sentence(outcome: PublishOutcome): string {
  if (outcome.kind === 'refused') return `refused: ${outcome.reason}`;
  const what = `${outcome.branch} at ${outcome.commit}${outcome.tag === undefined ? '' : `, tag ${outcome.tag}`}`;
  return { published: `published ${what}`, unchanged: `nothing to do: ${what}`, 'would-publish': `would publish ${what}` }[outcome.kind];
}

process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof GitError)) throw error;
  console.error(error.message);
  return 1;
});
