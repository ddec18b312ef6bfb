import { poolKey, scopeKey, type AmiBreaker, type PoolRest, type RerunNote, type Scope, type ScopeKey } from '@tinqs/fleet';
import { encode } from './attribute-value.js';
import { breakerKey, metaKey, rerunKey, restKey, scopeNoteKey } from './item-key.js';
import { sealed, unseal } from './item-schema.js';
import { KEPT, ttlSeconds } from './retention.js';
import type { TableClient } from './table-client.js';

/** What belongs to the installation: switches and marks, its scopes, capacity memory, AMI breakers, what was run again. Last write wins. */
export function createInstallationItems(table: TableClient, newId: () => string) {
  /** The mark each scope had when it was last listed here. */
  const seen = new Map<ScopeKey, string>();

  return {
    async readMeta(key: string): Promise<unknown> {
      const item = await table.get(metaKey(checkMetaKey(key)));
      return item === undefined ? undefined : unseal(item, 'value');
    },
    async writeMeta(key: string, value: unknown): Promise<void> {
      await table.put(sealed(metaKey(checkMetaKey(key)), { value: value ?? null }));
    },

    async noteScope(scope: Scope): Promise<void> {
      await table.put(sealed(scopeNoteKey(scopeKey(scope)), { scope, mark: newId() }));
    },
    async listScopes(): Promise<readonly Scope[]> {
      const items = await table.query({ pk: 'META', prefix: 'SCOPE#' });
      return items.map((item) => {
        const scope = unseal<Scope>(item, 'scope');
        seen.set(scopeKey(scope), unseal<string>(item, 'mark'));
        return scope;
      });
    },
    /** Not if somebody noted it since it was last listed here: it has live items again. */
    async forgetScope(scope: ScopeKey): Promise<void> {
      const mark = seen.get(scope);
      await table.remove(scopeNoteKey(scope), mark === undefined ? undefined : { condition: 'mark = :mark', values: { ':mark': encode(mark) } });
    },

    async listRests(): Promise<readonly PoolRest[]> {
      return (await table.query({ pk: 'POOL', prefix: 'REST#' })).map((item) => unseal(item, 'rest'));
    },
    async saveRest(rest: PoolRest): Promise<void> {
      await table.put(sealed(restKey(poolKey(rest.pool)), { rest, ttl: ttlSeconds(rest.until + KEPT.rests) }));
    },
    async listBreakers(): Promise<readonly AmiBreaker[]> {
      return (await table.query({ pk: 'BREAKER', prefix: 'BREAKER#' })).map((item) => unseal(item, 'breaker'));
    },
    async saveBreaker(breaker: AmiBreaker): Promise<void> {
      await table.put(sealed(breakerKey(breaker.classId, breaker.amiId), { breaker }));
    },

    async noteRerun(note: RerunNote): Promise<void> {
      await table.put(sealed(rerunKey(note.runId, note.job), { note, ttl: ttlSeconds(note.at + KEPT.reruns) }));
    },
    async recallRerun({ runId, job }: Pick<RerunNote, 'runId' | 'job'>): Promise<RerunNote | undefined> {
      const item = await table.get(rerunKey(runId, job));
      return item === undefined ? undefined : unseal(item, 'note');
    },
  };
}

export function checkMetaKey(key: string): string {
  if (key === '' || key.startsWith('SCOPE#')) throw new RangeError(`expected a key such as PAUSE, found "${key}": scopes are noted with noteScope`);
  return key;
}
