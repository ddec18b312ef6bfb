import type { Connection } from './connection.js';
import { readPages, totalOf } from './pages.js';
import { flag, id, listOf, maybe, object, text } from './payload-fields.js';
import type { RepositoryPaths } from './repository-paths.js';
import { atScope, type Scope } from './scope.js';

/** A webhook, as far as Gitea tells: never its secret. */
export interface Hook {
  readonly id: number;
  readonly active: boolean;
  /** Where it posts; may hold a password of its own. */
  readonly address: string;
  readonly contentType: string;
  readonly events: readonly string[];
}

export interface Hooks {
  /** Those made at exactly this scope; of the instance the system hooks, not the templates for new repositories. For owners only. */
  listHooks(scope: Scope, signal?: AbortSignal): Promise<readonly Hook[]>;
}

const hookFields = listOf(object({ id, active: flag, events: maybe(listOf(text)), config: object({ url: maybe(text), content_type: maybe(text) }) }));

export function createHooks(connection: Connection, repositories: RepositoryPaths): Hooks {
  return {
    listHooks: (scope, signal) =>
      atScope(repositories, scope, (path) =>
        readPages({ method: 'GET', path: `${path}/hooks`, query: scope.kind === 'instance' ? { type: 'system' } : {}, signal }, async (page) => {
          const { data, answer } = await connection.read(page, hookFields);
          const rows = data.map(({ id, active, events, config }) => ({ id, active, address: config.url ?? '', contentType: config.content_type ?? '', events: events ?? [] }));
          // Up to 1.25 the instance's list comes whole, whatever page is asked for, and without a count.
          return { rows, total: totalOf(answer, rows.length) };
        }),
      ),
  };
}
