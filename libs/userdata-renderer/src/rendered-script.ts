import type { RunnerSettings } from './runner-settings.js';

/** For tests: settings of an ordinary class. */
export const exampleSettings: RunnerSettings = {
  credential: { id: 42, uuid: '7b1f3c3e-58a1-4a4b-9c8e-0d3a0a6f3f10', name: 'tinqs-ci-a1-go-1', token: '0'.repeat(40), labels: ['go', 'linux'] },
  giteaUrl: 'https://git.example.com/',
  environment: { mode: 'host' },
  limits: { bootSeconds: 300, idleSeconds: 300, jobMinutes: 60 },
  lifeSeconds: 4800,
  singleShotClaim: false,
  gitHosts: [],
  sudo: false,
  metadataWall: true,
};

/** For tests: the files a rendered script writes from base64, by path. A masked block is left out. */
export function blocksOf(script: string): { readonly [path: string]: string } {
  const blocks = script.matchAll(/^base64 -d >(\S+) <<'(B64|SECRET)'[^\n]*\n([A-Za-z0-9+/=\n]*?)\n\2$/gm);
  return Object.fromEntries([...blocks].map(([, path = '', , lines = '']) => [path, new TextDecoder().decode(Uint8Array.from(atob(lines.replaceAll('\n', '')), (byte) => byte.charCodeAt(0)))]));
}
