import { execFileSync } from 'node:child_process';

/** A Node that the packages are tried on; `path` is `null` where it could not be had, and `command` brings it. */
export interface NodeVersion {
  readonly major: number;
  readonly path: string | null;
  readonly command: string;
}

const SUPPORTED = [20, 22, 24];

/** This one, and the others from the npm package `node`, which npm keeps once it was fetched. */
export function nodeVersions(): readonly NodeVersion[] {
  const running = Number(process.versions.node.split('.')[0]);
  return SUPPORTED.map((major) => ({ major, path: major === running ? process.execPath : fetchedNode(major), command: `npx -y node@${major} --version` }));
}

function fetchedNode(major: number): string | null {
  try {
    return execFileSync('npx', ['--prefer-offline', '-y', `node@${major}`, '-p', 'process.execPath'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 60_000, shell: process.platform === 'win32' }).trim();
  } catch {
    return null;
  }
}
