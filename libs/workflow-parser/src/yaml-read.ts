import { Composer, isAlias, isMap, isScalar, isSeq, LineCounter, Parser } from 'yaml';
import type { Document, Node } from 'yaml';
import type { Position } from './problem.js';
import type { YamlNode } from './yaml-node.js';

/** The first document of a text, or the reason why Gitea's YAML refuses it. */
export type YamlReading =
  | { readonly kind: 'tree'; readonly root: YamlNode; readonly position: (offset: number) => Position }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string; readonly at: Position };

/** The `yaml` package composes about a thousand levels on Node's default stack; Gitea takes 10,000. */
const deepest = 500;

/** Reads the first YAML document of a text, once, into the nodes that Gitea's decoder works on. */
export function readYaml(text: string): YamlReading {
  const lines = new LineCounter();
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.max(0, offset));
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const refused = (code: string, message: string, offset: number): YamlReading => ({ kind: 'refused', code, message, at: position(offset) });
  const document = composeFirst(text, lines);
  if ('tooDeep' in document) return refused('yaml-too-deep', `this is nested more than ${deepest} levels deep; flatten it`, document.tooDeep);
  const error = document.errors[0];
  if (error) return refused('yaml-syntax', `this is no valid YAML: ${error.message}`, error.pos[0]);
  if (!document.contents) return refused('yaml-empty', 'the file holds no workflow: it is empty or has only comments', 0);
  const root = convert(document.contents as Node, new Map());
  return 'unknown' in root ? refused('yaml-unknown-anchor', `the alias *${root.unknown} has no anchor before it; add &${root.unknown} or remove the alias`, root.offset) : { kind: 'tree', root: root, position };
}

function composeFirst(text: string, lines: LineCounter): Document | { tooDeep: number } {
  const composer = new Composer({ schema: 'failsafe', uniqueKeys: false, merge: false, prettyErrors: false, logLevel: 'silent', keepSourceTokens: false });
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  for (const document of composer.compose(tokens, true, text.length)) return document as unknown as Document;
  return { tooDeep: 0 };
}

type Converted = YamlNode | { unknown: string; offset: number };

function convert(node: Node, anchors: Map<string, YamlNode>): Converted {
  const offset = node.range?.[0] ?? 0;
  if (isAlias(node)) {
    const target = anchors.get(node.source);
    return target ? { kind: 'alias', tag: '', value: node.source, plain: false, items: [], target, offset } : { unknown: node.source, offset };
  }
  const items: YamlNode[] = [];
  const made: YamlNode = {
    kind: isMap(node) ? 'map' : isSeq(node) ? 'seq' : 'scalar',
    tag: (node.tag ?? '').replace('tag:yaml.org,2002:', '!!'),
    value: isScalar(node) ? String(node.source ?? '') : '',
    plain: isScalar(node) && node.type === 'PLAIN',
    items,
    offset,
    ...('anchor' in node && node.anchor !== undefined ? { anchor: node.anchor } : {}),
  };
  if (made.anchor !== undefined) anchors.set(made.anchor, made);
  const children = isMap(node) ? node.items.flatMap((pair) => [pair.key, pair.value]) : isSeq(node) ? node.items : [];
  for (const child of children) {
    const next = child === null ? emptyScalar(offset) : convert(child as Node, anchors);
    if ('unknown' in next) return next;
    items.push(next);
  }
  return made;
}

function emptyScalar(offset: number): YamlNode {
  return { kind: 'scalar', tag: '', value: '', plain: true, items: [], offset };
}
