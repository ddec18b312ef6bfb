import { describe, expect, it } from 'vitest';
import { NotPinned, baseOf, fileOf, parseVersions, readVersions } from './versions.mjs';

const sum = 'ab'.repeat(32);
const tool = (over = {}) => ({ version: '1.2.3', url: 'https://example.org/t-{version}-{arch}', arch: { amd64: 'x64' }, files: { amd64: { url: 'https://example.org/t-1.2.3-x64', sha256: sum } }, ...over });

describe('the versions file', () => {
  it('has the shape that its readers expect', () => {
    const { bases, tools } = readVersions();
    expect(Object.keys(bases)).toEqual(['alpine', 'debian', 'node', 'docker']);
    expect(Object.keys(tools)).toContain('runner');
  });

  it.each([
    ['an entry without a sum', tool({ files: { amd64: null } })],
    ['a version that is not chosen yet', tool({ version: null, series: '1.2' })],
    ['a version edited by hand, its sum that of another file', tool({ version: '1.2.4' })],
  ])('gives nothing for %s and names the command', (_, entry) => {
    const read = () => fileOf({ tools: { t: entry } }, 't', 'amd64');
    expect(read).toThrow(NotPinned);
    expect(read).toThrow('npx nx run images:pin');
  });

  it('gives a pinned file with its sum', () => {
    expect(fileOf({ tools: { t: tool() } }, 't', 'amd64')).toEqual({ version: '1.2.3', url: 'https://example.org/t-1.2.3-x64', algorithm: 'sha256', sum });
  });

  it('gives no base without a digest', () => {
    const base = { image: 'docker.io/library/alpine', tag: '3.22', digest: null };
    expect(() => baseOf({ bases: { alpine: base } }, 'alpine')).toThrow('npx nx run images:pin');
    expect(baseOf({ bases: { alpine: { ...base, digest: `sha256:${sum}` } } }, 'alpine')).toBe(`docker.io/library/alpine:3.22@sha256:${sum}`);
  });

  it.each([
    ['a moving tag', { bases: { a: { image: 'docker.io/library/a', tag: 'latest', digest: null } } }, 'latest'],
    ['a short digest', { bases: { a: { image: 'docker.io/library/a', tag: '1', digest: 'sha256:ab' } } }, 'digest'],
    ['a range instead of a version', { tools: { t: tool({ version: '^1.2' }) } }, 'one exact version'],
    ['neither version nor series', { tools: { t: tool({ version: null }) } }, 'a series'],
    ['a sum of the wrong length', { tools: { t: tool({ files: { amd64: { url: 'https://example.org', sha256: 'ab' } } }) } }, 'in hex'],
    ['a signed file without the fingerprint of its key', { tools: { t: tool({ list: { kind: 'pgp', url: 'https://example.org/s', key: 'https://example.org/k', fingerprint: 'abcd' } }) } }, 'fingerprint'],
    ['an address beside a list of npm', { tools: { t: tool({ list: { kind: 'npm' } }) } }, 'npm:<name>@{version}'],
    ['a package beside another list', { tools: { t: tool({ url: 'npm:t@{version}', list: { kind: 'sha256', url: 'https://example.org' } }) } }, 'npm:<name>@{version}'],
    ['an architecture without a file', { tools: { t: tool({ files: {} }) } }, 'files.amd64'],
  ])('refuses %s', (_, text, message) => {
    expect(() => parseVersions(JSON.stringify(text))).toThrow(message);
  });
});
