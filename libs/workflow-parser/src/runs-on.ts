import { decode } from './go-decode.js';
import type { DecodedMap } from './go-decode.js';
import type { GiteaVersion } from './gitea-version.js';
import type { YamlNode } from './yaml-node.js';

/** The labels as written. What is no text, list of texts or `{group, labels}` counts as missing, and missing is `[]`: any runner. */
export function labelsOf(node: YamlNode | undefined, gitea: GiteaVersion): readonly string[] {
  if (node?.kind !== 'map') return textsOf(node, gitea);
  let fits = true;
  const decoded = decode(node, { fields: { group: 'string', labels: 'node' } }, gitea, () => {
    fits = false;
  }) as DecodedMap | undefined;
  if (!fits || !decoded) return [];
  const group = decoded.entries.get('group');
  const labels = textsOf(decoded.entries.get('labels') as YamlNode | undefined, gitea);
  return typeof group === 'string' && group !== '' ? [...labels, group] : labels;
}

/** A text as a list of one (null is `['']`), a list without its nulls; anything else, an alias too, is `[]`. */
export function textsOf(node: YamlNode | undefined, gitea: GiteaVersion): readonly string[] {
  if (node?.kind !== 'scalar' && node?.kind !== 'seq') return [];
  let fits = true;
  const decoded = decode(node, node.kind === 'scalar' ? 'string' : { list: 'string' }, gitea, () => {
    fits = false;
  });
  if (!fits) return [];
  if (node.kind === 'scalar') return [typeof decoded === 'string' ? decoded : ''];
  return decoded as readonly string[];
}
