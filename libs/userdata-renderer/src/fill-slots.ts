/** What a slot may hold. There is no third kind: nothing else can reach the shell. */
export type SlotValue = { readonly integer: number } | { readonly text: string };

/** Replaces each `@@NAME@@` in one pass: a value that looks like a slot stays a value. An unknown or unused name is our own bug. */
export function fillSlots(template: string, values: Readonly<Record<string, SlotValue>>): string {
  const used = new Set<string>();
  const filled = template.replace(/@@([A-Z]+)@@/g, (_slot, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`the boot script has a slot ${name} that nothing fills`);
    used.add(name);
    return 'integer' in value ? wholeNumber(name, value.integer) : base64Lines(value.text);
  });
  const unused = Object.keys(values).filter((name) => !used.has(name));
  if (unused.length > 0) throw new Error(`the boot script has no slot ${unused.join(', ')}`);
  return filled;
}

function wholeNumber(name: string, value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`slot ${name} takes a whole number`);
  return String(value);
}

/** UTF-8 as base64 in the 76 columns of RFC 2045. */
function base64Lines(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return (btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')).match(/.{1,76}/g) ?? []).join('\n');
}
