import { differing, plain, same, sorted } from './same.js';
import type { Recorded } from './vector.js';

const failed = (answer: Recorded) => answer?.error === true || answer?.panic === true;
const optional = ['uses', 'if', 'failFast', 'maxParallel', 'permissions', 'concurrency', 'timeoutMinutes'];
const flags = ['caller', 'continueOnError'];

/** The row with the fields that `like` gives: an answer need not give all. */
function rowOf(row: Recorded, like: Recorded): Recorded {
  const out: Recorded = { id: row.id, name: row.name, runsOn: row.runsOn ?? [], needs: row.needs ?? [] };
  for (const key of optional) if (like[key] !== undefined) out[key] = row[key];
  for (const key of flags) if (like[key] !== undefined) out[key] = row[key] ?? false;
  if (like.matrix !== undefined) out.matrix = plain(row.matrix ?? {});
  return out;
}

/** Rows as a run is made of them. `anyOrder`: Gitea's own order varies, so they are compared as a bag. */
export function compareJobs(expected: Recorded, answer: Recorded): string[] {
  if (failed(expected) || failed(answer)) return failed(expected) === failed(answer) ? [] : ['error'];
  if (!Array.isArray(answer?.jobs)) return ['jobs'];
  const wrong = answer.runName !== undefined && answer.runName !== (expected.runName ?? '') ? ['runName'] : [];
  if (expected.jobs.length !== answer.jobs.length) return [...wrong, 'length'];
  const like = (index: number) => answer.jobs[expected.anyOrder ? 0 : index];
  const mine = answer.jobs.map((row: Recorded) => rowOf(row, row));
  const theirs = expected.jobs.map((row: Recorded, index: number) => rowOf(row, like(index)));
  if (expected.anyOrder) {
    const bag = (rows: Recorded[]) => rows.map((row) => JSON.stringify(sorted(row))).sort();
    return same(bag(mine), bag(theirs)) ? wrong : [...wrong, 'rows'];
  }
  return [...wrong, ...mine.flatMap((row: Recorded, index: number) => differing(theirs[index], row, Object.keys(row)).map((key) => `${index}.${key}`))];
}

/** What the server holds after the push and before any runner acts. */
export function compareStored(expected: Recorded, answer: Recorded): string[] {
  if (failed(expected) || failed(answer)) return failed(expected) === failed(answer) ? [] : ['error'];
  if (!Array.isArray(answer?.jobs)) return ['jobs'];
  const wrong = differing(expected.run ?? {}, answer.run, [], ['status', 'title', 'concurrency']).map((key) => `run.${key}`);
  if (answer.stuck !== undefined && answer.stuck !== (expected.stuck ?? false)) wrong.push('stuck');
  if (expected.jobs.length !== answer.jobs.length) return [...wrong, 'length'];
  const whole = (row: Recorded) => ({ ...row, needs: row.needs ?? [] });
  return [
    ...wrong,
    ...expected.jobs.flatMap((row: Recorded, index: number) =>
      differing({ caller: false, continueOnError: false, ...whole(row) }, whole(answer.jobs[index]), ['id', 'name', 'runsOn', 'needs', 'status'], ['caller', 'continueOnError', 'parent', 'concurrency']).map((key) => `${index}.${key}`),
    ),
  ];
}
