import { parseArgs } from 'node:util';
import { rowOf, type Row } from './benchmark.js';
import { benchmarks } from './benchmarks/all.js';
import { table } from './table.js';

const usage = 'usage: npm run bench -- [--json] [--only ID]…';

/** Exit code 2 for wrong usage, else 0: a busy machine breaks no build, `within` is for who reads it. */
async function main(args: readonly string[]): Promise<number> {
  let options: { readonly json: boolean; readonly only: readonly string[] };
  try {
    options = readOptions(args);
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    return 2;
  }
  const rows: Row[] = [];
  for (const benchmark of benchmarks) if (options.only.length === 0 || options.only.includes(benchmark.id)) {
    if (!options.json) console.error(`measuring ${benchmark.id}`);
    rows.push(await rowOf(benchmark));
  }
  console.log(options.json ? JSON.stringify(rows, null, 2) : table(rows));
  return 0;
}

function readOptions(args: readonly string[]) {
  const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean', default: false }, only: { type: 'string', multiple: true, default: [] } } });
  const ids = benchmarks.map(({ id }) => id);
  const unknown = values.only.find((id) => !ids.includes(id));
  if (unknown !== undefined) throw new Error(`--only is one of ${ids.join(', ')}, not "${unknown}"`);
  return values;
}

process.exitCode = await main(process.argv.slice(2));
