/** Names an attempt to write; the same object is the same attempt. */
export type AttemptOf = (subject: object) => string;

/**
 * An attempt is named by chance once per object that is to be written. So a call that is repeated after a lost
 * answer recognises its own write, and two planners that happen to write equal values do not.
 */
export function createAttempts(newId: () => string): AttemptOf {
  const known = new WeakMap<object, string>();
  return (subject) => {
    const attempt = known.get(subject) ?? newId();
    known.set(subject, attempt);
    return attempt;
  };
}

/**
 * An item remembers the attempts of its eight newest versions, one attribute each. The winner of version 5
 * whose answer was lost finds itself even where version 6 was written meanwhile.
 */
export const attemptSlot = (version: number): string => `w${((version % 8) + 8) % 8}`;
