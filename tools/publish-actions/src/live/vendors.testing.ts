import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, createReadStream, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';

/** A site that stands in for those of Go, Node and AWS, and for an npm registry: lists of sums and the files they are of. */
export interface Vendors {
  readonly url: string;
  /** `images/versions.json` with the addresses of this site, nothing pinned. */
  readonly versions: string;
  readonly goVersion: string;
  /** Whether its Go is the real one of this machine, in the layout of the vendor's archive. */
  readonly goIsReal: boolean;
  readonly nodeVersion: string;
  readonly requests: string[];
  close(): Promise<void>;
}

const sum = (file: string, algorithm: string, encoding: 'hex' | 'base64' = 'hex') => createHash(algorithm).update(readFileSync(file)).digest(encoding);
const PNPM = '10.0.1';
const AWS = '2.1.0';
const awsAnswers = `#!/bin/sh
case "$1 $2" in
  'sts get-caller-identity') echo 123456789012 ;;
  'ecr get-login-password') echo password-of-ecr ;;
  '--version '*) echo aws-cli/${AWS} ;;
  *) echo "unexpected: $*" >&2; exit 1 ;;
esac
`;

function pack(folder: string, name: string, top: string, fill: (folder: string) => void, options: readonly string[]): string {
  const work = join(folder, `make-${name}`);
  mkdirSync(join(work, top), { recursive: true });
  fill(join(work, top));
  tar([...options, '-cf', join(folder, name), '-C', work, top]);
  return join(folder, name);
}

function tar(args: readonly string[]): void {
  execFileSync('tar', [...args], { env: { ...process.env, XZ_OPT: '-0', GZIP: '-1' }, stdio: 'pipe' });
}

function writeScript(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode: 0o755 });
}

function packGo(folder: string): { version: string; isReal: boolean; file: string } {
  const [version = '', root = ''] = (spawnSync('go', ['env', 'GOVERSION', 'GOROOT'], { encoding: 'utf8' }).stdout ?? '').trim().split('\n');
  const isReal = version !== '' && existsSync(join(root, 'src'));
  const name = isReal ? version : 'go1.26.1';
  const file = `${name}.linux-amd64.tar.gz`;
  if (isReal) {
    tar(['-z', '--exclude=testdata', '--transform=flags=r;s,^,go/,', '-cf', join(folder, file), '-C', root, 'bin', 'pkg', 'src', 'VERSION', 'go.env']);
    return { version: name.replace('go', ''), isReal, file: join(folder, file) };
  }
  const script = `#!/bin/sh\n[ "$1" != version ] || echo "go version ${name} linux/amd64"\ncase "$2" in GOVERSION) echo ${name} ;; GOPATH) echo "$HOME/go" ;; GOROOT) (cd "$(dirname "$0")/.." && pwd -P) ;; esac\n`;
  return { version: name.replace('go', ''), isReal, file: pack(folder, file, 'go', (top) => writeScript(join(top, 'bin/go'), script), ['-z']) };
}

/** This process's own Node, and npm where it lies beside it. */
function packNode(folder: string): string {
  const top = `node-v${process.versions.node}-linux-x64`;
  return pack(folder, `${top}.tar.xz`, top, (at) => {
    mkdirSync(join(at, 'bin'));
    cpSync(process.execPath, join(at, 'bin/node'), { dereference: true });
    const npm = join(dirname(process.execPath), '../lib/node_modules/npm');
    if (!existsSync(npm)) return;
    cpSync(npm, join(at, 'lib/node_modules/npm'), { recursive: true });
    symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(at, 'bin/npm'));
  }, ['-J']);
}

function packCli(folder: string): string {
  const name = `awscli-exe-linux-x86_64-${AWS}.zip`;
  writeScript(join(folder, 'cli/aws/dist/aws'), awsAnswers);
  execFileSync('zip', ['-qr', join(folder, name), 'aws'], { cwd: join(folder, 'cli') });
  return join(folder, name);
}

export async function startVendors(folder: string): Promise<Vendors> {
  mkdirSync(folder);
  const go = packGo(folder);
  const node = packNode(folder);
  const pnpm = pack(folder, `pnpm-${PNPM}.tgz`, 'package', (top) => ['pnpm', 'pnpx'].forEach((name) => writeScript(join(top, `bin/${name}.cjs`), `#!/usr/bin/env node\nconsole.log('${PNPM}');\n`)), ['-z']);
  const cli = packCli(folder);
  const base = (file: string) => file.replace(/.*\//, '');
  const answers: Record<string, string> = {
    '/go.json': JSON.stringify([{ version: `go${go.version}`, files: [{ filename: base(go.file), sha256: sum(go.file, 'sha256') }] }]),
    '/node.json': JSON.stringify([{ version: `v${process.versions.node}` }]),
    '/sums': [node, cli].map((file) => `${sum(file, 'sha256')}  ${base(file)}\n`).join(''),
  };
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push(path);
    const answer = answers[path];
    const file = [go.file, node, pnpm, cli].find((each) => path === `/${base(each)}`);
    if (answer !== undefined) response.end(answer);
    else if (file !== undefined) createReadStream(file).pipe(response);
    else response.writeHead(404).end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  answers['/pnpm'] = JSON.stringify({ name: 'pnpm', 'dist-tags': { latest: PNPM }, versions: { [PNPM]: { name: 'pnpm', version: PNPM, dist: { tarball: `${url}/${base(pnpm)}`, integrity: `sha512-${sum(pnpm, 'sha512', 'base64')}` } } } });
  const tool = (list: object, address: string, arch: Readonly<Record<string, string>>, version: object) => ({ ...version, list, url: address, arch, files: Object.fromEntries(Object.keys(arch).map((name) => [name, null])) });
  const versions = {
    bases: {},
    tools: {
      go: tool({ kind: 'go', url: `${url}/go.json` }, `${url}/go{version}.linux-{arch}.tar.gz`, { amd64: 'amd64' }, { series: '1', version: null }),
      node: { ...tool({ kind: 'sha256', url: `${url}/sums` }, `${url}/node-v{version}-linux-{arch}.tar.xz`, { amd64: 'x64' }, { series: process.versions.node.split('.')[0], version: null }), releases: `${url}/node.json` },
      pnpm: tool({ kind: 'npm' }, 'npm:pnpm@{version}', { any: 'any' }, { version: PNPM }),
      'aws-cli': tool({ kind: 'sha256', url: `${url}/sums` }, `${url}/awscli-exe-linux-{arch}-{version}.zip`, { amd64: 'x86_64' }, { version: AWS }),
    },
  };
  return {
    url, requests, versions: `${JSON.stringify(versions, null, 2)}\n`, goVersion: go.version, goIsReal: go.isReal, nodeVersion: process.versions.node,
    close: () => new Promise((closed) => (server.close(() => closed()), server.closeAllConnections())),
  };
}
