import type { Connection } from './connection.js';
import { isGiteaError } from './errors.js';
import { repositoryFields, toRepository, type Repository } from './repository.js';

/** By id where it is known. A path may have been renamed, and then be another repository's. */
export type RepositoryReference = { readonly id: number } | { readonly fullName: string };

/** Turns references into paths of the API, `/api/v1/repos/{owner}/{name}`. */
export interface RepositoryPaths {
  read(reference: RepositoryReference, signal?: AbortSignal): Promise<Repository>;
  /** Calls with the path; again with the new one if the repository turns out to have moved. */
  at<T>(reference: RepositoryReference, work: (path: string) => Promise<T>): Promise<T>;
  forget(reference: RepositoryReference): void;
}

const keptMs = 60_000;

export function createRepositoryPaths(connection: Connection, now: () => number): RepositoryPaths {
  const kept = new Map<number, { readonly fullName: string; readonly until: number }>();

  async function read(reference: RepositoryReference, signal?: AbortSignal): Promise<Repository> {
    const path = 'id' in reference ? `/api/v1/repositories/${reference.id}` : pathOf(reference.fullName);
    const { data } = await connection.read({ method: 'GET', path, signal }, repositoryFields);
    const repository = toRepository(data);
    kept.set(repository.id, { fullName: repository.fullName, until: now() + keptMs });
    return repository;
  }

  async function resolve(reference: RepositoryReference): Promise<string> {
    if (!('id' in reference)) return pathOf(reference.fullName);
    const known = kept.get(reference.id);
    return pathOf(known !== undefined && known.until > now() ? known.fullName : (await read(reference)).fullName);
  }

  function forget(reference: RepositoryReference): void {
    if ('id' in reference) kept.delete(reference.id);
  }

  return {
    read,
    forget,
    async at(reference, work) {
      try {
        return await work(await resolve(reference));
      } catch (error) {
        if (!('id' in reference) || !isGiteaError(error, 'redirected', 'not-found') || !kept.has(reference.id)) throw error;
        const before = kept.get(reference.id)?.fullName;
        const { fullName } = await read(reference);
        if (fullName === before) throw error;
        return work(pathOf(fullName));
      }
    },
  };
}

function pathOf(fullName: string): string {
  const [owner = '', name = '', ...rest] = fullName.split('/');
  if (owner === '' || name === '' || rest.length > 0) throw new TypeError('the name of a repository: expected owner/name');
  return `/api/v1/repos/${encodeURIComponent(owner)}/${encodeURIComponent(name)}`;
}
