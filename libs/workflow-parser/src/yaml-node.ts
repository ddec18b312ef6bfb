/**
 * A YAML node as Gitea's decoder sees it: scalars are not yet given a type, aliases are not yet followed.
 * The tree may share nodes (through aliases) and may even contain itself.
 */
export interface YamlNode {
  readonly kind: 'scalar' | 'map' | 'seq' | 'alias';
  /** An explicit tag in its short form (`!!str`, `!x`); empty when there is none. */
  readonly tag: string;
  /** The text of a scalar, the name of an alias. */
  readonly value: string;
  /** A scalar without quotes that is no block scalar: its text decides its type. */
  readonly plain: boolean;
  /** A block text, `|` or `>`. */
  readonly block?: true;
  /** A map's keys and values in turn, or a list's entries. */
  readonly items: readonly YamlNode[];
  readonly anchor?: string;
  readonly target?: YamlNode;
  /** Where it begins in the text, in UTF-16 units. */
  readonly offset: number;
}

/** Follows an alias to what it stands for. An alias never points to an alias. */
export function followAlias(node: YamlNode): YamlNode {
  return node.target ?? node;
}

/** The value of a key in a map, the last one if it comes twice; merge keys are not looked at. */
export function childOf(node: YamlNode, key: string): YamlNode | undefined {
  if (node.kind !== 'map') return undefined;
  for (let i = node.items.length - 2; i >= 0; i -= 2) {
    const name = node.items[i];
    if (name?.kind === 'scalar' && name.value === key) return node.items[i + 1];
  }
  return undefined;
}
