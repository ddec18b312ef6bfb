import { lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkflowFile } from '@tinqs/trigger-matcher';
import { CommandFailure } from './failure.js';

const FOLDERS = ['.gitea/workflows', '.github/workflows'];

/** The workflow files of a checkout as Gitea would list them in a commit: of the first folder that exists, also if it holds none. */
export function readWorkflowFolder(checkout: string): readonly WorkflowFile[] {
  if (!isFolder(checkout)) throw new CommandFailure(2, `${checkout}: expected a folder, the root of a checkout`);
  const folder = FOLDERS.find((each) => isFolder(join(checkout, each)));
  if (folder === undefined) throw new CommandFailure(3, `${checkout}: neither ${FOLDERS.join(' nor ')} is there`);
  return readdirSync(join(checkout, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((path) => /\.ya?ml$/.test(path))
    .sort()
    .map((path) => fileAt(join(checkout, path), path));
}

function fileAt(file: string, path: string): WorkflowFile {
  const stat = lstatSync(file);
  if (stat.isSymbolicLink()) return { path, kind: 'link', text: readlinkSync(file) };
  if (stat.isDirectory()) return { path, kind: 'folder', text: '' };
  return { path, text: readFileSync(file, 'utf8') };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
