import type { RunnerClass } from './runner-class.js';

/** Gitea hands a job to any runner whose labels include all of the job's. */
export function covers(runnerLabels: readonly string[], jobLabels: readonly string[]): boolean {
  return jobLabels.every((label) => runnerLabels.includes(label));
}

/** P3: the class whose labels cover the job's with the fewest left over, then the first in the file. Empty labels want the default class. */
export function classFor(labels: readonly string[], classes: readonly RunnerClass[]): RunnerClass | undefined {
  if (labels.length === 0) return classes.find((each) => each.isDefault);
  let best: RunnerClass | undefined;
  for (const each of classes) {
    if (covers(each.labels, labels) && (best === undefined || each.labels.length < best.labels.length)) best = each;
  }
  return best;
}

/** What a failed or unsupported expression leaves as a label: `""`, `Array`, `Object`, or the expression itself. */
export function failedExpression(labels: readonly string[]): string | undefined {
  return labels.find((label) => label === '' || label === 'Array' || label === 'Object' || label.includes('${{'));
}

/** The class label that is nearest to a label nobody serves, when it is near enough to be a slip of the hand. */
export function nearestClass(labels: readonly string[], classes: readonly RunnerClass[]): string | null {
  const known = classes.flatMap((each) => each.labels);
  let nearest: { label: string; distance: number } | null = null;
  for (const wanted of labels.filter((label) => !known.includes(label)).map((label) => label.slice(0, 64))) {
    for (const label of known) {
      const distance = editDistance(wanted.toLowerCase(), label.toLowerCase());
      if (distance <= Math.max(1, Math.floor(label.length / 2)) && (nearest === null || distance < nearest.distance)) nearest = { label, distance };
    }
  }
  return nearest?.label ?? null;
}

/** Pairs of classes where a runner of the first may take a job meant for the second: their jobs may swap machines. */
export function overlappingClasses(classes: readonly RunnerClass[]): readonly (readonly [string, string])[] {
  return classes.flatMap((one) => classes.filter((other) => one !== other && other.labels.length > 0 && covers(one.labels, other.labels)).map((other) => [one.id, other.id] as const));
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      row.push(Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    previous = row;
  }
  return previous[b.length]!;
}
