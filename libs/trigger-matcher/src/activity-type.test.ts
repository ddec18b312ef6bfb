import { describe, expect, it } from 'vitest';
import { matchTypePattern } from './activity-type.js';

describe('matchTypePattern', () => {
  it.each([
    ['opened', 'opened', 'match', 'plain'],
    ['Opened', 'opened', 'no-match', 'case counts'],
    ['*', 'opened', 'match', 'a star'],
    ['{opened,closed}', 'closed', 'match', 'a choice, in every version'],
    ['[!c]*', 'opened', 'match', 'a negated class, in every version'],
    ['open?d', 'opened', 'match', '? is one character here, no quantifier'],
    ['opened+', 'opened', 'no-match', '+ is itself'],
    ['[', 'opened', 'invalid', 'unclosed class'],
    ['\\o', 'opened', 'invalid', 'an escape without a meaning'],
  ])('%j on %j: %s (%s)', (pattern, action, answer) => {
    for (const gitea of ['1.25', '1.26', '1.27'] as const) expect(matchTypePattern(pattern, action, { gitea })).toBe(answer);
  });

  it('overlooks a brace left open up to 1.26 and refuses it since 1.27', () => {
    expect((['1.25', '1.26', '1.27'] as const).map((gitea) => matchTypePattern('{opened', 'opened', { gitea }))).toEqual(['match', 'match', 'invalid']);
  });
});
