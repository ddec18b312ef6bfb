import { createGit, GitError, type Git } from './git.js';
import { branchMajor, candidateParents, planPublish, type Facts } from './plan.js';
import { changelogVersion, newestVersion, parseVersion, tagOf, type Version } from './version.js';

export interface PublishOptions {
  /** The clone to publish from. */
  readonly folder: string;
  readonly remote?: string;
  /** `v1` unless told. */
  readonly branch?: string;
  /** The branch whose `actions` are published: `main` unless told. */
  readonly source?: string;
  /** Added to git's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Publishes the candidate only, for a workflow: what it has tried. */
  readonly tried?: boolean;
  /** Tells what would be done, does nothing. */
  readonly dryRun?: boolean;
  /** Called between reading the remote and writing to it. */
  readonly beforePush?: () => Promise<void>;
}

export type PublishOutcome =
  | { readonly kind: 'published' | 'unchanged' | 'would-publish'; readonly branch: string; readonly commit: string; readonly tag: string | undefined }
  | { readonly kind: 'refused'; readonly reason: string };

/** Nobody's name: two publishers of one source make the same commit, byte for byte. */
const identity = { GIT_AUTHOR_NAME: 'publish-actions', GIT_AUTHOR_EMAIL: 'publish-actions@localhost', GIT_COMMITTER_NAME: 'publish-actions', GIT_COMMITTER_EMAIL: 'publish-actions@localhost' };
const own = 'refs/publish-actions';

/** Puts the tree `<source>:actions` on the branch, fast-forward only, and its version on an immutable tag, both or neither. */
export async function publish(options: PublishOptions): Promise<PublishOutcome> {
  return withSource(options, async (git, { tree, commit, changelog }) =>
    put(git, options, { tree, version: () => changelogVersion(changelog), message: (tag) => `actions ${tag}\n\nSource: ${commit}\n`, source: commit }));
}

/** Puts the tree of an older tag on top of the branch, as the next patch version: nothing moves back. */
export async function rollBack(options: PublishOptions, to: string): Promise<PublishOutcome> {
  const git = createGit(options.folder, { ...options.env, ...identity });
  const branch = options.branch ?? 'v1';
  const wanted = parseVersion(to);
  if (wanted === undefined || wanted.major !== branchMajor(branch)) return { kind: 'refused', reason: `expected a published tag of ${branch} such as ${branch}.0.0, got ${JSON.stringify(to)}` };
  await readRemote(git, options, branch);
  const old = await git.try('rev-parse', '--verify', '--quiet', `${own}/tags/${tagOf(wanted)}^{commit}`);
  if (old === undefined) return { kind: 'refused', reason: `the remote has no tag ${tagOf(wanted)}` };
  const next = (tags: readonly string[]): Version => {
    const newest = newestVersion(tags, wanted.major) ?? wanted;
    return { ...newest, patch: newest.patch + 1 };
  };
  return put(git, options, { tree: await git('rev-parse', `${old}^{tree}`), version: next, message: (tag) => `actions ${tag}: back to ${tagOf(wanted)}\n\nSource: ${old}\n`, source: old });
}

/** Puts the tree on `<branch>-next`, for a workflow to try before it is published. */
export async function publishCandidate(options: PublishOptions): Promise<PublishOutcome> {
  return withSource(options, async (git, { tree, commit }) => {
    const branch = options.branch ?? 'v1';
    const { head, candidate } = await readRemote(git, options, branch);
    const behind = head !== undefined && candidate !== undefined && (await git.try('merge-base', '--is-ancestor', candidate.commit, head.commit)) !== undefined;
    const parents = candidateParents({ tree, head, candidate }, behind);
    const name = `${branch}-next`;
    if (parents === undefined) return { kind: 'unchanged', branch: name, commit: candidate!.commit, tag: undefined };
    const made = await makeCommit(git, { tree, parents, message: `actions candidate\n\nSource: ${commit}\n`, source: commit });
    return push(git, options, name, made, undefined);
  });
}

interface Source {
  readonly tree: string;
  readonly commit: string;
  readonly changelog: string;
}

/** What is published must be committed, and on the remote: its message names the commit it came from. */
async function withSource(options: PublishOptions, work: (git: Git, source: Source) => Promise<PublishOutcome>): Promise<PublishOutcome> {
  const git = createGit(options.folder, { ...options.env, ...identity });
  const source = options.source ?? 'main';
  const changed = await git('status', '--porcelain');
  if (changed !== '') return { kind: 'refused', reason: `the work tree is not clean, so what you see is not what would be published:\n${changed}` };
  const commit = await git.try('rev-parse', '--verify', '--quiet', `refs/heads/${source}^{commit}`);
  if (commit === undefined) return { kind: 'refused', reason: `this clone has no branch ${source}` };
  const tree = await git.try('rev-parse', '--verify', '--quiet', `${commit}:actions`);
  if (tree === undefined || (await git('cat-file', '-t', tree)) !== 'tree') return { kind: 'refused', reason: `${source} has no folder actions` };
  await git('fetch', '--no-tags', '--quiet', options.remote ?? 'origin', `+refs/heads/${source}:${own}/source`);
  if ((await git.try('merge-base', '--is-ancestor', commit, `${own}/source`)) === undefined) {
    return { kind: 'refused', reason: `${source} (${commit}) is not on ${options.remote ?? 'origin'} yet: push it first` };
  }
  return work(git, { tree, commit, changelog: await changelogOf(git, tree) });
}

async function changelogOf(git: Git, tree: string): Promise<string> {
  const blob = await git.try('rev-parse', '--verify', '--quiet', `${tree}:CHANGELOG.md`);
  return blob === undefined ? '' : git('cat-file', 'blob', blob);
}

interface Wanted {
  readonly tree: string;
  /** The source's commit: its date becomes that of what is made. */
  readonly source: string;
  version(tags: readonly string[]): Version | undefined;
  message(tag: string): string;
}

async function put(git: Git, options: PublishOptions, wanted: Wanted): Promise<PublishOutcome> {
  const branch = options.branch ?? 'v1';
  const { head, candidate, tags } = await readRemote(git, options, branch);
  const plan = planPublish({ branch, tree: wanted.tree, version: wanted.version(Object.keys(tags)), head, candidate, tags });
  switch (plan.kind) {
    case 'refuse':
      return { kind: 'refused', reason: plan.reason };
    case 'nothing':
      return { kind: 'unchanged', branch, commit: plan.commit, tag: plan.tag };
    case 'tag':
    case 'promote':
      return push(git, options, branch, plan.commit, { tag: plan.tag, message: wanted.message(plan.tag), source: wanted.source });
    case 'commit': {
      if (options.tried === true) return { kind: 'refused', reason: `${branch}-next does not hold these actions on top of ${branch}, so they were not tried as they would be published: "publish-actions candidate" puts them there. Where another push has made a newer candidate, its run publishes` };
      const commit = await makeCommit(git, { tree: wanted.tree, parents: plan.parents, message: wanted.message(plan.tag), source: wanted.source });
      return push(git, options, branch, commit, { tag: plan.tag, message: wanted.message(plan.tag), source: wanted.source });
    }
  }
}

async function readRemote(git: Git, options: PublishOptions, branch: string): Promise<Pick<Facts, 'head' | 'candidate' | 'tags'>> {
  const remote = options.remote ?? 'origin';
  const listing = await git('ls-remote', remote, `refs/heads/${branch}`, `refs/heads/${branch}-next`, 'refs/tags/*');
  const refs = new Map(listing.split('\n').filter(Boolean).map((line) => line.split('\t').reverse() as [string, string]));
  const wanted = [...refs.keys()].filter((name) => /^refs\/tags\/v\d+(\.\d+)*$/.test(name) || name === `refs/heads/${branch}` || name === `refs/heads/${branch}-next`);
  const [head, candidate] = [refs.get(`refs/heads/${branch}`), refs.get(`refs/heads/${branch}-next`)];
  if (wanted.length > 0) await git('fetch', '--no-tags', '--quiet', remote, ...wanted.map((name) => `+${name}:${own}/${name.slice('refs/'.length)}`));
  const withTree = async (commit: string) => ({ commit, tree: await git('rev-parse', `${commit}^{tree}`) });
  const tags = Object.fromEntries([...refs].filter(([name]) => name.startsWith('refs/tags/') && !name.endsWith('^{}')).map(([name, id]) => [name.slice('refs/tags/'.length), refs.get(`${name}^{}`) ?? id]));
  return {
    head: head === undefined ? undefined : await withTree(head),
    candidate: candidate === undefined ? undefined : { ...(await withTree(candidate)), containsHead: head === undefined || (await git.try('merge-base', '--is-ancestor', head, candidate)) !== undefined },
    tags,
  };
}

async function makeCommit(git: Git, { tree, parents, message, source }: { tree: string; parents: readonly string[]; message: string; source: string }): Promise<string> {
  const date = await git('show', '-s', '--format=%ct +0000', source);
  const lines = [`tree ${tree}`, ...parents.map((parent) => `parent ${parent}`), `author ${who(date)}`, `committer ${who(date)}`, '', message];
  return git.feed(lines.join('\n'), 'hash-object', '-t', 'commit', '-w', '--stdin');
}

const who = (date: string): string => `${identity.GIT_AUTHOR_NAME} <${identity.GIT_AUTHOR_EMAIL}> ${date}`;

async function push(git: Git, options: PublishOptions, branch: string, commit: string, tag: { tag: string; message: string; source: string } | undefined): Promise<PublishOutcome> {
  const done = { branch, commit, tag: tag?.tag };
  if (options.dryRun === true) return { kind: 'would-publish', ...done };
  const refspecs = [`${commit}:refs/heads/${branch}`];
  if (tag) {
    const date = await git('show', '-s', '--format=%ct +0000', tag.source);
    const object = await git.feed([`object ${commit}`, 'type commit', `tag ${tag.tag}`, `tagger ${who(date)}`, '', tag.message].join('\n'), 'mktag');
    refspecs.push(`${object}:refs/tags/${tag.tag}`);
  }
  await options.beforePush?.();
  try {
    await git('push', '--quiet', '--atomic', options.remote ?? 'origin', ...refspecs);
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    return { kind: 'refused', reason: refusal(error, branch) };
  }
  return { kind: 'published', ...done };
}

function refusal({ stderr }: GitError, branch: string): string {
  if (/non-fast-forward|fetch first|already exists|cannot lock ref|stale info/.test(stderr)) {
    return `${branch} has moved while this ran, and it is never forced: run it again to publish on top`;
  }
  if (/protected branch|pre-receive hook declined|not allowed/i.test(stderr)) return `the server does not let this login push to ${branch}: it is protected, allow the login that publishes\n${stderr.trim()}`;
  return `the push was refused: ${stderr.trim()}`;
}
