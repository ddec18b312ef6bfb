import type { Row } from './benchmark.js';

/** The rows for people: one line each, columns aligned, `over` where the median is above the budget. */
export function table(rows: readonly Row[]): string {
  const lines = [['', 'min', 'median', 'max', 'budget', '', ''], ...rows.map(cells)];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines.map((line) => line.map((cell, column) => (column === 0 || column >= 5 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!))).join('  ').trimEnd()).join('\n');
}

function cells({ id, what, unit, min, median, max, budget, within }: Row): readonly string[] {
  return [id, ...[min, median, max].map((value) => (value === null ? '–' : figure(value))), budget === null ? unit : `≤ ${figure(budget)} ${unit}`, within === null ? (budget === null ? '' : '?') : within ? 'ok' : 'over', what];
}

const figure = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: value < 100 ? 2 : 0 });
