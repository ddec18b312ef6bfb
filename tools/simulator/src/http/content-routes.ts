import { objectId } from '../gitea/repositories.js';
import type { Commit, SimulatedRepository } from '../gitea/gitea-state.js';
import { branchCommitShape, commitShape } from '../wire/commit-shape.js';
import { copyOf } from '../gitea/deliveries.js';
import { repositoryShape } from '../wire/repository-shape.js';
import { failure, type Answer, type Call, type RepositoryRoute } from './call.js';
import { treeOf } from './tree.js';

export const CONTENT_ROUTES: readonly RepositoryRoute[] = [
  { method: 'GET', pattern: '', scope: 'repository', answer: ({ context }, repository) => ({ status: 200, body: repositoryShape(context, copyOf(repository)) }) },
  { method: 'GET', pattern: '/branches/*branch', scope: 'repository', answer: readBranch },
  { method: 'GET', pattern: '/git/commits/:sha', scope: 'repository', answer: readCommit },
  { method: 'GET', pattern: '/git/trees/:sha', scope: 'repository', answer: readTree },
  { method: 'GET', pattern: '/git/blobs/:sha', scope: 'repository', answer: readBlob },
  { method: 'GET', pattern: '/contents', scope: 'repository', answer: (call, repository) => readContents(call, repository, '') },
  { method: 'GET', pattern: '/contents/*path', scope: 'repository', answer: (call, repository) => readContents(call, repository, call.parameters['path']!) },
  { method: 'GET', pattern: '/raw/*path', scope: 'repository', answer: readRaw },
  { method: 'POST', pattern: '/file-contents', scope: 'repository', answer: readSeveral },
  { method: 'GET', pattern: '/compare/*range', scope: 'repository', answer: compare },
];

/** A branch, a tag, or a full commit id; `refs/…` and short ids are not found. */
function commitOf(repository: SimulatedRepository, ref: string | null): Commit | undefined {
  const name = ref ?? repository.defaultBranch;
  return repository.commits[repository.branches[name] ?? repository.tags[name] ?? name];
}

/** Of a commit, or of a folder by its own id. */
function filesOf(repository: SimulatedRepository, sha: string): Commit['files'] | undefined {
  const commit = commitOf(repository, sha);
  if (commit) return commit.files;
  for (const { files } of Object.values(repository.commits)) {
    const folder = treeOf(files, () => '').find((entry) => entry.type === 'tree' && entry.sha === sha);
    if (folder) return Object.fromEntries(Object.entries(files).flatMap(([path, blob]) => (path.startsWith(`${folder.path}/`) ? [[path.slice(folder.path.length + 1), blob]] : [])));
  }
  return undefined;
}

function parentOf(repository: SimulatedRepository, commit: Commit): Commit | undefined {
  return commit.parent === null ? undefined : repository.commits[commit.parent];
}

function nameOf(repository: SimulatedRepository): string {
  return `${repository.owner}/${repository.name}`;
}

function readBranch(call: Call, repository: SimulatedRepository): Answer {
  const name = call.parameters['branch']!;
  const commit = repository.commits[repository.branches[name] ?? ''];
  if (!commit) return failure(call, 404);
  return {
    status: 200,
    body: {
      name,
      commit: branchCommitShape(call.context, nameOf(repository), commit),
      protected: false,
      required_approvals: 0,
      enable_status_check: false,
      status_check_contexts: [],
      user_can_push: true,
      user_can_merge: true,
      effective_branch_protection_name: '',
    },
  };
}

function readCommit(call: Call, repository: SimulatedRepository): Answer {
  const commit = commitOf(repository, call.parameters['sha']!);
  return commit ? { status: 200, body: commitShape(call.context, nameOf(repository), commit, parentOf(repository, commit)) } : failure(call, 404);
}

function readTree(call: Call, repository: SimulatedRepository): Answer {
  const sha = call.parameters['sha']!;
  const files = filesOf(repository, sha);
  if (!files) return failure(call, 400, `sha not found [${sha}]`);
  const base = `${call.context.root}/api/v1/repos/${nameOf(repository)}/git`;
  const recursive = ['true', '1'].includes(call.query.get('recursive') ?? '');
  const entries = treeOf(files, (blob) => call.world.gitea.blobs.get(blob) ?? '').filter((entry) => recursive || !entry.path.includes('/'));
  const page = Math.max(1, Number(call.query.get('page') ?? 1));
  const perPage = Math.min(1_000, Number(call.query.get('per_page') ?? 1_000) || 1_000);
  const shown = entries.slice((page - 1) * perPage, page * perPage);
  const tree = shown.map((entry) => ({ ...entry, url: `${base}/${entry.type}s/${entry.sha}` }));
  return { status: 200, body: { sha, url: `${base}/trees/${sha}`, tree, truncated: page * perPage < entries.length, page, total_count: entries.length }, headers: { 'x-total-count': String(entries.length) } };
}

function readBlob(call: Call, repository: SimulatedRepository): Answer {
  const sha = call.parameters['sha']!;
  const text = call.world.gitea.blobs.get(sha);
  if (text === undefined) return failure(call, 400, `object does not exist [id: ${sha}, rel_path: ]`);
  return { status: 200, body: { content: Buffer.from(text).toString('base64'), encoding: 'base64', url: `${call.context.root}/api/v1/repos/${nameOf(repository)}/git/blobs/${sha}`, sha, size: Buffer.byteLength(text) } };
}

function readContents(call: Call, repository: SimulatedRepository, path: string): Answer {
  const commit = commitOf(repository, call.query.get('ref'));
  if (!commit) return failure(call, 404, null, [`object does not exist [id: ${call.query.get('ref')}, rel_path: ]`]);
  if (commit.files[path] !== undefined) return { status: 200, body: entryShape(call, repository, commit, path, true) };
  const prefix = path === '' ? '' : `${path}/`;
  const entries = treeOf(commit.files, () => '').filter((entry) => entry.path.startsWith(prefix) && !entry.path.slice(prefix.length).includes('/'));
  if (entries.length === 0) return failure(call, 404, 'GetContentsOrList', [`object does not exist [id: , rel_path: ${path}]`]);
  return { status: 200, body: entries.map((entry) => entryShape(call, repository, commit, entry.path, false)) };
}

/** All files asked for in one call, in that order; `null` for one that is not there. */
function readSeveral(call: Call, repository: SimulatedRepository): Answer {
  const commit = commitOf(repository, call.query.get('ref'));
  const { files = [] } = (call.body ?? {}) as { files?: string[] };
  if (!commit) return failure(call, 404);
  return { status: 200, body: files.map((path) => (commit.files[path] === undefined ? null : entryShape(call, repository, commit, path, true))) };
}

function entryShape({ context, query, world }: Call, repository: SimulatedRepository, commit: Commit, path: string, withContent: boolean): object {
  const blob = commit.files[path];
  const text = blob === undefined ? '' : (world.gitea.blobs.get(blob) ?? '');
  const sha = blob ?? objectId('tree', path);
  const api = `${context.root}/api/v1/repos/${nameOf(repository)}`;
  const ref = query.get('ref') ?? repository.defaultBranch;
  const self = `${api}/contents/${path}?ref=${ref}`;
  const git = `${api}/git/${blob === undefined ? 'trees' : 'blobs'}/${sha}`;
  const page = `${context.root}/${nameOf(repository)}/src/commit/${commit.sha}/${path}`;
  return {
    name: path.split('/').at(-1),
    path,
    sha,
    last_commit_sha: commit.sha,
    last_committer_date: context.time(commit.at),
    last_author_date: context.time(commit.at),
    type: blob === undefined ? 'dir' : 'file',
    size: Buffer.byteLength(text),
    encoding: withContent ? 'base64' : null,
    content: withContent ? Buffer.from(text).toString('base64') : null,
    target: null,
    url: self,
    html_url: page,
    git_url: git,
    download_url: blob === undefined ? null : `${context.root}/${nameOf(repository)}/raw/commit/${commit.sha}/${path}`,
    submodule_git_url: null,
    _links: { self, git, html: page },
  };
}

function readRaw(call: Call, repository: SimulatedRepository): Answer {
  const blob = commitOf(repository, call.query.get('ref'))?.files[call.parameters['path']!];
  const text = blob === undefined ? undefined : call.world.gitea.blobs.get(blob);
  return text === undefined ? failure(call, 404) : { status: 200, body: text, headers: { etag: `"${blob}"`, 'x-gitea-object-type': 'file' } };
}

/** Commits since the merge base, newest first, never cut. Backwards it is an empty list. */
function compare(call: Call, repository: SimulatedRepository): Answer {
  const [base, head] = call.parameters['range']!.split(/\.{2,3}/).map((ref) => commitOf(repository, ref));
  if (!base || !head) return failure(call, 404);
  const known = new Set(ancestry(repository, base).map((commit) => commit.sha));
  const line = ancestry(repository, head);
  const isRelated = line.some((commit) => known.has(commit.sha));
  if (!isRelated && call.context.version === '1.26') return failure(call, 500, '');
  const commits = isRelated ? line.filter((commit) => !known.has(commit.sha)) : [];
  return { status: 200, body: { total_commits: commits.length, commits: commits.map((commit) => commitShape(call.context, nameOf(repository), commit, parentOf(repository, commit))) } };
}

function ancestry(repository: SimulatedRepository, from: Commit): readonly Commit[] {
  const line: Commit[] = [];
  for (let commit: Commit | undefined = from; commit; commit = parentOf(repository, commit)) line.push(commit);
  return line;
}
