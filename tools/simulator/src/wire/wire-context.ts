import type { Instant } from '@tinqs/fleet';
import { traitsOf, type GiteaTraits, type GiteaVersion } from '../gitea/gitea-version.js';
import type { Account, Commit } from '../gitea/gitea-state.js';
import type { WorldView } from '../world/world-view.js';

/** What every shape on the wire depends on. */
export interface WireContext {
  /** Of the server, without a slash at its end. */
  readonly root: string;
  readonly version: GiteaVersion;
  readonly traits: GiteaTraits;
  readonly account: (login: string) => Account;
  readonly commit: (repositoryId: number, sha: string) => Commit | undefined;
  /** RFC 3339 in whole seconds; nothing is 1970. By Gitea's own clock. */
  readonly time: (instant: Instant | null) => string;
}

export const NEVER = '0001-01-01T00:00:00Z';

export function wireContext(world: WorldView, root: string): WireContext {
  const { gitea } = world;
  return {
    root,
    version: gitea.version,
    traits: traitsOf(gitea.version),
    account: (login) => gitea.accounts.get(login.toLowerCase()) ?? { id: -1, login, kind: 'user', createdAt: 0 },
    commit: (repositoryId, sha) => gitea.repositories.get(repositoryId)?.commits[sha],
    time: (instant) => `${new Date(instant === null ? 0 : instant + world.misbehaviour.giteaSkewMs).toISOString().slice(0, 19)}Z`,
  };
}
