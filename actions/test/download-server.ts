import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { actionsFolder } from './composite-runner.js';

export interface DownloadServer {
  readonly url: string;
  readonly requests: string[];
  failNext(...statuses: number[]): void;
  close(): Promise<void>;
}

/** Serves these bodies by path, like a vendor's download site. */
export async function startDownloadServer(files: Readonly<Record<string, Buffer | string>>): Promise<DownloadServer> {
  const requests: string[] = [];
  const failures: number[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    const failure = failures.shift();
    const body = files[request.url ?? ''];
    response.writeHead(failure ?? (body === undefined ? 404 : 200)).end(failure === undefined ? body : undefined);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, failNext: (...statuses) => void failures.push(...statuses), close: () => new Promise((closed) => (server.close(() => closed()), server.closeAllConnections())) };
}

/** A tar of these files below one folder, compressed by the letter tar uses; scripts are executable. */
export function archive(top: string, files: Readonly<Record<string, string>>, compression: 'z' | 'J' = 'z'): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'tinqs-archive-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, top, path)), { recursive: true });
      writeFileSync(join(folder, top, path), text, { mode: 0o755 });
    }
    execFileSync('tar', [`-c${compression}f`, 'archive', top], { cwd: folder });
    return readFileSync(join(folder, 'archive'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const sumOf = (bytes: Buffer, algorithm = 'sha256'): string => createHash(algorithm).update(bytes).digest('hex');

/** A copy of the actions as published, with this list of pinned versions. */
export function actionsWith(folder: string, versions: readonly (readonly string[])[]): string {
  const copy = join(folder, 'actions');
  for (const name of ['_lib', 'setup-go', 'setup-node', 'setup-aws']) cpSync(join(actionsFolder, name), join(copy, name), { recursive: true });
  writeFileSync(join(copy, '_lib/versions.tsv'), versions.map((row) => `${row.join('\t')}\n`).join(''));
  return copy;
}

/** A PATH of these tools of the machine only, so that nothing is there already. */
export function pathOf(folder: string, without: readonly string[]): string {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  for (const tool of ['bash', 'sh', 'env', 'cat', 'chmod', 'cp', 'cut', 'curl', 'dirname', 'basename', 'flock', 'git', 'grep', 'gzip', 'head', 'id', 'ln', 'ls', 'mkdir', 'mktemp', 'mv', 'od', 'readlink', 'rm', 'sed', 'sha256sum', 'sha512sum', 'sleep', 'sort', 'tail', 'tar', 'tr', 'uname', 'unzip', 'xz', 'base64', 'python3']) {
    const from = (process.env['ACTIONS_TEST_PATH'] ?? process.env['PATH'] ?? '').split(':').map((folder) => join(folder, tool)).find((path) => existsSync(path));
    if (from !== undefined && !without.includes(tool)) symlinkSync(from, join(bin, tool));
  }
  return bin;
}
