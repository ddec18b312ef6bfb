/**
 * Usage: npm run mutants [-- word]
 * Breaks one rule of planner, controller or sweep at a time and runs the suites that prove them, the fastest first.
 * Prints the test that kills each mutant; exits with 1 if one survives. `word`: only rules that contain it.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MUTANTS, type Mutant } from './mutant-list.js';

const workspace = fileURLToPath(new URL('../../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mutants-'));

interface Suite {
  readonly root: string;
  readonly files: readonly string[];
}

const SCHEDULES = 'src/simulation/simulation.test.ts';
const stories = readdirSync(join(workspace, 'apps/e2e/src/simulation')).filter((name) => name.endsWith('.test.ts')).map((name) => `src/simulation/${name}`).filter((file) => file !== SCHEDULES);

/** Of the seeded schedules a hundred: they are for what the tests of the rules let live. */
const SUITES: readonly Suite[] = [
  { root: join(workspace, 'libs/fleet'), files: [] },
  { root: join(workspace, 'apps/e2e'), files: stories },
  { root: join(workspace, 'apps/e2e'), files: [SCHEDULES, '-t', 'from seed 1000'] },
];

interface Report {
  readonly testResults: readonly { readonly message?: string; readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[] }[];
}

/** A vitest configuration that breaks the source while it is loaded: nothing on disk is touched. */
function configOf(mutant: Mutant, { root }: Suite): string {
  const file = `/libs/fleet/src/${mutant.file}`;
  return `
    const mutate = { name: 'mutant', enforce: 'pre', transform(code, id) {
      if (!id.split('?')[0].endsWith(${JSON.stringify(file)})) return;
      return code.replace(${JSON.stringify(mutant.from)}, () => ${JSON.stringify(mutant.to)});
    } };
    export default {
      root: ${JSON.stringify(root)}, plugins: [mutate], cacheDir: ${JSON.stringify(join(folder, 'cache'))},
      resolve: { conditions: ['@tinqs/source'] }, ssr: { resolve: { conditions: ['@tinqs/source'] } },
      test: { environment: 'node', include: ['src/**/*.test.ts'], testTimeout: 60_000, bail: 1, watch: false, fileParallelism: false, reporters: ['json'], outputFile: ${JSON.stringify(join(folder, 'report.json'))} },
    };`;
}

/** The test that failed, or `undefined`: the mutant lives. */
function killer(mutant: Mutant, suite: Suite): string | undefined {
  const config = join(folder, 'vitest.config.mjs');
  writeFileSync(config, configOf(mutant, suite));
  rmSync(join(folder, 'report.json'), { force: true });
  const { status } = spawnSync(process.execPath, [join(workspace, 'node_modules/vitest/vitest.mjs'), 'run', '--config', config, ...suite.files], { cwd: suite.root, encoding: 'utf8' });
  if (status === 0) return undefined;
  const report = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')) as Report;
  const failed = report.testResults.flatMap((file) => file.assertionResults).find((test) => test.status === 'failed');
  return failed?.fullName ?? report.testResults.find((file) => file.message)?.message?.split('\n')[0] ?? 'the suite does not load';
}

const word = process.argv[2] ?? '';
const survivors: Mutant[] = [];
const chosen = MUTANTS.filter((mutant) => mutant.rule.includes(word));
for (const mutant of chosen) {
  if (!readFileSync(join(workspace, 'libs/fleet/src', mutant.file), 'utf8').includes(mutant.from)) throw new Error(`mutant "${mutant.rule}": ${mutant.file} does not contain\n${mutant.from}`);
}
for (const mutant of chosen) {
  let killed: string | undefined;
  for (const suite of SUITES) if ((killed ??= killer(mutant, suite)) !== undefined) break;
  if (killed === undefined) survivors.push(mutant);
  process.stdout.write(`${killed === undefined ? 'LIVES ' : 'killed'}  ${mutant.rule}\n          ${killed ?? `${mutant.file}: ${mutant.from}`}\n`);
}
rmSync(folder, { recursive: true, force: true });
process.stdout.write(`${chosen.length} mutants, ${chosen.length - survivors.length} killed, ${survivors.length} live\n`);
process.exitCode = survivors.length === 0 ? 0 : 1;
