import { lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { WorkflowFile } from '@tinqs/trigger-matcher';
import { CommandFailure } from './failure.js';

const FOLDERS = ['.gitea/workflows', '.github/workflows'];
/** Where people put workflows that Gitea does not find. */
const MISTAKEN = ['.gitea/workflow', '.github/workflow', '.forgejo/workflows', 'gitea/workflows'];

/** The workflow files of a checkout, and those that look like one and do not count. */
export interface Workflows {
  readonly files: readonly WorkflowFile[];
  readonly others: readonly WorkflowFile[];
}

/** The workflow files of a checkout as Gitea would list them in a commit: of the first folder that exists, also if it holds none. */
export function readWorkflows(checkout: string): Workflows {
  if (!isFolder(checkout)) throw new CommandFailure(2, `${checkout}: expected a folder, the root of a checkout${hint(checkout)}`);
  const folder = FOLDERS.find((each) => isFolder(join(checkout, each)));
  if (folder === undefined) throw new CommandFailure(3, `${checkout}: neither ${FOLDERS.join(' nor ')} is there${hint(checkout)}`);
  const of = (each: string, pattern: RegExp): readonly string[] => (isFolder(join(checkout, each)) ? entriesOf(checkout, each).filter((path) => pattern.test(path)) : []);
  const others = [...FOLDERS.filter((each) => each !== folder), ...MISTAKEN].flatMap((each) => of(each, /\.ya?ml$/));
  const misnamed = of(folder, /\.ya?ml(?:\.\w+)?$/i).filter((path) => !/\.ya?ml$/.test(path));
  const read = (path: string) => fileAt(join(checkout, path), path);
  return { files: of(folder, /\.ya?ml$/).map(read), others: [...misnamed, ...others].map(read) };
}

function entriesOf(checkout: string, folder: string): readonly string[] {
  return readdirSync(join(checkout, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .sort();
}

/** A file that was named instead of its checkout, or a folder inside of it. */
function hint(checkout: string): string {
  const root = /^(.*?)[\\/]?\.(?:gitea|github)(?:[\\/]|$)/.exec(checkout.replace(/[\\/]+$/, ''))?.[1];
  const inside = basename(checkout) === 'workflows' ? dirname(dirname(checkout)) : root;
  return inside === undefined ? '' : `; name the root of the checkout, ${inside === '' ? '.' : inside}`;
}

function fileAt(file: string, path: string): WorkflowFile {
  const stat = lstatSync(file);
  if (stat.isSymbolicLink()) return { path, kind: 'link', text: readlinkSync(file) };
  if (stat.isDirectory()) return { path, kind: existsInside(file) ? 'submodule' : 'folder', text: '' };
  return stat.isFile() ? { path, text: readFileSync(file, 'utf8') } : { path, kind: 'folder', text: '' };
}

/** A submodule has a `.git` of its own. */
const existsInside = (folder: string): boolean => statSync(join(folder, '.git'), { throwIfNoEntry: false }) !== undefined;

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
