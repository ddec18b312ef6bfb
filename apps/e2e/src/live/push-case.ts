import type { CaseRepository } from './case-repository.js';

/** Pushes to a repository of their own, which begins with these files on main. */
export interface PushCase {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  readonly play?: (repository: CaseRepository) => Promise<void>;
  /** Why 1.24, which is judged as 1.25, does otherwise. */
  readonly differs124?: string;
}

type Change = Parameters<CaseRepository['commit']>[0];

/** Pushes to main, each of the commits that stand in one list. */
export const pushes = (...each: readonly (readonly Change[])[]) => async ({ commit, push }: CaseRepository): Promise<void> => {
  for (const changes of each) {
    for (const change of changes) commit(change);
    await push();
  }
};

export const WORKFLOWS = '.gitea/workflows';
export const job = (id: string, more = '') => `  ${id}: {runs-on: go, steps: [{run: echo}]${more}}\n`;
export const workflow = (on: string, jobs = job('build')) => `on: ${on}\njobs:\n${jobs}`;
export const one = (on: string, jobs?: string) => ({ [`${WORKFLOWS}/ci.yml`]: workflow(on, jobs) });
