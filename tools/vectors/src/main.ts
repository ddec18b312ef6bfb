import { parseArgs } from 'node:util';
import type { GiteaVersion } from '@tinqs/workflow-parser';
import type { Difference, FileReport } from './judge.js';
import { judgeFile } from './judge.js';
import { isKnown } from './known-differences.js';
import { ownVectors, readVectorFile, vectorFileNames } from './read-vectors.js';
import { giteaVersions } from './vector.js';

const usage = 'usage: npm run vectors -- [--dir DIR] [--gitea 1.25|1.26|1.27] [--first N] [--json]';

function readOptions(args: readonly string[]) {
  const { values } = parseArgs({ args: [...args], options: { dir: { type: 'string' }, gitea: { type: 'string' }, first: { type: 'string', default: '3' }, json: { type: 'boolean', default: false } } });
  const { gitea } = values;
  if (gitea !== undefined && !giteaVersions.includes(gitea as GiteaVersion)) throw new Error(`--gitea is one of ${giteaVersions.join(', ')}, not "${gitea}"`);
  const first = Number(values.first);
  if (!Number.isInteger(first) || first < 0) throw new Error(`--first is a number of differences to show per file, not "${values.first}"`);
  return { dir: values.dir ?? ownVectors, versions: gitea === undefined ? giteaVersions : [gitea as GiteaVersion], first, json: values.json };
}

const toJson = (value: unknown): string => JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item)) ?? 'undefined';

const short = (value: unknown): string => {
  const text = toJson(value);
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
};

function describe({ id, gitea, fields, input, expected, answer }: Difference): string {
  return [`  ${id} [${gitea}] differs in ${fields.join(', ')}`, `    asked    ${short(input)}`, `    recorded ${short(expected)}`, `    answered ${short(answer)}`].join('\n');
}

function print(report: FileReport, first: number): void {
  const known = report.differences.filter((difference) => isKnown(difference));
  const others = report.differences.filter((difference) => !isKnown(difference));
  const note = known.length > 0 ? `   (${known.length} known: known-differences.ts)` : '';
  console.log(`${report.file.padEnd(20)} ${String(report.agree).padStart(5)} of ${String(report.total).padStart(5)} agree${note}`);
  for (const difference of others.slice(0, first)) console.log(describe(difference));
  if (others.length > first && first > 0) console.log(`  and ${others.length - first} more`);
}

/** Exit codes: 0 all agree but the known ones, 1 some differ, 2 wrong usage. */
function main(args: readonly string[]): number {
  let options: ReturnType<typeof readOptions>;
  let names: readonly string[];
  try {
    options = readOptions(args);
    names = vectorFileNames(options.dir);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    return 2;
  }
  const reports = names.flatMap((name) => judgeFile(name, readVectorFile(options.dir, name), options.versions) ?? []);
  if (reports.length === 0) {
    console.error(`there are no recorded decisions in ${options.dir}; files are named patterns.json, push.json, jobs.json, …`);
    return 2;
  }
  if (options.json) console.log(toJson(reports));
  else {
    for (const report of reports) print(report, options.first);
    const sum = (key: 'agree' | 'total') => reports.reduce((total, report) => total + report[key], 0);
    console.log(`${'total'.padEnd(20)} ${String(sum('agree')).padStart(5)} of ${String(sum('total')).padStart(5)} agree`);
  }
  return reports.some(({ differences }) => differences.some((difference) => !isKnown(difference))) ? 1 : 0;
}

process.exitCode = main(process.argv.slice(2));
