import type { GiteaVersion } from './gitea-version.js';
import type { Position } from './problem.js';
import { YamlRefusal } from './yaml-cursor.js';
import type { YamlNode } from './yaml-node.js';
import { YamlTree } from './yaml-tree.js';

/** The first document of a text, or the reason why Gitea's YAML refuses it. */
export type YamlReading =
  | { readonly kind: 'tree'; readonly root: YamlNode; readonly position: (offset: number) => Position }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string; readonly at: Position };

/** Gitea reads this much of a file, without a word about the rest. */
const mostBytes = 1024 * 1024;

/** The text is read in pieces of this size, and what a piece holds must be characters. */
const pieceBytes = 512;

/** Reads the first YAML document of a text; what stands behind it is not looked at. */
export function readYaml(whole: string, gitea: GiteaVersion): YamlReading {
  const text = asGiteaReads(whole);
  const position = positionsOf(text);
  const tree = new YamlTree(text, gitea);
  let outcome: YamlNode | YamlRefusal | undefined;
  try {
    outcome = tree.build();
  } catch (error) {
    if (!(error instanceof YamlRefusal)) throw error;
    outcome = error;
  }
  const bad = badCharacter(text, tree.offset);
  if (bad !== undefined) outcome = new YamlRefusal('a control character stands here; remove it, or write it as an escape in double quotes', bad);
  if (outcome instanceof YamlRefusal) return { kind: 'refused', code: 'yaml-syntax', message: `this is no YAML that Gitea reads: ${outcome.message}`, at: position(outcome.offset) };
  if (!outcome) return { kind: 'refused', code: 'yaml-empty', message: 'the file holds no workflow: it is empty or has only comments', at: position(0) };
  return { kind: 'tree', root: outcome, position };
}

/** The first MiB, and a replacement for halves of characters, which no file can hold. */
function asGiteaReads(whole: string): string {
  let text = whole;
  if (whole.length > mostBytes / 3) {
    const bytes = new TextEncoder().encode(whole);
    // A character that is cut in two is none: a control character refuses it likewise.
    if (bytes.length > mostBytes) text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, mostBytes)).replace(/\ufffd$/, '\0');
  }
  return /[\ud800-\udfff]/.test(text) ? text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd') : text;
}

/** The first character that YAML does not allow, if it lies in what was read. */
function badCharacter(text: string, read: number): number | undefined {
  const found = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]/g;

  const index = found.exec(text)?.index;
  return index !== undefined && index < Math.ceil((read + 4) / pieceBytes) * pieceBytes ? index : undefined;
}

/** Lines as editors count them; the list is made when the first position is asked for. */
function positionsOf(text: string): (offset: number) => Position {
  let starts: number[] | undefined;
  return (offset) => {
    if (!starts) {
      starts = [0];
      for (const { index, 0: lineBreak } of text.matchAll(/\r\n?|\n/g)) starts.push(index + lineBreak.length);
    }
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] as number) + 1 };
  };
}
