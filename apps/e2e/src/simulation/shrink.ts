import { play, type Played } from './play.js';
import { FAULTS, type Scenario } from './scenario.js';

export interface Failing {
  readonly scenario: Scenario;
  readonly played: Played;
}

/** The same law is broken with fewer faults and fewer deeds: what stays is the story. */
export async function shrink(scenario: Scenario, played: Played): Promise<Failing> {
  let best: Failing = { scenario, played };
  const law = played.broken!.invariant;
  const tryOut = async (smaller: Scenario) => {
    const again = await play(smaller);
    if (again.broken?.invariant === law) best = { scenario: smaller, played: again };
  };
  for (const fault of FAULTS.filter((each) => scenario.faults[each])) await tryOut({ ...best.scenario, faults: { ...best.scenario.faults, [fault]: false } });
  for (const deed of scenario.deeds) await tryOut({ ...best.scenario, deeds: best.scenario.deeds.filter((each) => each !== deed) });
  return best;
}

export function tellStory({ seed, gitea, faults, deeds }: Scenario, { broken, story, steps }: Played, lines: number): string {
  const on = FAULTS.filter((fault) => faults[fault]);
  return [
    `seed ${seed}, Gitea ${gitea}, ${deeds.length} deeds, ${steps} steps; faults: ${on.join(' ') || 'none'}`,
    ...(story.length > lines ? [`  … ${story.length - lines} lines before`] : []),
    ...story.slice(-lines).map((line) => `  ${line}`),
    broken === null ? 'all laws held' : `BROKEN ${broken.message}`,
  ].join('\n');
}
