/** One budget: what is measured, in which unit, and the most that its median may be. */
export interface Benchmark {
  readonly id: string;
  readonly what: string;
  readonly unit: 's' | 'ms' | '×' | 'calls' | 'bytes';
  /** `null`: it is printed, and judged by who reads it. */
  readonly budget: number | null;
  readonly measure: () => Promise<Measured>;
}

/** `missing`: it cannot be measured here; the sentence says what mends that. */
export type Measured = { readonly kind: 'samples'; readonly samples: readonly number[] } | { readonly kind: 'missing'; readonly sentence: string };

/** A line of the output. The figures and `within` are `null` where there was nothing to measure. */
export interface Row {
  readonly id: string;
  readonly what: string;
  readonly unit: Benchmark['unit'];
  readonly min: number | null;
  readonly median: number | null;
  readonly max: number | null;
  readonly budget: number | null;
  readonly within: boolean | null;
}

export async function rowOf({ id, what, unit, budget, measure }: Benchmark): Promise<Row> {
  const measured = await measure();
  if (measured.kind === 'missing') return { id, what: `${what} (${measured.sentence})`, unit, min: null, median: null, max: null, budget, within: null };
  const { min, median, max } = summarise(measured.samples);
  return { id, what, unit, min: rounded(min), median: rounded(median), max: rounded(max), budget, within: budget === null ? null : median <= budget };
}

export function summarise(samples: readonly number[]): { readonly min: number; readonly median: number; readonly max: number } {
  const sorted = samples.toSorted((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) throw new Error('expected at least one sample');
  const middle = sorted.length / 2;
  const median = (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
  return { min, median, max };
}

const rounded = (value: number): number => Math.round(value * 1_000) / 1_000;
