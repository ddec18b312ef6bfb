import type { Difference } from './judge.js';

/** A recorded decision that is not given, and why. The list is meant to stay as short as it is. */
export interface KnownDifference {
  readonly id: string;
  readonly reason: string;
  /** Where Gitea decides it. */
  readonly source: string;
}

export const knownDifferences: readonly KnownDifference[] = [];

export const isKnown = ({ id }: Pick<Difference, 'id'>): boolean => knownDifferences.some((known) => known.id === id);
