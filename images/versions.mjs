// The one list of what images, actions and the AMI download. A sum stands beside the URL it was fetched for, so that a
// version edited by hand is unpinned until `nx run images:pin` has run.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const versionsFile = fileURLToPath(new URL('versions.json', import.meta.url));
const PIN = 'run "npx nx run images:pin"';

export const SUM_LENGTHS = { sha256: 64, sha512: 128 };

export class NotPinned extends Error {
  name = 'NotPinned';
}

/** Throws an error that names every entry that does not have the expected shape. */
export function parseVersions(text) {
  const { bases = {}, tools = {} } = JSON.parse(text);
  const problems = [];
  for (const [name, base] of Object.entries(bases)) {
    if (!/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+$/.test(base.image)) problems.push(`bases.${name}.image: expected host/repository, got ${JSON.stringify(base.image)}`);
    if (!/^[\w][\w.-]*$/.test(base.tag) || base.tag === 'latest') problems.push(`bases.${name}.tag: expected a tag other than latest, got ${JSON.stringify(base.tag)}`);
    if (base.digest !== null && !/^sha256:[0-9a-f]{64}$/.test(base.digest)) problems.push(`bases.${name}.digest: expected sha256:<64 hex> or null, got ${JSON.stringify(base.digest)}`);
  }
  for (const [name, tool] of Object.entries(tools)) {
    if (tool.version !== null && !/^\d+(\.\d+)+(-[a-z0-9.]+)?$/.test(tool.version)) problems.push(`tools.${name}.version: expected one exact version or null, got ${JSON.stringify(tool.version)}`);
    if (tool.version === null && tool.series === undefined) problems.push(`tools.${name}: expected a version, or a series to take the newest of`);
    if (tool.list?.kind === 'pgp' && !(/^[0-9A-F]{40}$/.test(tool.list.fingerprint ?? '') && typeof tool.list.key === 'string')) problems.push(`tools.${name}.list: expected the address of a key and its fingerprint of 40 capital hex digits`);
    if ((tool.list?.kind === 'npm') !== /^npm:[^@]+@\{version\}$/.test(tool.url)) problems.push(`tools.${name}.url: expected npm:<name>@{version} beside a list of the kind npm, and an address beside any other`);
    for (const arch of Object.keys(tool.arch)) if (!(arch in tool.files)) problems.push(`tools.${name}.files.${arch}: missing; write null, then ${PIN}`);
    for (const [arch, file] of Object.entries(tool.files)) {
      const sums = file === null ? [] : Object.entries(SUM_LENGTHS).filter(([kind, length]) => new RegExp(`^[0-9a-f]{${length}}$`).test(file[kind] ?? ''));
      if (file !== null && (typeof file.url !== 'string' || sums.length !== 1)) problems.push(`tools.${name}.files.${arch}: expected null, or a url with one sha256 or sha512 in hex`);
    }
  }
  if (problems.length > 0) throw new Error(`images/versions.json:\n  ${problems.join('\n  ')}`);
  return { bases, tools };
}

export const readVersions = (file = versionsFile) => parseVersions(readFileSync(file, 'utf8'));

/** The template of a tool's URL or list for one architecture (`amd64`, `arm64`, `any`). */
export function expand(template, tool, arch) {
  return template.replaceAll('{version}', tool.version).replaceAll('{arch}', tool.arch[arch]);
}

/** `{ version, url, algorithm, sum }` of one file; throws NotPinned. */
export function fileOf({ tools }, name, arch) {
  const tool = tools[name];
  if (tool === undefined || !(arch in tool.files)) throw new Error(`images/versions.json has no ${name} for ${arch}`);
  const file = tool.files[arch];
  if (tool.version === null || file === null) throw new NotPinned(`${name} for ${arch} is not pinned yet: ${PIN}`);
  if (file.url !== expand(tool.url, tool, arch)) throw new NotPinned(`${name} for ${arch} is pinned for ${file.url}, not for ${tool.version}: ${PIN}`);
  const algorithm = 'sha256' in file ? 'sha256' : 'sha512';
  return { version: tool.version, url: file.url, algorithm, sum: file[algorithm] };
}

/** `image:tag@digest`; throws NotPinned. */
export function baseOf({ bases }, name) {
  const base = bases[name];
  if (base === undefined) throw new Error(`images/versions.json has no base ${name}`);
  if (base.digest === null) throw new NotPinned(`the base image ${base.image}:${base.tag} is not pinned yet: ${PIN}`);
  return `${base.image}:${base.tag}@${base.digest}`;
}
