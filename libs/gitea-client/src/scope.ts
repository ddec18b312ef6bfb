import type { RepositoryPaths, RepositoryReference } from './repository-paths.js';

/** Where a runner is registered and so which jobs it may take; also the level at which jobs are listed. */
export type Scope =
  | { readonly kind: 'repository'; readonly repository: RepositoryReference }
  /** `user` only works for the token's own account: Gitea has no other path for people. */
  | { readonly kind: 'owner'; readonly login: string; readonly type?: 'organization' | 'user' }
  | { readonly kind: 'instance' };

/** Calls with the path of a scope, `/api/v1/…`. */
export function atScope<T>(repositories: RepositoryPaths, scope: Scope, work: (path: string) => Promise<T>): Promise<T> {
  if (scope.kind === 'repository') return repositories.at(scope.repository, work);
  if (scope.kind === 'instance') return work('/api/v1/admin');
  return work(scope.type === 'user' ? '/api/v1/user' : `/api/v1/orgs/${encodeURIComponent(scope.login)}`);
}

/** The same of its Actions. */
export function atActions<T>(repositories: RepositoryPaths, scope: Scope, work: (path: string) => Promise<T>): Promise<T> {
  return atScope(repositories, scope, (path) => work(`${path}/actions`));
}
