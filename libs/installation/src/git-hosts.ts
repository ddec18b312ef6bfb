import type { LogPort, Repository } from '@tinqs/fleet';
import type { GiteaClient } from '@tinqs/gitea-client';

export interface GitHostsOptions {
  readonly gitea: Pick<GiteaClient, 'gitHosts'>;
  readonly giteaUrl: string;
  /** `GIT_HOSTS`: what the owner named stands, nothing is asked. */
  readonly named: readonly string[] | undefined;
  readonly log: Pick<LogPort, 'warn'>;
  readonly now: () => number;
}

const KEPT_MS = 60_000;

/** As the boot script takes them: it refuses to be rendered with another (`_`, IPv6), and no machine would boot. */
export function isGitHost(host: string): boolean {
  return /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$/.test(host);
}

/**
 * The hosts for which git on a machine gets the token: where nobody named them, that of `GITEA_URL` and that of the
 * `html_url` Gitea's API answers for the job's repository. All repositories of a server show the same one.
 */
export function createGitHosts({ gitea, giteaUrl, named, log, now }: GitHostsOptions): (repository: Repository) => Promise<readonly string[]> {
  if (named !== undefined) return async () => named;
  let hosts: readonly string[] | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  return async ({ id }) => {
    hosts ??= usable([new URL(giteaUrl).host]);
    if (now() - readAt <= KEPT_MS) return hosts;
    try {
      hosts = usable(await gitea.gitHosts({ id }));
      readAt = now();
    } catch (error) {
      // The runner is registered by now: a machine that knows the hosts of before is better than none.
      log.warn('the host that Gitea shows could not be read', { repository: id, error });
    }
    return hosts;
  };

  function usable(all: readonly string[]): readonly string[] {
    for (const host of all.filter((each) => !isGitHost(each))) log.warn('git on machines gets no token for this host: name another in GIT_HOSTS', { host });
    return all.filter(isGitHost);
  }
}
