import { createAccounts, type Accounts } from './accounts.js';
import { createCommits, type Commits } from './commits.js';
import { createConnection, type Connection, type ConnectionOptions } from './connection.js';
import { createHooks, type Hooks } from './hooks.js';
import { createJobs, type Jobs } from './jobs.js';
import { object, text } from './payload-fields.js';
import { createRepositoryPaths, type RepositoryReference } from './repository-paths.js';
import type { Repository } from './repository.js';
import { createRunners, type Runners } from './runners.js';
import { createRuns, type Runs } from './runs.js';
import { createTrees, type Trees } from './trees.js';
import { createWorkflowFiles, type WorkflowFiles } from './workflow-files.js';

export interface GiteaClientOptions extends ConnectionOptions {
  /** Milliseconds; used for how long repositories' paths and registration tokens are kept (60 s). */
  readonly now?: () => number;
}

/** Everything said to one Gitea server. All calls throw `GiteaError`; lists are read to their end. */
export interface GiteaClient extends Connection, Jobs, Runs, Runners, Commits, Trees, WorkflowFiles, Accounts, Hooks {
  /** As the server says it: `1.25.4`, `1.26.0+dev-123-gabc`. */
  version(signal?: AbortSignal): Promise<string>;
  repositoryById(id: number, signal?: AbortSignal): Promise<Repository>;
  /** Follows a rename, so the answer may have another name than the one asked for. */
  repositoryByPath(fullName: string, signal?: AbortSignal): Promise<Repository>;
}

const versionFields = object({ version: text });

export function createGiteaClient({ now = Date.now, ...options }: GiteaClientOptions): GiteaClient {
  const connection = createConnection(options);
  const repositories = createRepositoryPaths(connection, now);
  const trees = createTrees(connection, repositories);
  const readRepository = (reference: RepositoryReference, signal?: AbortSignal) => repositories.read(reference, signal);
  return {
    ...connection,
    ...createJobs(connection, repositories),
    ...createRuns(connection, repositories),
    ...createRunners(connection, repositories, now),
    ...createCommits(connection, repositories),
    ...trees,
    ...createWorkflowFiles(trees),
    ...createAccounts(connection, repositories),
    ...createHooks(connection, repositories),
    version: async (signal) => (await connection.read({ method: 'GET', path: '/api/v1/version', signal }, versionFields)).data.version,
    repositoryById: (id, signal) => readRepository({ id }, signal),
    repositoryByPath: (fullName, signal) => readRepository({ fullName }, signal),
  };
}
