import type { Decoded, DecodedMap } from './go-decode.js';
import { GiteaError } from './gitea-failure.js';
import type { GiteaVersion } from './gitea-version.js';
import { isList, isMapping } from './go-value.js';
import type { GoValue } from './go-value.js';
import { asMap, nodeField, textField } from './workflow-document.js';
import type { YamlNode } from './yaml-node.js';

/**
 * Gitea writes every row as a file of its own and reads that file again, which some jobs do not survive. Throws for those.
 *
 * Sections kept as nodes keep their aliases, and an alias needs its anchor in the same file, written before it: what was decoded on
 * the way (names, steps, services) has lost its anchors, and so has everything outside the job.
 */
export function checkSingleJob(job: DecodedMap, gitea: GiteaVersion): void {
  const anchors = new Set<string>();
  const check = (node: YamlNode | undefined): void => {
    if (node) checkAliases(node, anchors);
  };
  const steps = (job.entries.get('steps') as readonly Decoded[] | undefined ?? []).map(asMap);
  check(nodeField(job, 'needs'));
  check(nodeField(job, 'env'));
  check(nodeField(job, 'if'));
  for (const step of steps) {
    check(nodeField(step, 'if'));
    check(nodeField(step, 'env'));
  }
  if (gitea === '1.27') check(nodeField(job, 'continue-on-error'));
  check(nodeField(job, 'container'));
  check(nodeField(job, 'secrets'));
  check(nodeField(job, 'permissions'));
  if (gitea === '1.25') checkTexts(job, steps);
}

function checkAliases(node: YamlNode, anchors: Set<string>): void {
  const left = [node];
  for (let next = left.pop(); next; next = left.pop()) {
    if (next.kind === 'alias' && !anchors.has(next.value)) throw located(next, `the alias *${next.value} has its anchor outside this part of the job; write it out here: Gitea reads every job as a file of its own`);
    if (next.anchor !== undefined) anchors.add(next.anchor);
    for (let i = next.items.length - 1; i >= 0; i--) left.push(next.items[i] as YamlNode);
  }
}

function located(node: YamlNode, message: string): GiteaError {
  const error = new GiteaError(message);
  error.offset = node.offset;
  return error;
}

/** 1.25 indents a block text in a list by four and announces six, if its first line is empty or begins with a blank. */
function checkTexts(job: DecodedMap, steps: readonly (DecodedMap | undefined)[]): void {
  for (const step of steps) {
    for (const field of ['id', 'name', 'uses', 'run', 'working-directory', 'shell', 'timeout-minutes']) checkText(textField(step, field), step?.nodes.get(field)?.value);
  }
  for (const service of asMap(job.entries.get('services'))?.entries.values() ?? []) {
    const container = asMap(service);
    for (const field of ['ports', 'volumes', 'cmd']) for (const text of (container?.entries.get(field) as readonly Decoded[] | null | undefined) ?? []) checkText(text, container?.nodes.get(field)?.value);
  }
  const inputs = asMap(job.entries.get('with'));
  for (const [name, value] of inputs?.entries ?? []) checkListed(value as GoValue, inputs?.nodes.get(name)?.value, false);
}

function checkListed(value: GoValue, node: YamlNode | undefined, inList: boolean): void {
  if (inList) checkText(value, node);
  if (isMapping(value)) for (const item of value.entries.values()) checkListed(item, node, false);
  if (!isList(value)) return;
  for (const item of value) {
    // The values of a map that is itself an entry stand in the entry's own lines.
    for (const part of isMapping(item) ? item.entries.values() : [item]) checkListed(part, node, true);
  }
}

function checkText(text: Decoded, node: YamlNode | undefined): void {
  if (typeof text !== 'string' || !text.includes('\n') || !/^[ \n\t]/.test(text)) return;
  // Such a text is written in quotes, and those survive.
  if (/ $| \n|[\u0000-\u0008\u000b-\u001f\u007f\ufeff]/.test(text)) return;
  if (!text.startsWith('\t') && text.split('\n').every((line) => line === '' || line.startsWith('  '))) return;
  throw located(node ?? { kind: 'scalar', tag: '', value: '', plain: true, items: [], offset: 0 }, 'the first line of this text is empty or indented deeper than the rest, which Gitea 1.25 cannot store; begin with an unindented line');
}
