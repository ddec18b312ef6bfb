import { minimatch } from 'minimatch';

/**
 * Is `owner/name` on the list? Globs as `minimatch` has them, letters of either case (Gitea's names are
 * case-insensitive). A mirror is on it only if named without a glob: its pushes are somebody else's.
 */
export function listsRepository(list: readonly string[], fullName: string, options: { readonly mirror?: boolean } = {}): boolean {
  const name = fullName.toLowerCase();
  if (list.some((entry) => entry.toLowerCase() === name)) return true;
  return options.mirror !== true && list.some((entry) => minimatch(name, entry.toLowerCase(), { nonegate: true, nocomment: true }));
}
