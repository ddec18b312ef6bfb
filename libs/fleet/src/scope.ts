/**
 * Where a runner is registered, so which jobs it may take. A repository is known by its id: renaming sends no
 * webhook, and the old path answers 301 to writes as well.
 */
export type Scope =
  | { readonly kind: 'repository'; readonly id: number; readonly fullName: string }
  | { readonly kind: 'owner'; readonly name: string }
  | { readonly kind: 'instance' };

/** `repo-12`, `owner-acme`, `instance`: the key of everything stored for one scope. */
export type ScopeKey = string;

export type ScopeKind = Scope['kind'];

export function scopeKey(scope: Scope): ScopeKey {
  switch (scope.kind) {
    case 'repository':
      return `repo-${scope.id}`;
    case 'owner':
      return `owner-${scope.name.toLowerCase()}`;
    case 'instance':
      return 'instance';
  }
}

/** The scope of a key found in a machine's tag; the name of a repository is then unknown, which is why writes resolve it by id. */
export function scopeFromKey(key: ScopeKey): Scope | undefined {
  if (key === 'instance') return { kind: 'instance' };
  const owner = /^owner-(.+)$/.exec(key)?.[1];
  if (owner !== undefined) return { kind: 'owner', name: owner };
  const id = /^repo-(\d{1,15})$/.exec(key)?.[1];
  return id === undefined ? undefined : { kind: 'repository', id: Number(id), fullName: '' };
}

/** The scope in which the jobs of a repository are planned. */
export function scopeOf(kind: ScopeKind, repository: Repository): Scope {
  switch (kind) {
    case 'repository':
      return { kind, id: repository.id, fullName: repository.fullName };
    case 'owner':
      return { kind, name: repository.fullName.split('/')[0] ?? repository.fullName };
    case 'instance':
      return { kind };
  }
}

/** A repository as Gitea names it; `fullName` is `owner/name` and may change, `id` does not. */
export interface Repository {
  readonly id: number;
  readonly fullName: string;
}
