import type { GiteaVersion } from '@tinqs/workflow-parser';

export const giteaVersions: readonly GiteaVersion[] = ['1.25', '1.26', '1.27'];

/** Untyped on purpose: what a case holds depends on its file, and the answers are compared as plain data. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Recorded = any;

/** One recorded question. `expect` has `all` where the versions agree, else one entry per version that has an answer. */
export interface VectorCase {
  readonly id: string;
  readonly input: Recorded;
  readonly expect: Readonly<Partial<Record<GiteaVersion | 'all', Recorded>>>;
}

export interface VectorFile {
  readonly format: 1;
  readonly about: string;
  readonly cases: readonly VectorCase[];
  readonly contexts?: Readonly<Record<string, Recorded>>;
  readonly libraries?: readonly Recorded[];
}
