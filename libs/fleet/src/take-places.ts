import type { Action } from './action.js';
import { capReason } from './gates.js';
import type { FleetPorts } from './ports.js';
import { scopeKey, type Scope } from './scope.js';
import type { World } from './world.js';

type GrantAction = Extract<Action, { kind: 'grant' }>;
type Hold = Extract<Action, { kind: 'hold' }>;

export interface Places {
  readonly taken: readonly GrantAction[];
  readonly refused: readonly { readonly grant: GrantAction; readonly hold: Hold }[];
}

/** Takes a place under every cap for each grant: all of a class in one write, or, when they do not all fit, one by one. */
export async function takePlaces({ store }: Pick<FleetPorts, 'store'>, scope: Scope, world: World, grants: readonly GrantAction[]): Promise<Places> {
  const taken: GrantAction[] = [];
  const refused: { grant: GrantAction; hold: Hold }[] = [];
  for (const classId of new Set(grants.map((grant) => grant.classId))) {
    const ofClass = grants.filter((grant) => grant.classId === classId);
    const perClass = world.classes.find((each) => each.id === classId)?.limits.concurrent ?? 0;
    const take = (names: readonly string[]) => store.takeCap({ names, classId, scope: scopeKey(scope), limits: { ...world.capLimits, perClass } });
    let outcome = await take(ofClass.map((grant) => grant.name));
    if (outcome.kind === 'taken') {
      taken.push(...ofClass);
      continue;
    }
    for (const [index, grant] of ofClass.entries()) {
      if (ofClass.length > 1 && (index === 0 || outcome.kind === 'taken')) outcome = await take([grant.name]);
      if (outcome.kind === 'taken') taken.push(grant);
      else refused.push({ grant, hold: { kind: 'hold', jobId: grant.jobId, reason: capReason(outcome.cap, classId, perClass, world), until: null } });
    }
  }
  return { taken, refused };
}
