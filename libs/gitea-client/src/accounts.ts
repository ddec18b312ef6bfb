import type { Connection } from './connection.js';
import { orGone } from './gone.js';
import { isGiteaError } from './errors.js';
import { flag, listOf, maybe, object, text, userId } from './payload-fields.js';
import type { RepositoryPaths, RepositoryReference } from './repository-paths.js';

export interface Accounts {
  /** Whose token it is; wants `read:user`. */
  currentUser(signal?: AbortSignal): Promise<{ readonly id: number; readonly login: string; readonly isAdmin: boolean }>;
  /** The token's scopes, as `read:repository`; null before 1.27, which is the first to tell. */
  tokenScopes(signal?: AbortSignal): Promise<readonly string[] | null>;
  /** The hosts under which people and jobs meet this server: the address in use, and the one it shows on its pages. */
  gitHosts(repository: RepositoryReference, signal?: AbortSignal): Promise<readonly string[]>;
}

const accountFields = object({ id: userId, login: text, is_admin: maybe(flag) });
const tokenFields = object({ scopes: maybe(listOf(text)) });

export function createAccounts(connection: Connection, repositories: RepositoryPaths): Accounts {
  return {
    async currentUser(signal) {
      const { data } = await connection.read({ method: 'GET', path: '/api/v1/user', signal }, accountFields);
      return { id: data.id, login: data.login, isAdmin: data.is_admin ?? false };
    },

    async tokenScopes(signal) {
      const answer = await orGone(() => connection.read({ method: 'GET', path: '/api/v1/token', signal }, tokenFields)).catch((error: unknown) => {
        if (isGiteaError(error, 'not-found')) return null;
        throw error;
      });
      return answer?.data.scopes ?? null;
    },

    async gitHosts(repository, signal) {
      const { htmlUrl } = await repositories.read(repository, signal);
      const shown = URL.canParse(htmlUrl) ? [new URL(htmlUrl).host] : [];
      return [...new Set([connection.url.host, ...shown])];
    },
  };
}
