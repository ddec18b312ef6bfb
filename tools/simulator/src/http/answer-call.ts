import type { SimulatedRepository } from '../gitea/gitea-state.js';
import type { SimulatedWorld } from '../world/world.js';
import { actorOf, refusalOf } from './authorization.js';
import { contextOf, failure, matchRoute, NO_ROUTE, type Answer, type Call, type RepositoryRoute, type Route } from './call.js';
import { CONTENT_ROUTES } from './content-routes.js';
import { GENERAL_ROUTES } from './general-routes.js';
import { JOB_LISTS, JOB_ROUTES } from './job-routes.js';
import { RUNNER_PROTOCOL } from './registration-token.js';
import { RUNNER_LISTS, RUNNER_ROUTES } from './runner-routes.js';

const ROUTES: readonly Route[] = [...GENERAL_ROUTES, ...JOB_LISTS, ...RUNNER_LISTS, ...RUNNER_PROTOCOL];
const REPOSITORY_ROUTES: readonly RepositoryRoute[] = [...JOB_ROUTES, ...RUNNER_ROUTES, ...CONTENT_ROUTES];
const REPOSITORY = /^\/api\/v1\/repos\/([^/]+)\/([^/]+)(\/.*)?$/;

export interface Request {
  readonly method: string;
  /** Path and query, as on the request line. */
  readonly target: string;
  readonly authorization?: string | undefined;
  readonly body?: unknown;
}

/** What this Gitea answers now. Pure, but for what the call itself changes in the world. */
export function answerCall(world: SimulatedWorld, root: string, request: Request): Answer {
  const url = new URL(request.target, 'http://gitea');
  const context = contextOf(world, root);
  const actor = actorOf(world, request.authorization);
  const call: Call = { method: request.method, path: url.pathname, query: url.searchParams, parameters: {}, body: request.body, world, context, actor: actor === 'unknown' ? null : actor };
  if (actor === 'unknown') return failure(call, 401, context.version === '1.24' ? 'user does not exist [uid: 0, name: ]' : 'invalid username, password or token');
  for (const route of ROUTES) {
    const parameters = matchRoute(route, call.method, call.path);
    if (parameters && exists(route, context.version)) return refusalOf(call, route) ?? route.answer({ ...call, parameters });
  }
  const [, owner, name, rest = ''] = REPOSITORY.exec(call.path) ?? [];
  return owner !== undefined && name !== undefined ? answerInRepository(call, decodeURIComponent(owner), decodeURIComponent(name), rest) : NO_ROUTE;
}

function exists(route: { readonly since?: string }, version: string): boolean {
  return route.since === undefined || version >= route.since;
}

function answerInRepository(call: Call, owner: string, name: string, rest: string): Answer {
  const route = REPOSITORY_ROUTES.find((each) => exists(each, call.context.version) && matchRoute(each, call.method, rest));
  const repository = repositoryAt(call, `${owner}/${name}`);
  if (repository === 'moved') return redirect(call, `${owner}/${name}`, rest);
  if (!route) return NO_ROUTE;
  if (!repository || (repository.private && call.actor === null)) return failure(call, 404);
  return refusalOf(call, route) ?? route.answer({ ...call, parameters: matchRoute(route, call.method, rest)! }, repository);
}

function repositoryAt({ world }: Call, fullName: string): SimulatedRepository | 'moved' | undefined {
  const wanted = fullName.toLowerCase();
  if (world.gitea.redirects.has(wanted)) return 'moved';
  return [...world.gitea.repositories.values()].find((repository) => `${repository.owner}/${repository.name}`.toLowerCase() === wanted);
}

/** 301 for every method, to writes as well: most clients then repeat them as GET. */
function redirect(call: Call, fullName: string, rest: string): Answer {
  const repository = call.world.gitea.repositories.get(call.world.gitea.redirects.get(fullName.toLowerCase())!);
  if (!repository) return failure(call, 404);
  const query = call.query.toString();
  return { status: 301, headers: { location: `/api/v1/repos/${repository.owner}/${repository.name}${rest}${query === '' ? '' : `?${query}`}` } };
}
