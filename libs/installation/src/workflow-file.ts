import { isGiteaError, type GiteaClient } from '@tinqs/gitea-client';

/** Of `path`, the file's name without its folder, as Gitea's runs tell it; `undefined`: it is in none of the folders. Throws where nobody can tell. */
export async function readWorkflowFile(client: GiteaClient, repository: { readonly fullName: string }, file: string, commit: string): Promise<string | undefined> {
  const base = repositoryBase(repository);
  let failure: unknown;
  for (const folder of ['.gitea/workflows', '.github/workflows']) {
    const path = file.includes('/') ? file : `${folder}/${file}`;
    try {
      return (await client.call({ method: 'GET', path: `${base}/raw/${path.split('/').map(encodeURIComponent).join('/')}`, query: { ref: commit } })).text;
    } catch (error) {
      if (!isGiteaError(error, 'not-found')) failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
  return undefined;
}

export function repositoryBase({ fullName }: { readonly fullName: string }): string {
  return `/api/v1/repos/${fullName.split('/').map(encodeURIComponent).join('/')}`;
}
