import type { Position } from './problem.js';

/** A value as Gitea's YAML reads it: integers may be bigint beyond 2^53, timestamps are dates, a map with keys that are no strings is a Map. */
export type YamlValue = null | boolean | number | bigint | string | Date | readonly YamlValue[] | YamlRecord | ReadonlyMap<YamlValue, YamlValue>;
export interface YamlRecord {
  readonly [key: string]: YamlValue;
}

/** `concurrency`: a bare text is a group. Both texts are raw, expressions included. */
export interface Concurrency extends Position {
  readonly group: string;
  /** Empty when not given. */
  readonly cancelInProgress: string;
  /** A text instead of a map: it may even evaluate to the map. */
  readonly bare: boolean;
}

/** One job as written, before its matrix is expanded and its expressions are evaluated. The position is that of its key. */
export interface Job extends Position {
  readonly id: string;
  /** As written; absent: the key is the name. */
  readonly name?: string;
  /** Names that do not exist stay: Gitea does not check them. `needs:` left empty is `['']`. */
  readonly needs: readonly string[];
  /** The labels as written, the group of a map last. `[]` when missing: any runner may take such a job. */
  readonly runsOn: readonly string[];
  readonly if?: string;
  /** A reusable workflow (`./.gitea/workflows/x.yml`, `owner/repo/.gitea/workflows/x.yml@ref`). */
  readonly uses?: string;
  readonly with?: YamlRecord;
  readonly secrets?: YamlValue;
  /** The matrix as written; absent when there is none or Gitea drops it (an expression, a value that is no list up to 1.26). */
  readonly matrix?: YamlRecord;
  /** `strategy.fail-fast`, raw text: the server does not act on it. */
  readonly failFast?: string;
  /** `strategy.max-parallel`, raw text: ignored by the server up to 1.27. */
  readonly maxParallel?: string;
  readonly concurrency?: Concurrency;
  readonly container?: YamlValue;
  readonly services?: YamlRecord;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly env?: YamlValue;
  readonly defaults?: YamlValue;
  readonly timeoutMinutes?: string;
  readonly continueOnError?: YamlValue;
  readonly permissions?: YamlValue;
  readonly steps: number;
}
