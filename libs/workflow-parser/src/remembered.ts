import type { GiteaVersion } from './gitea-version.js';

/**
 * Remembers, for as long as a part of a workflow is kept, what was read off it: a file is read once and decided on many times.
 * What throws is asked anew.
 */
export function remembered<Part extends object, Answer>(read: (part: Part, gitea: GiteaVersion) => Answer): (part: Part, gitea: GiteaVersion) => Answer {
  const answers = new WeakMap<Part, Map<GiteaVersion, Answer>>();
  return (part, gitea) => {
    const known = answers.get(part) ?? new Map<GiteaVersion, Answer>();
    answers.set(part, known);
    if (known.has(gitea)) return known.get(gitea) as Answer;
    const answer = read(part, gitea);
    known.set(gitea, answer);
    return answer;
  };
}
