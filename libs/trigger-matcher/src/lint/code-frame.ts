import type { Position } from '@tinqs/workflow-parser';

const widest = 76;

/** The line of a finding with the one before it, and a mark under its place; fits in 80 columns, whatever the text. */
export function codeFrame(text: string, { line, column }: Position): string {
  const lines = text.split(/\r\n|[\r\n\u0085\u2028\u2029]/);
  if (lines[line - 1] === undefined) return '';
  const digits = String(line).length;
  // A long line is shown from shortly before the place.
  const room = widest - digits - 5;
  const from = column > room - 10 ? Math.max(0, column - 20) : 0;
  const shown = (at: number): string => printable((lines[at - 1] ?? '').slice(from, from + room));
  const rows = [line - 1, line].filter((at) => at >= 1).map((at) => `${at === line ? '>' : ' '} ${String(at).padStart(digits)} | ${shown(at)}`.trimEnd());
  return [...rows, `  ${' '.repeat(digits)} | ${' '.repeat(Math.max(0, column - 1 - from))}^`].join('\n');
}

/** Tabs and control characters as one space each, so that the mark stands where it belongs and a terminal obeys nothing of it. */
const printable = (text: string): string => text.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ');
