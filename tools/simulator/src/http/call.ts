import type { SimulatedWorld } from '../world/world.js';
import type { ApiToken, SimulatedRepository } from '../gitea/gitea-state.js';
import { wireContext, type WireContext } from '../wire/wire-context.js';

/** One request, as far as the routes care. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly parameters: { readonly [name: string]: string };
  readonly body: unknown;
  readonly world: SimulatedWorld;
  readonly context: WireContext;
  readonly actor: ApiToken | null;
}

export interface Answer {
  readonly status: number;
  /** An object is sent as JSON, a string as plain text. */
  readonly body?: object | string | null;
  readonly headers?: { readonly [name: string]: string };
}

export interface Route {
  readonly method: string;
  /** Segments such as `:id`; a last `*path` takes the rest. */
  readonly pattern: string;
  /** Category of the token scope that is needed: `read:` it for GET, `write:` it else. */
  readonly scope: 'repository' | 'organization' | 'admin' | 'user' | null;
  readonly since?: '1.25' | '1.26' | '1.27';
  readonly answer: (call: Call) => Answer;
}

/** A route within a repository; private ones are not there for strangers. */
export type RepositoryRoute = Omit<Route, 'answer'> & { readonly answer: (call: Call, repository: SimulatedRepository) => Answer };

export function contextOf(world: SimulatedWorld, root: string): WireContext {
  return wireContext(world, root);
}

/** What the mux itself answers where a version has no such route. */
export const NO_ROUTE: Answer = { status: 404, body: '404 page not found\n' };

/** An error of the REST API. Its texts change with every version: judge by the status. */
export function failure({ context }: Pick<Call, 'context'>, status: number, message: string | null = null, errors: readonly string[] | null = null): Answer {
  const missing = context.version === '1.24' ? "The target couldn't be found." : 'not found';
  const adds = status === 404 && context.version < '1.27';
  const text = adds ? message : (errors?.[0] ?? message);
  return { status, body: { ...(adds ? { errors } : {}), message: text ?? missing, url: `${context.root}/api/swagger` } };
}

export function matchRoute(route: { readonly method: string; readonly pattern: string }, method: string, path: string): { [name: string]: string } | undefined {
  if (route.method !== method && !(method === 'HEAD' && route.method === 'GET')) return undefined;
  const wanted = route.pattern.split('/');
  const given = path.split('/');
  const parameters: { [name: string]: string } = {};
  for (const [index, segment] of wanted.entries()) {
    const value = given[index];
    if (segment.startsWith('*')) {
      parameters[segment.slice(1)] = given.slice(index).map(decodeURIComponent).join('/');
      return parameters;
    }
    if (value === undefined || (!segment.startsWith(':') && segment !== value)) return undefined;
    if (segment.startsWith(':')) parameters[segment.slice(1)] = decodeURIComponent(value);
  }
  return wanted.length === given.length ? parameters : undefined;
}

/** `page` and `limit`. Up to 1.25 there is no paging unless a page is asked for. */
export function pageOfList<Item>({ query, context }: Call, items: readonly Item[]): readonly Item[] {
  const page = Number(query.get('page') ?? (context.traits.pagesAlways ? 1 : 0));
  if (!(page >= 1)) return items;
  const limit = limitOf(query);
  return items.slice((page - 1) * limit, page * limit);
}

function limitOf(query: URLSearchParams): number {
  const limit = Number(query.get('limit') ?? 30);
  return limit >= 1 ? Math.min(limit, 50) : 30;
}

/** `X-Total-Count` and `Link`: jobs and runs have them since 1.26. */
export function listHeaders({ query, context, path }: Call, total: number): { [name: string]: string } {
  if (!context.traits.pagesAlways) return {};
  const page = Math.max(1, Number(query.get('page') ?? 1));
  const last = Math.max(1, Math.ceil(total / limitOf(query)));
  const link = (target: number, rel: string): string => {
    const asked = new URLSearchParams(query);
    asked.set('page', String(target));
    return `<${context.root}${path}?${asked.toString()}>; rel="${rel}"`;
  };
  const links = [...(page < last ? [link(page + 1, 'next'), link(last, 'last')] : []), ...(page > 1 ? [link(1, 'first'), link(page - 1, 'prev')] : [])];
  return { 'x-total-count': String(total), ...(links.length > 0 ? { link: links.join(',') } : {}) };
}
