/** The releases whose behaviour was tried; others count as the one before them. */
export type GiteaFamily = '1.24' | '1.25' | '1.26' | '1.27';

/** What a version can do, by its number alone. */
export interface ServerVersion {
  readonly kind: 'supported';
  readonly version: string;
  readonly family: GiteaFamily;
  /** Newer than what was tried: treated as the newest of it. */
  readonly newer: boolean;
  /** Runners that end with their one job (1.24). */
  readonly ephemeral: true;
  /** Jobs can be listed and read (1.25). */
  readonly jobsApi: boolean;
  /** A job can be run again by API (1.26). */
  readonly rerunApi: boolean;
  /** A job id is one attempt (1.27). */
  readonly newIdPerAttempt: boolean;
  /** A runner that lost the race for a job does not look again by itself (up to 1.26). */
  readonly singleShotClaim: boolean;
  /** A listed job may be the caller of a reusable workflow, which no runner gets (1.27). */
  readonly callerRows: boolean;
}

export interface UnsupportedServer {
  readonly kind: 'refused';
  readonly version: string;
  readonly code: 'too-old' | 'other-server' | 'unknown-version';
  readonly sentence: string;
  readonly remedy: string;
}

const oldest = 24;
const newest = 27;

/** Reads a version as `GET /version` gives it: `1.25.4`, `1.26.0+dev-123-gabc`, `1.27.0-rc1`. */
export function readServerVersion(version: string): ServerVersion | UnsupportedServer {
  const shown = version.length > 60 ? `${version.slice(0, 60)}…` : version;
  const refused = (code: UnsupportedServer['code'], sentence: string, remedy: string): UnsupportedServer => ({ kind: 'refused', version: shown, code, sentence, remedy });

  // Forgejo, which went its own way with Actions, says 11.0.1+gitea-1.22.0.
  if (version.includes('+gitea-')) return refused('other-server', `the server is Forgejo ${shown}, not Gitea`, 'use a Gitea of 1.24 or newer');
  const [, major, minor] = /^v?(\d{1,4})\.(\d{1,4})(?![\d.]*[a-z])/i.exec(version) ?? [];
  if (major === undefined || minor === undefined) return refused('unknown-version', `the server says version ${JSON.stringify(shown)}, which is no Gitea version`, 'check the address of Gitea');
  const release = Number(major) > 1 ? Number.POSITIVE_INFINITY : Number(major) < 1 ? 0 : Number(minor);
  if (release < oldest) {
    return refused('too-old', `Gitea ${shown} ignores "ephemeral" at registration: its runners would outlive their job`, 'upgrade Gitea to 1.24 or newer (1.25 for the full promise)');
  }
  const known = Math.min(release, newest);
  return {
    kind: 'supported',
    version: shown,
    family: `1.${known}` as GiteaFamily,
    newer: release > newest,
    ephemeral: true,
    jobsApi: known >= 25,
    rerunApi: known >= 26,
    newIdPerAttempt: known >= 27,
    singleShotClaim: known <= 26,
    callerRows: known >= 27,
  };
}
