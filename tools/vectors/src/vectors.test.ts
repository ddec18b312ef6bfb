import { describe, expect, it } from 'vitest';
import { judgeFile } from './judge.js';
import { knownDifferences } from './known-differences.js';
import { questions } from './questions.js';
import { ownVectors, readVectorFile, vectorFileNames } from './read-vectors.js';

const names = vectorFileNames(ownVectors);
const reports = new Map<string, ReturnType<typeof judgeFile>>();
const reportOf = (name: string) => {
  if (!reports.has(name)) reports.set(name, judgeFile(name, readVectorFile(ownVectors, name)));
  return reports.get(name);
};

describe('the decisions recorded from Gitea 1.25.4, 1.26.4 and 1.27.0', () => {
  it('are there, every file of a kind that can be asked', () => {
    expect(names).toEqual(Object.keys(questions).sort());
  });

  it.each(names)('%s: every answer is the recorded one', { timeout: 300_000 }, (name) => {
    const report = reportOf(name);

    const unexpected = report?.differences.filter(({ id }) => !knownDifferences.some((known) => known.id === id)).map(({ id, gitea, fields }) => `${id} [${gitea}] ${fields.join(', ')}`);
    expect(unexpected).toEqual([]);
    expect(report?.total).toBeGreaterThan(0);
  });

  it('differ where a difference is known, or it has to leave the list', { timeout: 300_000 }, () => {
    const differing = new Set(names.flatMap((name) => reportOf(name)?.differences.map(({ id }) => id) ?? []));

    expect(knownDifferences.filter(({ id }) => !differing.has(id))).toEqual([]);
  });
});
