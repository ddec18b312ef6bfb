import type { Scope } from '@tinqs/gitea-client';

const isLiteral = (text: string) => /^[\w.-]+$/.test(text);

/** What of `ALLOWED_REPOSITORIES` can be asked about without listing a whole Gitea: owners and repositories that are named, not globbed. */
export function namedIn(patterns: readonly string[]): { readonly owners: readonly string[]; readonly repositories: readonly string[] } {
  const split = patterns.filter((pattern) => !pattern.startsWith('!')).map((pattern) => pattern.split('/'));
  return {
    owners: [...new Set(split.flatMap(([owner = '']) => (isLiteral(owner) ? [owner] : [])))],
    repositories: split.filter((parts) => parts.length === 2 && parts.every(isLiteral)).map((parts) => parts.join('/')),
  };
}

/** Every level at which something for these repositories may be set up. */
export function scopesOf(patterns: readonly string[]): readonly Scope[] {
  const { owners, repositories } = namedIn(patterns);
  return [{ kind: 'instance' }, ...owners.map((login) => ({ kind: 'owner', login }) as const), ...repositories.map((fullName) => ({ kind: 'repository', repository: { fullName } }) as const)];
}

export function nameOf(scope: Scope): string {
  if (scope.kind === 'instance') return 'the whole Gitea';
  if (scope.kind === 'owner') return scope.login;
  return 'fullName' in scope.repository ? scope.repository.fullName : `repository ${scope.repository.id}`;
}
