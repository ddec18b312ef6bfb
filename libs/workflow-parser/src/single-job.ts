import type { Decoded, DecodedMap } from './go-decode.js';
import { GiteaError } from './gitea-failure.js';
import type { GiteaVersion } from './gitea-version.js';
import { readingRules } from './reading-rules.js';
import { asMap, nodeField } from './workflow-document.js';
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
  if (readingRules[gitea].evaluatesContinueOnError) check(nodeField(job, 'continue-on-error'));
  check(nodeField(job, 'container'));
  check(nodeField(job, 'secrets'));
  check(nodeField(job, 'permissions'));
  checkTexts(job, gitea);
}

function checkAliases(node: YamlNode, anchors: Set<string>): void {
  const left = [node];
  for (let next = left.pop(); next; next = left.pop()) {
    if (next.kind === 'alias' && !anchors.has(next.value)) throw located(next, `the alias *${next.value} has its anchor outside this part of the job; write it out here: Gitea reads every job as a file of its own`);
    if (next.anchor !== undefined) anchors.add(next.anchor);
    for (let i = next.items.length - 1; i >= 0; i--) left.push(next.items[i] as YamlNode);
  }
}

function located(node: YamlNode | undefined, message: string): GiteaError {
  const error = new GiteaError(message);
  if (node) error.offset = node.offset;
  return error;
}

/**
 * Gitea writes a text of several lines as a block. One that begins with a tab cannot be read again; up to 1.25 neither can one in a list
 * whose first line is empty or begins with a blank: it is indented by four and announced as six,
 * so that its lines are keys or entries to the reader, or comments.
 */
function checkTexts(job: DecodedMap, gitea: GiteaVersion): void {
  const { losesIndentedBlocks } = readingRules[gitea];
  // Every place where a text may stand; `inList`: it is an entry of a list, or a value in a map that is one.
  const left: { readonly value: Decoded; readonly at: YamlNode | undefined; readonly inList: boolean }[] = [{ value: job, at: undefined, inList: false }];
  for (let next = left.pop(); next; next = left.pop()) {
    const { value, at, inList } = next;
    // A map in a map begins lines of its own.
    const below = (item: Decoded, itemAt: YamlNode | undefined): unknown => left.push({ value: item, at: itemAt, inList: inList && !isMap(item) });
    if (typeof value === 'string') checkText(value, at, inList && losesIndentedBlocks, false);
    else if (isNode(value)) {
      if (value.block) checkText(value.value, value, inList && losesIndentedBlocks, true);
      if (value.kind === 'seq') for (const item of value.items) left.push({ value: item, at: item, inList: true });
      else for (let i = 1; i < value.items.length; i += 2) below(value.items[i], value.items[i]);
    } else if (Array.isArray(value)) for (const item of value as readonly Decoded[]) left.push({ value: item, at, inList: true });
    else if (isMap(value)) {
      // The labels and the matrix are written anew for every row.
      for (const [key, item] of value.entries) if (key !== 'runs-on' && key !== 'matrix') below(item, asMap(value as Decoded)?.nodes.get(key)?.value ?? at);
    }
  }
}

const isMap = (value: Decoded): value is Decoded & { readonly entries: ReadonlyMap<string, Decoded> } => typeof value === 'object' && value !== null && ('entries' in value ? value.entries instanceof Map : isNode(value) && value.kind === 'map');

const isNode = (value: Decoded): value is YamlNode => typeof value === 'object' && value !== null && 'items' in value;

/** A section kept as a node keeps its style: a `block` stays one, even of one line or of nothing but blanks. */
function checkText(text: string, node: YamlNode | undefined, inList: boolean, block: boolean): void {
  if (!(block || text.includes('\n')) || !/^[ \n\t]/.test(text)) return;
  // Such a text is written in quotes, and those survive.
  if (/ $| \n|[\u0000-\u0008\u000b-\u001f\u007f\ufeff]/.test(text)) return;
  if (text.startsWith('\t') && (block || text.trim() !== '')) throw located(node, 'a block of text begins with a tab, and Gitea cannot store such a job; begin the first line with something else');
  if (inList && text.split('\n').some((line) => line !== '' && !line.startsWith('  ') && !/^ ?#/.test(line))) throw located(node, 'the first line of this text is empty or indented deeper than the rest, which Gitea 1.25 cannot store; begin with an unindented line');
}
