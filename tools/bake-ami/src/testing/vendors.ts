import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Pin } from '../pins.js';

/** All vendors on loopback, with archives laid out as theirs, of programs that only tell their version. */
export interface Vendors {
  readonly pins: readonly Pin[];
  readonly npmRegistry: string;
  /** Paths that were downloaded. */
  readonly served: string[];
  close(): Promise<void>;
}

const says = (text: string): string => `#!/bin/sh\necho '${text}'\n`;
const npm = '#!/bin/sh\n[ "$1" = pack ] || { echo 10.9.0; exit 0; }\nname=${2%@*} version=${2#*@}\nexec curl -sfO "$NPM_CONFIG_REGISTRY/$name/-/$name-$version.tgz"\n';

type Files = Readonly<Record<string, string>>;
const ARCHIVES: readonly { readonly tool: string; readonly version: string; readonly path: string; readonly algorithm: 'sha256' | 'sha512'; readonly kind: 'tar.gz' | 'tar.xz' | 'zip' | 'file'; readonly files: Files }[] = [
  { tool: 'runner', version: '0.2.13', path: '/act_runner-0.2.13-linux-amd64', algorithm: 'sha256', kind: 'file', files: { act_runner: says('act_runner version v0.2.13') } },
  { tool: 'go', version: '1.26.1', path: '/go1.26.1.linux-amd64.tar.gz', algorithm: 'sha256', kind: 'tar.gz', files: { 'go/bin/go': '#!/bin/sh\ncase "$1 $2" in "env GOVERSION") echo go1.26.1 ;; "env GOPATH") echo /root/go ;; "env GOROOT") echo /go ;; *) echo "go version go1.26.1 linux/amd64" ;; esac\n', 'go/bin/gofmt': says('gofmt'), 'go/VERSION': 'go1.26.1' } },
  { tool: 'node', version: '22.20.0', path: '/node-v22.20.0-linux-x64.tar.xz', algorithm: 'sha256', kind: 'tar.xz', files: { 'node-v22.20.0-linux-x64/bin/node': says('v22.20.0'), 'node-v22.20.0-linux-x64/bin/npm': npm, 'node-v22.20.0-linux-x64/bin/npx': says('10.9.0'), 'node-v22.20.0-linux-x64/LICENSE': '' } },
  { tool: 'pnpm', version: '10.34.9', path: '/pnpm/-/pnpm-10.34.9.tgz', algorithm: 'sha512', kind: 'tar.gz', files: { 'package/bin/pnpm.cjs': says('10.34.9'), 'package/bin/pnpx.cjs': says('10.34.9'), 'package/package.json': '{}' } },
  { tool: 'aws-cli', version: '2.36.40', path: '/awscli-exe-linux-x86_64-2.36.40.zip', algorithm: 'sha256', kind: 'zip', files: { 'aws/dist/aws': says('aws-cli/2.36.40 Python/3.13.7 Linux/6.12'), 'aws/dist/lib.so': '', 'aws/install': says('installing') } },
  { tool: 'godot', version: '4.6-stable', path: '/Godot_v4.6-stable_linux.x86_64.zip', algorithm: 'sha512', kind: 'zip', files: { 'Godot_v4.6-stable_linux.x86_64': says('4.6.stable.official.abc') } },
];

export async function startVendors(): Promise<Vendors> {
  const folder = mkdtempSync(join(tmpdir(), 'bake-vendors-'));
  const bytes = new Map<string, Buffer>();
  try {
    for (const { path, kind, files } of ARCHIVES) bytes.set(path, pack(mkdtempSync(join(folder, 'archive-')), kind, files));
  } finally {
    rmSync(folder, { recursive: true });
  }
  const served: string[] = [];
  const server = createServer((request, response) => {
    const body = bytes.get(request.url ?? '');
    if (body !== undefined) served.push(request.url ?? '');
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    pins: ARCHIVES.map(({ tool, version, path, algorithm }) => ({ tool, version, algorithm, sum: createHash(algorithm).update(bytes.get(path) ?? '').digest('hex'), url: tool === 'pnpm' ? `npm:pnpm@${version}` : `${origin}${path}` })),
    npmRegistry: origin,
    served,
    close: () => new Promise((closed) => (server.close(() => closed()), server.closeAllConnections())),
  };
}

function pack(folder: string, kind: 'tar.gz' | 'tar.xz' | 'zip' | 'file', files: Files): Buffer {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, 'in', dirname(name)), { recursive: true });
    writeFileSync(join(folder, 'in', name), text);
    chmodSync(join(folder, 'in', name), text.startsWith('#!') ? 0o755 : 0o644);
  }
  if (kind === 'file') return Buffer.from(Object.values(files)[0] ?? '');
  const top = [...new Set(Object.keys(files).map((name) => name.split('/')[0] ?? ''))];
  const out = join(folder, `out.${kind}`);
  // zip is not everywhere; Python has it built in.
  if (kind === 'zip') execFileSync('python3', ['-m', 'zipfile', '-c', out, ...top], { cwd: join(folder, 'in') });
  else execFileSync('tar', ['-c', kind === 'tar.gz' ? '-z' : '-J', '-f', out, ...top], { cwd: join(folder, 'in') });
  return readFileSync(out);
}
