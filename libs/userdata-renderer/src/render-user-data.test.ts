import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blocksOf, exampleSettings } from './rendered-script.js';
import { maskUserData, renderUserData } from './render-user-data.js';

const supervise = readFileSync(new URL('supervise.sh', import.meta.url), 'utf8');

const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 });
const nasty = fc.constantFrom('"; touch /canary; "', "'$(touch /canary)'", '`touch /canary`', '$&$1$$', '@@TOKEN@@', 'a\nSECRET\ntouch /canary\n', '\n@@JOB@@\n', '../../x', '\u0000', '🧨"\\\r\n');
const anyText = fc.oneof(text, nasty);

describe('renderUserData', () => {
  it.each([
    ['a class in host mode', 'host.sh', {}],
    ['an image class with everything switched on', 'image.sh', { environment: { mode: 'image', image: 'registry.example.com:5000/ci/node:22' }, sudo: true, singleShotClaim: true, metadataWall: false, gitToken: 'read-only', gitHosts: ['git.example.com', 'example.com:8443'] }],
  ] as const)('renders the known bytes for %s', async (_title, file, changes) => {
    const script = renderUserData({ ...exampleSettings, ...changes });
    expect(script.split(supervise), 'supervise.sh, byte for byte and once').toHaveLength(2);
    await expect(script.replace(supervise, '# supervise.sh\n')).toMatchFileSnapshot(`../testdata/${file}`);
  });

  it('gives the same bytes for the same settings', () => {
    expect(renderUserData(structuredClone(exampleSettings))).toBe(renderUserData(exampleSettings));
  });

  it('carries any text literally into the files of the runner', () => {
    fc.assert(
      fc.property(fc.record({ uuid: anyText, name: anyText, token: anyText }), (strings) => {
        const blocks = blocksOf(renderUserData({ ...exampleSettings, credential: { ...exampleSettings.credential, ...strings } }));

        expect(JSON.parse(blocks['/var/lib/ci/.runner'] ?? '')).toMatchObject(strings);
      }),
    );
  });

  it('changes nothing but base64 lines and numbers, whatever the settings say', () => {
    const shell = (script: string) => script.replace(/(<<'(B64|SECRET)'[^\n]*\n)[^]*?\n\2\n/g, '$1');
    const known = shell(renderUserData(exampleSettings));
    fc.assert(
      fc.property(fc.record({ uuid: anyText, name: anyText, token: anyText }), fc.webUrl(), fc.integer({ min: 1, max: 2 ** 40 }), (strings, giteaUrl, id) => {
        expect(shell(renderUserData({ ...exampleSettings, giteaUrl, credential: { ...exampleSettings.credential, ...strings, id } }))).toBe(known);
      }),
    );
  });

  it('gives jobs no credential for git unless there is a token', () => {
    const without = blocksOf(renderUserData({ ...exampleSettings, gitHosts: ['git.example.com'] }));
    const withToken = blocksOf(renderUserData({ ...exampleSettings, gitHosts: ['git.example.com', 'example.com:8443'], gitToken: 'read-only' }));

    expect([without['/run/ci/git-cred'], without['/run/ci/git-config']]).toEqual(['', '']);
    expect(withToken['/run/ci/git-cred']).toBe('username=oauth2\npassword=read-only\n');
    expect(withToken['/run/ci/git-config']?.match(/\[credential "(.*)"\]/g)).toEqual(['[credential "https://git.example.com"]', '[credential "https://example.com:8443"]']);
  });

  it('gives git the token over https wherever Gitea is called without it: the address it shows may have it', () => {
    const { '/run/ci/git-config': config } = blocksOf(renderUserData({ ...exampleSettings, giteaUrl: 'http://gitea.internal:3000', gitHosts: ['gitea.internal:3000', 'git.example.com'], gitToken: 'read-only' }));

    expect(config?.match(/\[credential "(.*)"\]/g)).toEqual(['http://gitea.internal:3000', 'https://gitea.internal:3000', 'http://git.example.com', 'https://git.example.com'].map((address) => `[credential "${address}"]`));
  });

  it('stays under the 16 KiB of EC2 with the largest settings a class may have', () => {
    // Nothing of it repeats: compression must not flatter.
    const [seed] = fc.sample(fc.stringMatching(/^[a-z0-9]{8000}$/), { seed: 1, numRuns: 1 });
    let taken = 0;
    const long = (length: number) => seed!.slice(taken, (taken += length));
    const largest = renderUserData({
      ...exampleSettings,
      credential: { id: Number.MAX_SAFE_INTEGER, uuid: long(36), name: long(128), token: long(256), labels: Array.from({ length: 20 }, (_, index) => `${long(60)}${index}`) },
      giteaUrl: `https://${long(60)}.example.com/${long(200)}`,
      environment: { mode: 'image', image: long(254) },
      gitHosts: Array.from({ length: 10 }, (_, index) => `${long(50)}${index}.example.com`),
      gitToken: long(256),
    });

    expect(gzipSync(largest).length).toBeLessThan(16_384);
    expect(renderUserData(exampleSettings).length, 'an ordinary script fits without compression').toBeLessThan(16_384);
  });
});

describe('maskUserData', () => {
  it('leaves no part of a secret in any form', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zA-Z0-9]{24,64}$/), fc.stringMatching(/^[a-zA-Z0-9]{24,64}$/), (token, gitToken) => {
        const masked = maskUserData(renderUserData({ ...exampleSettings, gitHosts: ['git.example.com'], credential: { ...exampleSettings.credential, token }, gitToken }));

        for (const secret of [token, gitToken]) {
          expect(masked).not.toContain(secret);
          expect(Object.values(blocksOf(masked)).join('\n')).not.toContain(secret);
        }
      }),
    );
  });

  it('keeps everything that is no secret', () => {
    const masked = maskUserData(renderUserData(exampleSettings));

    expect(masked).toContain('supervise');
    expect(blocksOf(masked)['/var/lib/ci/config.yaml']).toContain('fetch_timeout');
    expect(masked.match(/\(hidden\)/g)).toHaveLength(2);
  });
});
