import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readServerVersion } from './server-version.js';
import { recordedAnswer, recordedVersions } from './testing.js';

describe('readServerVersion', () => {
  it.each(recordedVersions)('knows the recorded %s', (version) => {
    const { version: said } = recordedAnswer('api', version, 'version').body as { version: string };

    expect(readServerVersion(said)).toMatchObject({ kind: 'supported', version: said, family: version, newer: false, ephemeral: true });
  });

  it.each([
    ['1.24.7', { jobsApi: false, rerunApi: false, newIdPerAttempt: false, singleShotClaim: true, callerRows: false }],
    ['1.25.4', { jobsApi: true, rerunApi: false, newIdPerAttempt: false, singleShotClaim: true, callerRows: false }],
    ['1.26.4', { jobsApi: true, rerunApi: true, newIdPerAttempt: false, singleShotClaim: true, callerRows: false }],
    ['1.27.0', { jobsApi: true, rerunApi: true, newIdPerAttempt: true, singleShotClaim: false, callerRows: true }],
  ])('says what %s can do', (version, expected) => {
    expect(readServerVersion(version)).toMatchObject(expected);
  });

  it.each([
    ['1.26.0+dev-123-gabcdef', '1.26', false, 'a development build'],
    ['1.27.0-rc0', '1.27', false, 'a release candidate'],
    ['v1.25.4', '1.25', false, 'a tag’s name'],
    ['1.25', '1.25', false, 'without a patch number'],
    ['1.28.0', '1.27', true, 'newer: as the newest known'],
    ['1.99.3', '1.27', true, 'much newer'],
    ['2.0.0', '1.27', true, 'the next major'],
  ])('reads %s as %s', (version, family, newer) => {
    expect(readServerVersion(version)).toMatchObject({ kind: 'supported', version, family, newer });
  });

  it.each([
    ['1.23.8', 'too-old', 'Gitea 1.23.8 ignores "ephemeral" at registration: its runners would outlive their job'],
    ['1.9.0', 'too-old', 'Gitea 1.9.0 ignores "ephemeral" at registration: its runners would outlive their job'],
    ['0.9.99', 'too-old', 'Gitea 0.9.99 ignores "ephemeral" at registration: its runners would outlive their job'],
    ['11.0.1+gitea-1.22.0', 'other-server', 'the server is Forgejo 11.0.1+gitea-1.22.0, not Gitea'],
    ['development', 'unknown-version', 'the server says version "development", which is no Gitea version'],
    ['', 'unknown-version', 'the server says version "", which is no Gitea version'],
    ['1', 'unknown-version', 'the server says version "1", which is no Gitea version'],
  ])('refuses %j: %s', (version, code, sentence) => {
    expect(readServerVersion(version)).toMatchObject({ kind: 'refused', code, sentence });
  });

  it('judges every version by its number, without gaps', () => {
    fc.assert(
      fc.property(fc.nat(3), fc.nat(120), fc.nat(30), (major, minor, patch) => {
        const read = readServerVersion(`${major}.${minor}.${patch}`);

        expect(read.kind).toBe(major > 1 || (major === 1 && minor >= 24) ? 'supported' : 'refused');
      }),
    );
  });

  it('answers whatever a server says', () => {
    fc.assert(fc.property(fc.string(), (version) => readServerVersion(version).version.length <= 61));
  });
});
