/** What a machine of this tool has said on its console, by lines of the run's own id: other text is not trusted. */
export type MachineWord =
  | { readonly kind: 'nothing' }
  /** The step it is at. */
  | { readonly kind: 'step'; readonly text: string }
  /** Its work is done; `seconds` since power-on. */
  | { readonly kind: 'done'; readonly seconds: number }
  | { readonly kind: 'failed'; readonly reason: string };

/** Reads the last word; a machine says `done` or `failed` once, as its last. */
export function readMachineWord(console: string, run: string): MachineWord {
  const mark = `tinqs-ci bake ${run}: `;
  const lines = console.split(/\r?\n/).flatMap((line) => {
    const at = line.indexOf(mark);
    return at < 0 ? [] : [line.slice(at + mark.length).trim()];
  });
  const last = lines.at(-1);
  if (last === undefined) return { kind: 'nothing' };
  const [, seconds] = /^done after (\d{1,7}) s$/.exec(last) ?? [];
  if (seconds !== undefined) return { kind: 'done', seconds: Number(seconds) };
  const [, reason] = /^failed: (.*)$/.exec(last) ?? [];
  return reason === undefined ? { kind: 'step', text: last } : { kind: 'failed', reason };
}

/** The end of a console, for people: without the escape codes a boot prints. */
export function consoleTail(console: string, lines = 30): string {
  const plain = console.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
  return plain.trimEnd().split('\n').slice(-lines).join('\n');
}
