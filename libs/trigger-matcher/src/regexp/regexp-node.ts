import type { CharSet } from './char-set.js';

export type Assertion = 'begin-text' | 'end-text' | 'begin-line' | 'end-line' | 'word-boundary' | 'no-word-boundary';

/** A regular expression as a tree. Greediness and capture numbers are dropped: the question is only whether a text matches. */
export type RegexpNode =
  | { readonly kind: 'empty' }
  | { readonly kind: 'char'; readonly set: CharSet; /** there when the set is this one character */ readonly literal?: number }
  | { readonly kind: 'assert'; readonly assertion: Assertion }
  | { readonly kind: 'sequence'; readonly parts: readonly RegexpNode[] }
  | { readonly kind: 'choice'; readonly branches: readonly RegexpNode[] }
  | { readonly kind: 'repeat'; readonly node: RegexpNode; readonly optional: boolean; readonly many: boolean };
