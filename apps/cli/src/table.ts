import Table from 'cli-table3';

const BORDERLESS = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '', left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' };

/** A borderless table for 80 columns: what does not fit is cut in its last column, and `--json` has all of it. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], width = 80): string {
  const made = new Table({ head: [...head], chars: BORDERLESS, style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true } });
  const used = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const others = used.slice(0, -1).reduce((sum, each) => sum + each + 2, 0);
  const last = Math.max(12, width - others);
  for (const row of rows) made.push(row.map((cell, column) => (column === row.length - 1 && cell.length > last ? `${cell.slice(0, last - 1)}…` : cell)));
  return made
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** `3m12s` */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole}s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}s`;
  return `${Math.floor(whole / 3_600)}h${String(Math.floor((whole % 3_600) / 60)).padStart(2, '0')}m`;
}
