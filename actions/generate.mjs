// nx run actions:generate: writes what is derived: _lib/versions.tsv from images/versions.json, and the tables of each README from its action.yml.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const folder = fileURLToPath(new URL('.', import.meta.url));
const TOOLS = ['go', 'node', 'pnpm', 'aws-cli'];

/** Lines of tool, architecture, version, algorithm, sum, address. A sum counts only beside the address it was fetched for. */
export function versionTable({ tools }) {
  const rows = TOOLS.flatMap((name) => Object.entries(tools[name].files).map(([arch, file]) => {
    const { version, url, arch: names } = tools[name];
    const address = version === null ? undefined : url.replaceAll('{version}', version).replaceAll('{arch}', names[arch]);
    const algorithm = ['sha256', 'sha512'].find((kind) => file?.[kind]);
    const pinned = algorithm !== undefined && file.url === address;
    return [name, arch, version ?? '-', ...(pinned ? [algorithm, file[algorithm], address] : ['-', '-', '-'])];
  }));
  return rows.map((row) => `${row.join('\t')}\n`).join('');
}

/** The part of a README between its two marks. */
export function reference(name, text) {
  const { description, inputs = {}, outputs = {} } = parse(text);
  const cell = (value) => String(value).replaceAll('|', '\\|').replaceAll('\n', ' ');
  const table = (head, rows) => (rows.length === 0 ? [] : ['', `| ${head.join(' | ')} |`, `|${' --- |'.repeat(head.length)}`, ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`)]);
  const shown = (value) => (value === undefined || value === '' ? '' : `\`${value}\``);
  return [
    description, '', '```yaml', `- uses: tinqs/ci/${name}@v1`, '```',
    ...table(['Input', 'Default', 'Meaning'], Object.entries(inputs).map(([input, each]) => [`\`${input}\``, shown(each.default), each.description])),
    ...table(['Output', 'Meaning'], Object.entries(outputs).map(([output, each]) => [`\`${output}\``, each.description])),
  ].join('\n');
}

const marks = ['<!-- from action.yml: nx run actions:generate -->', '<!-- end -->'];

export function withReference(readme, generated) {
  const [start, end] = marks.map((mark) => readme.indexOf(mark));
  if (start < 0 || end < start) throw new Error(`a README needs the lines ${marks.join(' and ')}`);
  return `${readme.slice(0, start)}${marks[0]}\n${generated}\n${readme.slice(end)}`;
}

export const actionNames = () => readdirSync(folder).filter((name) => existsSync(`${folder}${name}/action.yml`));

/** Path and text of every derived file. */
export function derivedFiles() {
  const read = (path) => readFileSync(`${folder}${path}`, 'utf8');
  const versions = JSON.parse(readFileSync(fileURLToPath(new URL('../images/versions.json', import.meta.url)), 'utf8'));
  return [
    ['_lib/versions.tsv', versionTable(versions)],
    ...actionNames().map((name) => [`${name}/README.md`, withReference(read(`${name}/README.md`), reference(name, read(`${name}/action.yml`)))]),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) for (const [path, text] of derivedFiles()) writeFileSync(`${folder}${path}`, text);
