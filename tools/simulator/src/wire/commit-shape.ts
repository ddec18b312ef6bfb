import type { Commit } from '../gitea/gitea-state.js';
import { userShape } from './account-shape.js';
import type { WireContext } from './wire-context.js';

export interface ChangedFile {
  readonly filename: string;
  readonly status: 'added' | 'removed' | 'modified';
}

/** Against the first parent, renames as removed and added. */
export function changesOf(commit: Commit, parent: Commit | undefined): readonly ChangedFile[] {
  const before = parent?.files ?? {};
  return [...new Set([...Object.keys(before), ...Object.keys(commit.files)])].sort().flatMap((filename): ChangedFile[] => {
    if (before[filename] === commit.files[filename]) return [];
    return [{ filename, status: before[filename] === undefined ? 'added' : commit.files[filename] === undefined ? 'removed' : 'modified' }];
  });
}

/** A commit within a push, with its three lists of files. */
export function payloadCommitShape(context: WireContext, repository: string, commit: Commit, parent: Commit | undefined): object {
  const changes = changesOf(commit, parent);
  const listed = (status: ChangedFile['status']): string[] => changes.filter((change) => change.status === status).map((change) => change.filename);
  const person = { name: commit.author, email: `${commit.author}@example.com`, username: commit.author };
  return {
    id: commit.sha,
    message: commit.message,
    url: `${context.root}/${repository}/commit/${commit.sha}`,
    author: person,
    committer: person,
    verification: null,
    timestamp: context.time(commit.at),
    added: listed('added'),
    removed: listed('removed'),
    modified: listed('modified'),
  };
}

const UNSIGNED = { verified: false, reason: 'gpg.error.not_signed_commit', signature: '', signer: null, payload: '' };

/** The commit of a branch: its lists are null. */
export function branchCommitShape(context: WireContext, repository: string, commit: Commit): object {
  return { ...payloadCommitShape(context, repository, commit, undefined), verification: UNSIGNED, added: null, removed: null, modified: null };
}

/** A Commit of the REST API. */
export function commitShape(context: WireContext, repository: string, commit: Commit, parent: Commit | undefined): object {
  const api = `${context.root}/api/v1/repos/${repository}/git`;
  const date = context.time(commit.at);
  const person = { name: commit.author, email: `${commit.author}@example.com`, date };
  const files = changesOf(commit, parent);
  return {
    url: `${api}/commits/${commit.sha}`,
    sha: commit.sha,
    created: date,
    html_url: `${context.root}/${repository}/commit/${commit.sha}`,
    commit: { url: `${api}/commits/${commit.sha}`, author: person, committer: person, message: commit.message, tree: { url: `${api}/trees/${commit.sha}`, sha: commit.sha, created: date }, verification: UNSIGNED },
    author: userShape(context, commit.author),
    committer: userShape(context, commit.author),
    parents: parent ? [{ url: `${api}/commits/${parent.sha}`, sha: parent.sha, created: context.time(parent.at) }] : [],
    files,
    stats: { total: files.length, additions: files.length, deletions: 0 },
  };
}
