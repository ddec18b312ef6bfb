import { GiteaError } from './gitea-failure.js';

/** Where a called workflow lies: in the caller's own source, or in another repository of the same server. */
export interface CalleeRef {
  readonly path: string;
  /** `owner/repo` and a branch, tag or commit; absent for `./…`. */
  readonly elsewhere?: { readonly repository: string; readonly ref: string };
}

const directories = ['.gitea/workflows', '.github/workflows', '.gitea/scoped_workflows'];

/** Reads `uses` of a job as 1.27 does. Throws for what it refuses: other servers, other folders, a local path with `@ref`. */
export function parseUses(uses: string, serverUrl: unknown): CalleeRef {
  const text = withoutServer(uses, serverUrl).trim();
  const local = /^\.\/([^@]+\.ya?ml)$/.exec(text);
  const remote = /^([-.\w]+\/[-.\w]+)\/([^@]+\.ya?ml)@(.+)$/.exec(text);
  if (text.startsWith('./') ? !local : !remote) throw new GiteaError(`uses: "${uses}" is neither ./.gitea/workflows/<file>.yml nor owner/repository/.gitea/workflows/<file>.yml@ref`);
  const path = (local?.[1] ?? remote?.[2]) as string;
  if (path.split('/').some((part) => part === '' || part === '.' || part === '..')) throw new GiteaError(`uses: "${uses}" is no clean path`);
  if (!directories.some((directory) => path.startsWith(`${directory}/`))) throw new GiteaError(`uses: "${uses}" lies in none of ${directories.join(', ')}`);
  return local ? { path } : { path, elsewhere: { repository: remote?.[1] ?? '', ref: remote?.[3] ?? '' } };
}

function withoutServer(uses: string, serverUrl: unknown): string {
  if (!/^https?:\/\//.test(uses)) return uses;
  const server = typeof serverUrl === 'string' ? serverUrl.replace(/\/*$/, '/') : '';
  if (server === '' || !uses.toLowerCase().startsWith(server.toLowerCase())) throw new GiteaError(`uses: "${uses}" is on another server than this one${server === '' ? '' : ` (${server})`}`);
  return uses.slice(server.length);
}

/** The name under which a callee is asked for: `./path` in the pushed repository, else `owner/repo/path@ref`. */
export function calleeName({ path, elsewhere }: CalleeRef): string {
  return elsewhere ? `${elsewhere.repository}/${path}@${elsewhere.ref}` : `./${path}`;
}
