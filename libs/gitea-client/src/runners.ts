import type * as z from 'zod/mini';
import type { Connection } from './connection.js';
import { isGiteaError } from './errors.js';
import { orGone } from './gone.js';
import { readPages } from './pages.js';
import { count, flag, id, listOf, maybe, object, text } from './payload-fields.js';
import type { RepositoryPaths } from './repository-paths.js';
import { atActions, type Scope } from './scope.js';
import { createSecret, type Secret } from './secret.js';

/** A runner's row. Ephemeral ones vanish in the moment their job is final; never used ones stay until somebody deletes them. */
export interface Runner {
  readonly id: number;
  /** Not unique. */
  readonly name: string;
  /** Offline after 60 s without contact; written only every 30 s on 1.27. */
  readonly online: boolean;
  /** True only within 10 s of its last report: no witness that a job is over. */
  readonly busy: boolean;
  /** Stays online and gets nothing (since 1.26). */
  readonly disabled: boolean;
  readonly ephemeral: boolean;
  readonly labels: readonly string[];
}

export interface Runners {
  /** Runners registered at exactly this scope; the instance's list has those of all scopes. For owners only. */
  listRunners(scope: Scope, signal?: AbortSignal): Promise<readonly Runner[]>;
  /** Null from the moment its job is final: on 1.24 the only witness of that. Says so only while the scope's list can be read. */
  getRunner(scope: Scope, runnerId: number, signal?: AbortSignal): Promise<Runner | null>;
  /**
   * Deletes a registration, busy or not, without objection. Asked in the same 40 ms as the runner's FetchTask, Gitea grants both,
   * and the job hangs until its zombie sweep: delete only when the machine is gone.
   */
  deleteRunner(scope: Scope, runnerId: number, signal?: AbortSignal): Promise<'deleted' | 'already-gone'>;
  /**
   * The scope's registration token: one per scope, reusable, without an end, the same until somebody resets it.
   * Kept for 60 s unless `fresh`. Wants the write right; a server without the POST is asked by GET.
   */
  registrationToken(scope: Scope, options?: { readonly fresh?: boolean; readonly signal?: AbortSignal }): Promise<Secret>;
}

const runnerFields = object({
  id,
  name: text,
  status: text,
  busy: maybe(flag),
  disabled: maybe(flag),
  ephemeral: maybe(flag),
  labels: maybe(listOf(object({ name: text }))),
});
const listFields = object({ runners: maybe(listOf(runnerFields)), total_count: count });
const tokenFields = object({ token: text });

const keptMs = 60_000;

export function createRunners(connection: Connection, repositories: RepositoryPaths, now: () => number): Runners {
  const kept = new Map<string, { readonly token: Secret; readonly until: number }>();

  /** A 404 means "gone" only to somebody who may see the scope's runners at all. */
  const confirmVisible = (scope: Scope, signal?: AbortSignal) =>
    atActions(repositories, scope, (path) => connection.read({ method: 'GET', path: `${path}/runners`, query: { page: 1, limit: 1 }, signal }, listFields));

  return {
    listRunners: (scope, signal) =>
      atActions(repositories, scope, (path) =>
        readPages({ method: 'GET', path: `${path}/runners`, signal }, async (page) => {
          const { data } = await connection.read(page, listFields);
          return { rows: (data.runners ?? []).map(toRunner), total: data.total_count };
        }),
      ),

    getRunner: (scope, runnerId, signal) =>
      orGone(
        () => atActions(repositories, scope, async (path) => toRunner((await connection.read({ method: 'GET', path: `${path}/runners/${runnerId}`, signal }, runnerFields)).data)),
        () => confirmVisible(scope, signal),
      ),

    async deleteRunner(scope, runnerId, signal) {
      const answer = await orGone(
        () => atActions(repositories, scope, (path) => connection.call({ method: 'DELETE', path: `${path}/runners/${runnerId}`, signal })),
        () => confirmVisible(scope, signal),
      );
      return answer === null ? 'already-gone' : 'deleted';
    },

    async registrationToken(scope, { fresh = false, signal } = {}) {
      const key = keyOf(scope);
      const known = kept.get(key);
      if (!fresh && known !== undefined && known.until > now()) return known.token;
      const token = await atActions(repositories, scope, async (path) => {
        const request = { path: `${path}/runners/registration-token`, signal };
        const answer = await connection.read({ method: 'POST', ...request }, tokenFields).catch((error: unknown) => {
          if (isGiteaError(error) && error.noSuchRoute) return connection.read({ method: 'GET', ...request }, tokenFields);
          throw error;
        });
        return createSecret(answer.data.token);
      });
      kept.set(key, { token, until: now() + keptMs });
      return token;
    },
  };
}

function keyOf(scope: Scope): string {
  if (scope.kind === 'instance') return 'instance';
  if (scope.kind === 'owner') return `${scope.type ?? 'organization'} ${scope.login}`;
  return 'id' in scope.repository ? `repository ${scope.repository.id}` : `repository ${scope.repository.fullName}`;
}

function toRunner(fields: z.infer<typeof runnerFields>): Runner {
  return {
    id: fields.id,
    name: fields.name,
    // 'idle' and 'active' are the words for online elsewhere in Gitea; here it has only ever said these two.
    online: fields.status !== 'offline',
    busy: fields.busy ?? false,
    disabled: fields.disabled ?? false,
    ephemeral: fields.ephemeral ?? false,
    labels: (fields.labels ?? []).map(({ name }) => name),
  };
}
