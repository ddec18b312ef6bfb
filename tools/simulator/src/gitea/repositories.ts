import { createHash } from 'node:crypto';
import type { Simulation } from '../world/simulation.js';
import { accountOf } from './accounts.js';
import { send } from './deliveries.js';
import type { Account, Commit, SimulatedRepository } from './gitea-state.js';
import { endRegistration } from './registrations.js';

export class UnknownRepositoryError extends Error {
  override readonly name = 'UnknownRepositoryError';

  constructor(readonly repository: string | number) {
    super(`the simulated Gitea has no repository ${repository}`);
  }
}

export interface NewRepository {
  /** `owner/name`. */
  readonly fullName: string;
  readonly ownerKind?: Account['kind'];
  readonly private?: boolean;
  readonly defaultBranch?: string;
  readonly by?: string;
  /** Of a first commit, which Gitea announces as the repository's creation and not as a push. */
  readonly files?: { readonly [path: string]: string };
}

export function createRepository(simulation: Simulation, wanted: NewRepository): SimulatedRepository {
  const { gitea, now } = simulation.state;
  const [owner, name] = wanted.fullName.split('/');
  if (!owner || !name) throw new RangeError(`expected a repository as owner/name, got ${JSON.stringify(wanted.fullName)}`);
  accountOf(simulation, owner, wanted.ownerKind ?? 'organization');
  const by = accountOf(simulation, wanted.by ?? 'operator').login;
  const defaultBranch = wanted.defaultBranch ?? 'main';
  const repository: SimulatedRepository = {
    id: ++gitea.ids.repository,
    owner,
    name,
    private: wanted.private ?? true,
    defaultBranch,
    createdAt: now,
    updatedAt: now,
    runs: 0,
    branches: {},
    tags: {},
    commits: {},
    queue: [],
    dispatchable: {},
    openRuns: [],
  };
  gitea.repositories.set(repository.id, repository);
  gitea.redirects.delete(wanted.fullName.toLowerCase());
  if (wanted.files) repository.branches[defaultBranch] = commit(simulation, repository, { parent: null, message: 'first\n', by, files: wanted.files }).sha;
  send(simulation, repository, { event: 'repository', action: 'created', by });
  return repository;
}

export function repositoryOf(simulation: Simulation, reference: string | number): SimulatedRepository {
  const found = findRepository(simulation, reference);
  if (!found) throw new UnknownRepositoryError(reference);
  return found;
}

/** By its id or its present path, any case. */
export function findRepository(simulation: Simulation, reference: string | number): SimulatedRepository | undefined {
  const { repositories } = simulation.state.gitea;
  if (typeof reference === 'number') return repositories.get(reference);
  const wanted = reference.toLowerCase();
  return [...repositories.values()].find((repository) => fullNameOf(repository).toLowerCase() === wanted);
}

export function fullNameOf(repository: { readonly owner: string; readonly name: string }): string {
  return `${repository.owner}/${repository.name}`;
}

/** Sends no webhook; the old path answers 301 from then on, to writes as well. */
export function renameRepository(simulation: Simulation, reference: string | number, fullName: string): void {
  const repository = repositoryOf(simulation, reference);
  const [owner, name] = fullName.split('/');
  if (!owner || !name) throw new RangeError(`expected a repository as owner/name, got ${JSON.stringify(fullName)}`);
  accountOf(simulation, owner, 'organization');
  simulation.state.gitea.redirects.set(fullNameOf(repository).toLowerCase(), repository.id);
  simulation.state.gitea.redirects.delete(fullName.toLowerCase());
  repository.owner = owner;
  repository.name = name;
}

/** One delivery, `repository`/`deleted`, and nothing for its jobs: they vanish, its runners too. */
export function deleteRepository(simulation: Simulation, reference: string | number, by = 'operator'): void {
  const { gitea } = simulation.state;
  const repository = repositoryOf(simulation, reference);
  for (const run of [...gitea.runs.values()].filter((each) => each.repositoryId === repository.id)) gitea.runs.delete(run.id);
  for (const job of [...gitea.jobs.values()].filter((each) => each.repositoryId === repository.id)) {
    gitea.jobs.delete(job.id);
    gitea.running.delete(job.id);
  }
  for (const registration of [...gitea.registrations.values()].filter((each) => each.repositoryId === repository.id)) endRegistration(simulation, registration);
  gitea.repositories.delete(repository.id);
  for (const [path, id] of [...gitea.redirects]) if (id === repository.id) gitea.redirects.delete(path);
  send(simulation, repository, { event: 'repository', action: 'deleted', by });
}

interface NewCommit {
  readonly parent: string | null;
  readonly message: string;
  readonly by: string;
  /** Path → text; `null` removes the file. */
  readonly files: { readonly [path: string]: string | null };
}

export function commit(simulation: Simulation, repository: SimulatedRepository, change: NewCommit): Commit {
  const { gitea, now } = simulation.state;
  const files: { [path: string]: string } = { ...(change.parent === null ? {} : repository.commits[change.parent]?.files) };
  for (const [path, text] of Object.entries(change.files)) {
    delete files[path];
    if (text === null) continue;
    const id = objectId('blob', text);
    gitea.blobs.set(id, text);
    files[path] = id;
  }
  const sha = objectId('commit', JSON.stringify([repository.id, change, now, Object.keys(repository.commits).length]));
  const made: Commit = { sha, parent: change.parent, message: change.message, author: change.by, at: now, files };
  repository.commits[sha] = made;
  repository.updatedAt = now;
  return made;
}

/** As git names a blob; commits and trees get an id of the same form. */
export function objectId(type: string, text: string): string {
  return createHash('sha1').update(`${type} ${Buffer.byteLength(text)}\0${text}`).digest('hex');
}
