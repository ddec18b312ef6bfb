import type { ServerFacts } from '@tinqs/fleet';

/** What the planner must know of a server, from its version: 1.25 brought the jobs API, 1.26 re-runs by API, 1.27 attempts and waking runners. */
export function serverFactsOf(version: string): ServerFacts {
  const [, major = '1', minor = '0'] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  const release = Number(major) * 1_000 + Number(minor);
  return { jobsApi: release >= 1_025, rerunApi: release >= 1_026, newIdPerAttempt: release >= 1_027, singleShotClaim: release < 1_027 };
}

/** Ephemeral runners came with 1.24. */
export class GiteaTooOldError extends Error {
  override readonly name = 'GiteaTooOldError';

  constructor(version: string) {
    super(`Gitea ${version} has no ephemeral runners: 1.24 is the oldest that can be served, 1.25 the oldest whose queue can be compared`);
  }
}

const KEPT_MS = 60_000;

/** The server's facts, asked for at most once a minute. */
export function createServerFacts(version: () => Promise<string>, now: () => number): () => Promise<ServerFacts> {
  let kept: { readonly at: number; readonly facts: Promise<ServerFacts> } | undefined;
  return () => {
    if (kept === undefined || now() - kept.at > KEPT_MS) {
      const facts = version().then((text) => {
        if (/^v?(0\.|1\.(\d|1\d|2[0-3])\b)/.test(text)) throw new GiteaTooOldError(text);
        return serverFactsOf(text);
      });
      kept = { at: now(), facts };
      facts.catch(() => (kept = undefined));
    }
    return kept.facts;
  };
}
