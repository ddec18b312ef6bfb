// nx run images:pin: writes the sums and digests that versions.json lacks, each from its vendor's own list, and only
// after the file itself was downloaded and agrees with the list. What fails stays unpinned; the rest is written.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { fetchPackage } from './npm.mjs';
import { checkSignature } from './pgp.mjs';
import { expand, fileOf, parseVersions, versionsFile } from './versions.mjs';

/** The pinned copy of `versions`, and a sentence for each entry that could not be pinned. `fetch` as in Node; `env` is npm's. */
export async function pinVersions(versions, { fetch, env }) {
  const pinned = structuredClone(versions);
  const problems = [];
  for (const base of Object.values(pinned.bases)) {
    if (base.digest !== null) continue;
    await attempt(problems, `${base.image}:${base.tag}`, async () => { base.digest = await digestOf(base, fetch); });
  }
  for (const [name, tool] of Object.entries(pinned.tools)) {
    const chosen = tool.version !== null || await attempt(problems, name, async () => { tool.version = await newestOf(tool, fetch); });
    for (const arch of chosen ? Object.keys(tool.files) : []) {
      if (isPinned(pinned, name, arch)) continue;
      await attempt(problems, `${name} for ${arch}`, async () => { tool.files[arch] = await fetchFile(tool, arch, { fetch, env }); });
    }
  }
  return { pinned, problems };
}

function isPinned(versions, name, arch) {
  try {
    return fileOf(versions, name, arch) !== undefined;
  } catch {
    return false;
  }
}

async function attempt(problems, what, work) {
  try {
    await work();
    return true;
  } catch (error) {
    problems.push(`${what}: ${error.message}${error.cause ? ` (${error.cause.message})` : ''}`);
    return false;
  }
}

async function get(url, fetch, init) {
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response;
}

async function newestOf(tool, fetch) {
  const releases = await (await get(tool.releases ?? tool.list.url, fetch)).json();
  const versions = releases.map(({ version }) => version.replace(/^(go|v)/, '')).filter((version) => version.startsWith(`${tool.series}.`) && /^[\d.]+$/.test(version));
  if (versions.length === 0) throw new Error(`no release of ${tool.series} in ${tool.releases ?? tool.list.url}`);
  return versions.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))[0];
}

async function fetchFile(tool, arch, { fetch, env }) {
  const url = expand(tool.url, tool, arch);
  const folder = mkdtempSync(join(tmpdir(), 'tinqs-pin-'));
  try {
    const { file, algorithm, sum, list } = tool.list.kind === 'npm' ? await fetchPackage(url, folder, env) : await fetchListed(tool, arch, { url, folder, fetch });
    const hash = createHash(algorithm);
    for await (const chunk of createReadStream(file)) hash.update(chunk);
    const actual = hash.digest('hex');
    if (tool.list.kind !== 'pgp' && actual !== sum) throw new Error(`${url} has the ${algorithm} ${actual}, its list ${list} says ${sum}`);
    return { url, [algorithm]: actual };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The file beside the sum that its list gives; a signed file has none, its signature is checked instead. */
async function fetchListed(tool, arch, { url, folder, fetch }) {
  const list = expand(tool.list.url, tool, arch);
  const isSigned = tool.list.kind === 'pgp';
  const expected = isSigned ? { algorithm: 'sha256' } : await listed(tool.list.kind, list, url.split('/').at(-1), fetch);
  const file = join(folder, 'file');
  await pipeline(Readable.fromWeb((await get(url, fetch)).body), createWriteStream(file));
  if (isSigned) await checkSigned(tool.list, { file, url, listUrl: list }, fetch);
  return { ...expected, file, list };
}

async function checkSigned({ key, fingerprint }, { file, url, listUrl }, fetch) {
  const bytes = async (from) => Buffer.from(await (await get(from, fetch)).arrayBuffer());
  try {
    checkSignature({ file, signature: await bytes(listUrl), key: await bytes(key), fingerprint });
  } catch (error) {
    throw new Error(`${url} ${error.message}`, { cause: error });
  }
}

async function listed(kind, listUrl, file, fetch) {
  const answer = await get(listUrl, fetch);
  if (kind === 'go') {
    const entry = (await answer.json()).flatMap(({ files }) => files).find(({ filename }) => filename === file);
    if (!/^[0-9a-f]{64}$/.test(entry?.sha256 ?? '')) throw new Error(`${file} is not in ${listUrl}`);
    return { algorithm: 'sha256', sum: entry.sha256 };
  }
  const line = (await answer.text()).split('\n').map((each) => each.trim().split(/\s+\*?/)).find(([, name]) => name === file);
  if (line === undefined || !/^[0-9a-f]+$/.test(line[0])) throw new Error(`${file} is not in ${listUrl}`);
  return { algorithm: kind, sum: line[0] };
}

/** The digest is that of the manifest's own bytes; the registry's header must agree. */
async function digestOf({ image, tag }, fetch) {
  const [host, ...path] = image.split('/');
  const origin = host === 'docker.io' ? 'https://registry-1.docker.io' : `${host.startsWith('127.') ? 'http' : 'https'}://${host}`;
  const url = `${origin}/v2/${path.join('/')}/manifests/${tag}`;
  const headers = { accept: 'application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json' };
  let response = await fetch(url, { headers });
  if (response.status === 401) {
    const parts = Object.fromEntries([...(response.headers.get('www-authenticate') ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]));
    const { token } = await (await get(`${parts.realm}?service=${encodeURIComponent(parts.service)}&scope=${encodeURIComponent(parts.scope)}`, fetch)).json();
    response = await fetch(url, { headers: { ...headers, authorization: `Bearer ${token}` } });
  }
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const digest = `sha256:${createHash('sha256').update(Buffer.from(await response.arrayBuffer())).digest('hex')}`;
  const claimed = response.headers.get('docker-content-digest');
  if (claimed !== digest) throw new Error(`${url} claims the digest ${claimed}, its bytes have ${digest}`);
  return digest;
}

/** What `after` has pinned that `before` had not, a line each, and what is to be done with it. */
export function reportPins(before, after) {
  const news = [
    ...Object.entries(after.bases).filter(([name, { digest }]) => digest !== before.bases[name].digest).map(([, { image, tag, digest }]) => `${image}:${tag} ${digest}`),
    ...Object.entries(after.tools).flatMap(([name, { version, files }]) => Object.entries(files).filter(([arch, file]) => file !== null && JSON.stringify(file) !== JSON.stringify(before.tools[name].files[arch])).map(([arch]) => `${name} ${version} for ${arch}`)),
  ];
  return news.length === 0 ? ['nothing new was pinned'] : [...news.map((each) => `pinned: ${each}`), 'next: npx nx run actions:generate, then commit images/versions.json and actions/'];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const versions = parseVersions(readFileSync(versionsFile, 'utf8'));
  const { pinned, problems } = await pinVersions(versions, { fetch, env: process.env });
  writeFileSync(`${versionsFile}.new`, `${JSON.stringify(pinned, null, 2)}\n`);
  renameSync(`${versionsFile}.new`, versionsFile);
  for (const line of reportPins(versions, pinned)) console.log(line);
  for (const problem of problems) console.error(`not pinned: ${problem}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
