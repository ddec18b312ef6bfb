import { decode, encode, type Item } from './attribute-value.js';
import { ItemSchemaError } from './errors.js';
import type { ItemKey } from './item-key.js';

/**
 * Raised when an older reader would misread an item. Dispatcher and monitor are deployed one after the other, so
 * each version also reads its predecessor's items: what a predecessor did not write is `absent`.
 */
export const SCHEMA_VERSION = 1;

/** A new item: key, schema version, content. */
export function sealed(key: ItemKey, content: { readonly [attribute: string]: unknown }): Item {
  const item: Item = { pk: { S: key.pk }, sk: { S: key.sk }, v: { N: String(SCHEMA_VERSION) } };
  for (const [attribute, value] of Object.entries(content)) item[attribute] = encode(value);
  return item;
}

/** Throws `ItemSchemaError` where the item's schema is neither this version's nor the one before. */
export function checkSchema(item: Item): void {
  const version = item['v']?.N;
  if (version === undefined) throw new ItemSchemaError(keyText(item), 'has no schema version', 'something else wrote it: give tinqs-ci a table of its own (DDB_TABLE)');
  if (Number(version) > SCHEMA_VERSION) throw new ItemSchemaError(keyText(item), `has schema ${version}, this version reads up to ${SCHEMA_VERSION}`, 'a newer tinqs-ci wrote it: deploy the same version of dispatcher and monitor');
  if (Number(version) < SCHEMA_VERSION - 1) throw new ItemSchemaError(keyText(item), `has schema ${version}, this version reads from ${SCHEMA_VERSION - 1}`, 'deploy the versions between one after the other, or set DDB_TABLE to a new table');
}

/** The content of one attribute of a stored item. `absent`: what fields are that the writer did not know. */
export function unseal<Content>(item: Item, attribute: string, absent?: Partial<Content>): Content {
  checkSchema(item);
  const content = item[attribute];
  if (content === undefined) throw new ItemSchemaError(keyText(item), `has no attribute "${attribute}"`, 'something else wrote it, or it was edited: delete the item');
  const value = decode(content);
  return (absent === undefined ? value : { ...absent, ...(value as object) }) as Content;
}

function keyText(item: Item): string {
  return `${item['pk']?.S ?? '?'} / ${item['sk']?.S ?? '?'}`;
}
