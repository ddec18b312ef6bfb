import type { CapHolder, CapRequest, CapSnapshot } from '@tinqs/fleet';

export function snapshotOf(holders: Iterable<CapHolder>): CapSnapshot {
  let all = 0;
  const byClass = new Map<string, number>();
  const byScope = new Map<string, number>();
  for (const { classId, scope } of holders) {
    all += 1;
    byClass.set(classId, (byClass.get(classId) ?? 0) + 1);
    byScope.set(scope, (byScope.get(scope) ?? 0) + 1);
  }
  return { all, byClass: Object.fromEntries(byClass), byScope: Object.fromEntries(byScope) };
}

/** The first cap that has no room for so many more; `null`: there is room under all three. */
export function fullCap(snapshot: CapSnapshot, request: CapRequest, more: number): 'all' | 'class' | 'scope' | null {
  if (snapshot.all + more > request.limits.all) return 'all';
  if ((snapshot.byClass[request.classId] ?? 0) + more > request.limits.perClass) return 'class';
  if ((snapshot.byScope[request.scope] ?? 0) + more > request.limits.perScope) return 'scope';
  return null;
}
