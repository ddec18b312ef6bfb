import { join } from 'node:path';
import { oneLine } from '@tinqs/fleet';
import { codeFrame, lintedAs, lintWorkflows, type Diagnosis } from '@tinqs/trigger-matcher';
import { newestGitea } from '@tinqs/workflow-parser';
import type { ExitCode } from '../failure.js';
import type { Output } from '../output.js';
import { readLabelService } from '../runners-file.js';
import { readWorkflows } from '../workflow-folder.js';
import { wrap } from '../wrap.js';

export interface LintCommandOptions {
  readonly gitea?: string;
  readonly runners?: string;
  readonly json?: boolean;
}

/** What is wrong with the workflows of a checkout, or is not what it looks like. Exit 1 if there is a finding. */
export function lint(folder: string, options: LintCommandOptions, { print, printNote, width }: Output): ExitCode {
  const { version, note } = lintedAs(options.gitea ?? newestGitea);
  const { files, others } = readWorkflows(folder);
  const runners = readLabelService(options.runners);
  const found = lintWorkflows(files, { gitea: version, others, ...(runners ? { service: runners.service } : {}) });
  if (note !== undefined) printNote(note);
  if (!runners) printNote('no runners.yml here: labels are not held against classes; name it with --runners FILE');
  if (options.json === true) {
    print(JSON.stringify(found.map(({ path, line, column, severity, code, message, remedy }) => ({ workflow: path, line, column, severity, code, sentence: message, remedy }))));
    return found.length > 0 ? 1 : 0;
  }
  const texts = new Map([...files, ...others].map(({ path, text }) => [path, text]));
  print([...found.map((each) => shown(each, join(folder, each.path), texts.get(each.path) ?? '', width ?? Infinity)), summary(found, files.length, version)].join('\n\n'));
  return found.length > 0 ? 1 : 0;
}

/** The place as a person would name it from here, so that a terminal opens it. */
function shown(found: Diagnosis, file: string, text: string, width: number): string {
  const frame = found.code.startsWith('file-') ? '' : codeFrame(text, found);
  const sentence = `${file}:${found.line}:${found.column}  ${found.severity === 'error' ? 'error  ' : ''}${found.message}  [${found.code}]`;
  return [wrap(oneLine(sentence), width), ...(frame === '' ? [] : [frame]), wrap(`  fix   ${oneLine(found.remedy)}`, width, '        ')].join('\n');
}

function summary(found: readonly Diagnosis[], files: number, version: string): string {
  const count = (severity: string, word: string) => {
    const many = found.filter((each) => each.severity === severity).length;
    return `${many} ${word}${many === 1 ? '' : 's'}`;
  };
  const of = `${files} ${files === 1 ? 'file' : 'files'}, read as Gitea ${version}`;
  return found.length === 0 ? `✔ nothing found in ${of}` : `${count('error', 'error')}, ${count('warning', 'warning')} in ${of}`;
}
