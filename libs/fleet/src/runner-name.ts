import type { Scope } from './scope.js';

/**
 * `tinqs-ci-<installation>-<class>-<scope>.<epoch>.<count>`, the last three in base 36: unique by construction,
 * since an epoch is granted once. People see and may type its tail.
 */
export function runnerName(name: { installation: string; classId: string; scope: Scope; epoch: number; count: number }): string {
  return `${runnerNamePrefix(name.installation)}${name.classId}-${scopeCode(name.scope)}.${name.epoch.toString(36)}.${name.count.toString(36)}`;
}

/** What every runner of an installation begins with; nothing else is ever touched. */
export function runnerNamePrefix(installation: string): string {
  return `tinqs-ci-${installation}-`;
}

/** The part after the installation: what screens show and people type. */
export function runnerNameTail(name: string): string {
  return name.replace(/^tinqs-ci-[a-z0-9]+-/, '');
}

function scopeCode(scope: Scope): string {
  switch (scope.kind) {
    case 'repository':
      return scope.id.toString(36);
    case 'owner':
      return `o${[...scope.name.toLowerCase()].map((character) => (/[a-z0-9]/.test(character) ? character : `_${character.codePointAt(0)!.toString(36)}_`)).join('')}`;
    case 'instance':
      return 'all';
  }
}
