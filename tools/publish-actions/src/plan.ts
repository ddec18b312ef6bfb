import { compareVersions, newestVersion, tagOf, type Version } from './version.js';

/** What is known before publishing. Ids are object ids; refs are the remote's of this moment. */
export interface Facts {
  /** The branch to publish to, `v<major>`. */
  readonly branch: string;
  /** The tree wanted there. */
  readonly tree: string;
  /** The version it is to have: the changelog's, or for a roll-back the next free patch. */
  readonly version: Version | undefined;
  readonly head: { readonly commit: string; readonly tree: string } | undefined;
  readonly candidate: { readonly commit: string; readonly tree: string; readonly containsHead: boolean } | undefined;
  /** The remote's tags by name, with the commit each names. */
  readonly tags: Readonly<Record<string, string>>;
}

export type Plan =
  | { readonly kind: 'refuse'; readonly reason: string }
  | { readonly kind: 'nothing'; readonly commit: string; readonly tag: string | undefined }
  /** Tag what is published already: an earlier run was not allowed to write the tag. */
  | { readonly kind: 'tag'; readonly commit: string; readonly tag: string }
  /** Move the branch to a commit that was tested as candidate. */
  | { readonly kind: 'promote'; readonly commit: string; readonly tag: string }
  | { readonly kind: 'commit'; readonly parents: readonly string[]; readonly tag: string };

export const branchMajor = (branch: string): number | undefined => (/^v([1-9]\d*)$/.test(branch) ? Number(branch.slice(1)) : undefined);

/** Decides how the wanted tree gets onto the branch. The branch only ever moves forward, and a tag never. */
export function planPublish(facts: Facts): Plan {
  const { branch, tree, version, head, candidate, tags } = facts;
  const major = branchMajor(branch);
  if (major === undefined) return refuse(`the branch must be v1, v2, …, not ${branch}`);
  if (branch in tags) return refuse(`the remote has a tag ${branch}: runners try tags first and would never see the branch. Delete the tag`);
  if (version === undefined) return refuse('actions/CHANGELOG.md has no version: its first heading must be "## 1.2.3"');
  if (version.major !== major) return refuse(`the version is ${tagOf(version)}, the branch is ${branch}: a new major has a branch of its own`);

  const tag = tagOf(version);
  const tagged = tags[tag];
  const published = head?.tree === tree ? head : undefined;
  if (published && tagged === published.commit) return { kind: 'nothing', commit: published.commit, tag };
  const newest = newestVersion(Object.keys(tags), major);
  // A roll-back, or another clone, may have given this very tree a later tag.
  const own = published && Object.keys(tags).find((name) => tags[name] === published.commit);
  if (published && own !== undefined) return { kind: 'nothing', commit: published.commit, tag: own };
  if (tagged !== undefined) return refuse(`${tag} is published and tags never move, but the actions have changed since: add an entry above it to actions/CHANGELOG.md`);
  if (newest && compareVersions(version, newest) < 0) return refuse(`${tag} is older than ${tagOf(newest)}, which is published: give actions/CHANGELOG.md a newer version`);
  if (published) return { kind: 'tag', commit: published.commit, tag };
  if (candidate && candidate.tree === tree && candidate.containsHead) return { kind: 'promote', commit: candidate.commit, tag };
  return { kind: 'commit', parents: head ? [head.commit] : [], tag };
}

/**
 * The parents of a new candidate, which must be a fast-forward of the last candidate, so that no runner's copy of the
 * repository goes stale, and of the branch, so that it can be promoted. Undefined: the candidate has this tree already.
 */
export function candidateParents({ tree, head, candidate }: Pick<Facts, 'tree' | 'head' | 'candidate'>, headContainsCandidate: boolean): readonly string[] | undefined {
  if (candidate && candidate.tree === tree && candidate.containsHead) return undefined;
  if (candidate === undefined) return head ? [head.commit] : [];
  if (head === undefined || candidate.containsHead) return [candidate.commit];
  return headContainsCandidate ? [head.commit] : [head.commit, candidate.commit];
}

function refuse(reason: string): Plan {
  return { kind: 'refuse', reason };
}
