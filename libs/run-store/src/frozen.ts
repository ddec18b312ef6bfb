/** What is done to a value that is kept. */
export type Keep = <Value>(value: Value) => Value;

/** Freezes a value and all in it: the memory store keeps what it is given, and nobody may change it afterwards. */
export function frozen<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const key in value) frozen(value[key]);
  }
  return value;
}
