import { isGiteaError, type GiteaClient, type WorkflowFile } from '@tinqs/gitea-client';
import { matchTriggers, type Decision, type TriggerEvent } from '@tinqs/trigger-matcher';
import type { GiteaVersion } from '@tinqs/workflow-parser';

/** A callee calls at most nine levels deep; each round reads one level of all callers. */
const MOST_ROUNDS = 12;

/** On ≥ 1.27 callers are planned as their children: judged again until every file that they name was read. */
export async function matchWithCallees(files: readonly WorkflowFile[], event: TriggerEvent, gitea: GiteaVersion, read: (uses: string) => Promise<string | undefined>): Promise<readonly Decision[]> {
  const known = new Map<string, string | undefined>();
  for (let round = 0; ; round += 1) {
    const missing = new Set<string>();
    const readCallee = (uses: string): string | undefined => {
      if (!known.has(uses)) missing.add(uses);
      return known.get(uses);
    };
    const decisions = matchTriggers(files, event, gitea === '1.27' ? { gitea, readCallee } : { gitea });
    if (missing.size === 0 || round >= MOST_ROUNDS) return decisions;
    await Promise.all([...missing].map(async (uses) => known.set(uses, await read(uses))));
  }
}

/**
 * Reads what `uses` names, at the caller's commit or at `@ref`. `undefined`: it is not there or may not be read, and
 * Gitea then makes no run. A private repository of another owner may be read only where its owner allows it, which no
 * API tells: it counts as unreadable.
 */
export function createCalleeReader(gitea: Pick<GiteaClient, 'call' | 'repositoryById' | 'repositoryByPath'>, caller: { readonly id: number }, commit: string, files: readonly WorkflowFile[]): (uses: string) => Promise<string | undefined> {
  const raw = async (fullName: string, path: string, ref: string) => {
    const encode = (text: string) => text.split('/').map(encodeURIComponent).join('/');
    return (await gitea.call({ method: 'GET', path: `/api/v1/repos/${encode(fullName)}/raw/${encode(path)}`, query: { ref } })).text;
  };
  return async (uses) => {
    try {
      if (uses.startsWith('./')) {
        const path = uses.slice(2);
        return files.find((file) => file.path === path && file.kind === 'file')?.text ?? (await raw((await gitea.repositoryById(caller.id)).fullName, path, commit));
      }
      const [, fullName, path, ref] = /^([^/]+\/[^/]+)\/([^@]+)@(.+)$/.exec(uses) ?? [];
      if (fullName === undefined || path === undefined || ref === undefined) return undefined;
      const [from, to] = await Promise.all([gitea.repositoryById(caller.id), gitea.repositoryByPath(fullName)]);
      return to.private && to.owner.id !== from.owner.id ? undefined : await raw(to.fullName, path, ref);
    } catch (error) {
      if (isGiteaError(error, 'not-found', 'forbidden', 'refused')) return undefined;
      throw error;
    }
  };
}
