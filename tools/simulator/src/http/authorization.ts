import type { ApiToken, SimulatedRepository } from '../gitea/gitea-state.js';
import type { SimulatedWorld } from '../world/world.js';
import type { Answer, Call, Route } from './call.js';
import { failure } from './call.js';

/** `null`: nobody; `unknown`: a token that does not exist. */
export function actorOf(world: SimulatedWorld, header: string | undefined): ApiToken | null | 'unknown' {
  const token = /^(?:token|bearer)\s+(.+)$/i.exec(header ?? '')?.[1];
  if (token === undefined) return null;
  return world.gitea.tokens.find((each) => each.token === token) ?? 'unknown';
}

/** Why this route is not for this token, if so. */
export function refusalOf(call: Call, route: Pick<Route, 'scope'>): Answer | null {
  const { actor } = call;
  if (route.scope === null) return null;
  if (actor === null) return route.scope === 'repository' ? null : failure(call, 401, 'token is required');
  const wanted = `${call.method === 'GET' || call.method === 'HEAD' ? 'read' : 'write'}:${route.scope}`;
  if (!hasScope(actor, wanted)) return failure(call, 403, `token does not have at least one of required scope(s), required=[${wanted}], token scope=${actor.scopes.join(',')}`);
  if (route.scope === 'admin' && !actor.admin) return failure(call, 403, 'user should be the site admin');
  return null;
}

function hasScope({ scopes }: ApiToken, wanted: string): boolean {
  return scopes.includes('all') || scopes.includes(wanted) || scopes.includes(wanted.replace(/^read:/, 'write:'));
}

export function isOwner(actor: ApiToken | null, repository: SimulatedRepository): boolean {
  return actor !== null && (actor.admin || actor.login.toLowerCase() === repository.owner.toLowerCase());
}
