import { detectCapabilities, type GiteaClient } from '@tinqs/gitea-client';

/** A bot that says what can be promised on a server, and what is missing. */
export async function describeServer(client: Pick<GiteaClient, 'version' | 'canListJobs'>): Promise<readonly string[]> {
  const found = await detectCapabilities(client);
  if (found.kind === 'refused') return [`${found.sentence}: ${found.remedy}`];
  return [`Gitea ${found.version}: ${found.tier}`, ...found.missing.map(({ sentence, remedy }) => `${sentence}: ${remedy}`)];
}
