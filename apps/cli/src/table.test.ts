import { describe, expect, it } from 'vitest';
import { span, table } from './table.js';

describe('a table of the command line', () => {
  it('fits 80 columns: the last column is cut, never the others', () => {
    const text = table(['job', 'because'], [['build', 'x'.repeat(200)], ['a much longer name of a job', 'short']]);

    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(text).toContain('a much longer name of a job');
    expect(text).toContain('…');
  });

  it('has no borders and no blanks at the ends of its lines', () => {
    expect(table(['a', 'b'], [['1', '2']])).toBe('a  b\n1  2');
  });
});

describe('a span of time', () => {
  it.each([
    [0, '0s'],
    [59.4, '59s'],
    [60, '1m00s'],
    [192, '3m12s'],
    [3_600, '1h00m'],
    [-5, '0s'],
  ])('of %d seconds reads %s', (seconds, text) => {
    expect(span(seconds)).toBe(text);
  });
});
