/** What a person pasted or typed to mean a job. */
export type Reference =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'run'; readonly repository: string; readonly run: string }
  | { readonly kind: 'text'; readonly text: string };

/** A Gitea address, `owner/repo#318`, or anything else: a job id, a job's name, a runner's name or its tail, an instance id. */
export function parseReference(text: string): Reference {
  const trimmed = text.trim();
  const run = /^([^/\s#]+\/[^/\s#]+)#(\d+)$/.exec(trimmed);
  if (run !== null) return { kind: 'run', repository: run[1]!.toLowerCase(), run: run[2]! };
  if (/^https?:\/\//i.test(trimmed) || trimmed.startsWith('/')) return { kind: 'path', path: pathOf(trimmed) };
  return { kind: 'text', text: trimmed };
}

/**
 * The path of a job's page: without host (people reach Gitea by several names), query, fragment and trailing
 * slash, in lower case (owner and repository are case-insensitive in Gitea).
 */
export function pathOf(address: string): string {
  const path = address.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '').replace(/\/+$/, '');
  return path.toLowerCase();
}

/** `/acme/app/actions/runs/318` of `/acme/app/actions/runs/318/jobs/2`; `null` where it is no such path. */
export function runPathOf(path: string): string | null {
  return /^(.*\/actions\/runs\/\d+)(?:\/|$)/.exec(path)?.[1] ?? null;
}

/** The number that people see in the address: the run's number up to Gitea 1.25, its id since 1.26. */
export function runNumberOf(path: string): string | null {
  return /\/actions\/runs\/(\d+)(?:\/|$)/.exec(path)?.[1] ?? null;
}

/** A raw key of `pointTo`: addresses are kept by their path, all else as it is. */
export function pointerName(key: string): string {
  return /^https?:\/\//i.test(key) || key.startsWith('/') ? pathOf(key) : key;
}
