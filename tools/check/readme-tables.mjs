// node tools/check/readme-tables.mjs: writes the tables of the root README that follow from apps/dispatcher/runners.yml and actions/*/action.yml.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../..', import.meta.url));
const table = (head, rows) => [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** One row a runner class. */
export function labelTable(classes) {
  return table(
    ['`runs-on`', 'Machine', 'Besides'],
    Object.entries(classes).map(([name, { labels = [name], instanceTypes, mode = 'host', image, limits = {}, instanceProfile = false, market = 'spot' }]) => {
      const besides = [mode === 'image' ? `in \`${image}\`` : '', instanceProfile ? 'has the instance profile' : '', limits.jobMinutes === undefined ? '' : `${limits.jobMinutes} min`, market === 'spot' ? '' : market];
      return [labels.map((label) => `\`${label}\``).join(', '), instanceTypes.map((type) => `\`${type}\``).join(' or '), besides.filter(Boolean).join(', ')];
    }),
  );
}

/** One row an action, by name. */
export function actionTable(actions) {
  return table(
    ['Action', 'What it does'],
    actions.map(({ name, description }) => [`[\`tinqs/ci/${name}@v1\`](actions/${name}/README.md)`, description]),
  );
}

function readActions() {
  const folders = readdirSync(`${root}/actions`).filter((name) => existsSync(`${root}/actions/${name}/action.yml`));
  return folders.sort().map((name) => parse(readFileSync(`${root}/actions/${name}/action.yml`, 'utf8')));
}

/** The README with its tables as they should be. */
export function withTables(readme) {
  const tables = { labels: labelTable(parse(readFileSync(`${root}/apps/dispatcher/runners.yml`, 'utf8'))), actions: actionTable(readActions()) };
  return Object.entries(tables).reduce((text, [name, content]) => {
    const [start, end] = [`<!-- ${name}: node tools/check/readme-tables.mjs -->\n`, `\n<!-- end of ${name} -->`];
    const from = text.indexOf(start);
    const to = text.indexOf(end);
    if (from < 0 || to < from) throw new Error(`README.md: expected the lines "${start.trim()}" and "${end.trim()}"`);
    return `${text.slice(0, from)}${start}${content}${text.slice(to)}`;
  }, readme);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(`${root}/README.md`, withTables(readFileSync(`${root}/README.md`, 'utf8')));
