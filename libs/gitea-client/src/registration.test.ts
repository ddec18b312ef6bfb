import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createGiteaClient } from './client.js';
import { registerRunner, type NewRunner } from './registration.js';
import type { Scope } from './scope.js';
import { recordedAnswer, recordedVersions, replayFetch, type RecordedAnswer } from './testing.js';

const scope: Scope = { kind: 'repository', repository: { fullName: 'acme/app' } };
const runner: NewRunner = { name: 'live-ephemeral', labels: ['go', 'linux'], scope, ephemeral: true, version: 'dispatcher/1' };
const tokenPath = '/api/v1/repos/acme/app/actions/runners/registration-token';

const tokenOf = (token: string): RecordedAnswer => ({ ...recordedAnswer('api', '1.27', 'registration-token-repo-post'), request: { method: 'POST', path: tokenPath }, body: { token } });
const registered = (version: string, name: string) => recordedAnswer('runner', version, name);
const deleted = (id: number): RecordedAnswer => ({ ...recordedAnswer('api', '1.27', 'runner-repo-delete'), request: { method: 'DELETE', path: `/api/v1/repos/acme/app/actions/runners/${id}` } });

function register(recordings: readonly RecordedAnswer[], change: Partial<NewRunner> = {}) {
  const { fetch, calls } = replayFetch(recordings);
  return { answer: registerRunner(createGiteaClient({ url: 'http://gitea.example', token: 'api-token', fetch }), { ...runner, ...change }), calls };
}

describe('registerRunner', () => {
  it.each(recordedVersions)('registers on %s exactly as recorded', async (version) => {
    const recording = registered(version, 'register-ephemeral');
    const sent = (recording.body as { runner: { id: string; uuid: string; token: string } }).runner;
    const { answer, calls } = register([tokenOf('<registration token>'), recording]);
    const credential = await answer;

    expect(credential).toMatchObject({ kind: 'registered', id: Number(sent.id), uuid: sent.uuid, name: 'live-ephemeral', labels: ['go', 'linux'] });
    expect(credential.kind === 'registered' && credential.token.reveal()).toBe(sent.token);
    expect(calls[1]).toMatchObject({ path: recording.request.path, body: recording.request.body, headers: { 'content-type': 'application/json', 'connect-protocol-version': '1' } });
    expect(calls[1]?.headers['authorization'], 'the API token has no business in the runner protocol').toBeUndefined();
  });

  it.each(recordedVersions)('takes names and labels of %s as the server kept them', async (version) => {
    for (const name of ['register-long-name', 'register-label-schema', 'register-unknown-field']) {
      const recording = registered(version, name);
      const sent = (recording.body as { runner: { name: string; labels: string[]; ephemeral?: boolean } }).runner;

      expect(await register([recording], { registrationToken: 'own' }).answer).toMatchObject({ kind: 'registered', name: sent.name, labels: sent.labels });
    }
  });

  it.each(recordedVersions)('refuses the permanent runner of %s, and deletes it', async (version) => {
    const recording = registered(version, 'register-permanent');
    const { answer, calls } = register([tokenOf('t'), recording, deleted(2)]);

    expect(await answer).toMatchObject({ kind: 'refused', code: 'not-ephemeral', leftRunnerId: null, sentence: 'Gitea registered a permanent runner instead of one for a single job, which was deleted again' });
    expect(calls.at(-1)).toMatchObject({ method: 'DELETE', path: '/api/v1/repos/acme/app/actions/runners/2' });
  });

  it('names the permanent runner that could not be deleted', async () => {
    const broken = { ...deleted(2), status: 500, body: { message: '' } };

    expect(await register([tokenOf('t'), registered('1.25', 'register-permanent'), broken]).answer).toMatchObject({ code: 'not-ephemeral', leftRunnerId: 2 });
  });

  it('asks for a fresh token once when the one it knew was reset', async () => {
    const { answer, calls } = register([tokenOf('old'), tokenOf('new'), registered('1.27', 'register-bad-token'), registered('1.27', 'register-ephemeral')]);

    expect(await answer).toMatchObject({ kind: 'registered' });
    expect(calls.map(({ path, body }) => [path, (body as { token?: string } | undefined)?.token])).toEqual([
      [tokenPath, undefined],
      [registered('1.27', 'register-ephemeral').request.path, 'old'],
      [tokenPath, undefined],
      [registered('1.27', 'register-ephemeral').request.path, 'new'],
    ]);
  });

  it.each(recordedVersions)('says so where %s refuses the fresh token as well', async (version) => {
    const { answer, calls } = register([tokenOf('old'), registered(version, 'register-bad-token')]);

    expect(await answer).toMatchObject({ kind: 'refused', code: 'token-refused', sentence: 'Gitea refused the registration token: runner registration token not found' });
    expect(calls).toHaveLength(4);
  });

  it.each(recordedVersions)('does not look for another token where one was given to it, on %s', async (version) => {
    const { answer, calls } = register([registered(version, 'register-api-token')], { registrationToken: 'an API token by mistake' });

    expect(await answer).toMatchObject({ code: 'token-refused' });
    expect(calls).toHaveLength(1);
  });

  it.each([
    ['has been invalidated', 'runner registration token has been invalidated, please use the latest one', 'token-refused'],
    ['belonged to somebody who is gone', 'owner of the token not found', 'scope-gone'],
    ['belonged to a repository that is gone', 'repository of the token not found', 'scope-gone'],
  ])('refuses a token that %s', async (_, message, code) => {
    const recording = { ...registered('1.27', 'register-bad-token'), body: { code: 'unknown', message } };

    expect(await register([recording], { registrationToken: 'own' }).answer).toMatchObject({ kind: 'refused', code });
  });

  it.each([
    ['an unknown 500', { ...registered('1.27', 'register-bad-token'), body: { code: 'unknown', message: 'database is locked' } }, 'server'],
    ['a missing name', registered('1.27', 'register-no-name'), 'server'],
    ['a page of a proxy', { ...registered('1.27', 'register-ephemeral'), body: '<html>welcome</html>' }, 'unexpected-answer'],
    ['an answer without a runner', { ...registered('1.27', 'register-ephemeral'), body: {} }, 'unexpected-answer'],
    ['an id that is no number', { ...registered('1.27', 'register-ephemeral'), body: { runner: { id: 'x', uuid: 'u', token: 't', name: 'n', ephemeral: true } } }, 'unexpected-answer'],
  ])('throws after %s: the runner may exist', async (_, recording, kind) => {
    await expect(register([recording], { registrationToken: 'own' }).answer).rejects.toMatchObject({ name: 'GiteaError', kind });
  });

  it('throws where the answer was lost', async () => {
    await expect(register([], { registrationToken: 'own' }).answer).rejects.toMatchObject({ kind: 'unreachable' });
  });

  it('never shows a credential or a token, printed, logged or in an error', async () => {
    const credential = await register([registered('1.27', 'register-ephemeral')], { registrationToken: 'registration-t0ken' }).answer;
    const echoed = { ...registered('1.27', 'register-bad-token'), body: { code: 'unknown', message: 'no such token: registration-t0ken' } };
    const error: unknown = await register([echoed], { registrationToken: 'registration-t0ken' }).answer.catch((thrown: unknown) => thrown);
    const secret = (registered('1.27', 'register-ephemeral').body as { runner: { token: string } }).runner.token;

    for (const shown of [inspect(credential, { depth: 9, showHidden: true }), JSON.stringify(credential), JSON.stringify(structuredClone(JSON.parse(JSON.stringify(credential)))), inspect(error, { depth: 9 })]) {
      expect(shown).not.toContain(secret);
      expect(shown).not.toContain('registration-t0ken');
    }
    expect(inspect(error)).toContain('no such token: [secret]');
  });
});
