/**
 * What a JSON value is made of: the fields in their order and the kinds of their values, without the values.
 * `null`, a missing field and an empty list are different things. Of a list, its first element counts.
 */
export function shapeOf(value: unknown): unknown {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'empty list' : [shapeOf(value[0])];
  if (typeof value === 'object') return Object.fromEntries(Object.entries(value as object).map(([field, inner]) => [field, shapeOf(inner)]));
  return typeof value;
}

/** The same, as one text in which the order of the fields counts too. */
export function shapeText(value: unknown): string {
  return JSON.stringify(shapeOf(value), null, 1);
}
