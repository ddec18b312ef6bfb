import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createGiteaClient, type GiteaClientOptions } from './client.js';
import type { FetchInit } from './connection.js';
import { GiteaError, isGiteaError } from './errors.js';
import { recordedAnswer, recordedVersions, replayFetch } from './testing.js';

const token = 'pat-0123456789abcdef';

interface Answer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

function server(answers: readonly Answer[], options: Partial<GiteaClientOptions> = {}) {
  const asked: { url: string; init: FetchInit }[] = [];
  const client = createGiteaClient({
    url: 'https://git.example',
    token,
    ...options,
    fetch: async (url, init) => {
      const { status = 200, headers = {}, body = '{"version":"1.27.0"}' } = answers[Math.min(asked.length, answers.length - 1)] ?? {};
      asked.push({ url, init });
      return { status, headers: { get: (name) => headers[name] ?? null }, text: async () => body };
    },
  });
  return { client, asked };
}

const failure = async (work: Promise<unknown>): Promise<GiteaError> => {
  const error: unknown = await work.then(() => undefined, (thrown: unknown) => thrown);
  if (!isGiteaError(error)) throw new Error(`expected a GiteaError, got ${inspect(error)}`);
  return error;
};

describe('a call', () => {
  it.each([
    ['https://git.example', 'https://git.example/api/v1/version'],
    ['https://git.example/', 'https://git.example/api/v1/version'],
    ['https://git.example:8443/forge', 'https://git.example:8443/forge/api/v1/version'],
    ['http://127.0.0.1:3000/a/b///', 'http://127.0.0.1:3000/a/b/api/v1/version'],
  ])('goes from %s to %s', async (url, expected) => {
    const { client, asked } = server([{}], { url });

    expect(await client.version()).toBe('1.27.0');
    expect(asked.map((one) => one.url)).toEqual([expected]);
  });

  it.each([
    ['git.example', 'the address of Gitea: expected http://… or https://…'],
    ['ftp://git.example', 'the address of Gitea: expected http://… or https://…'],
    ['https://user:hunter2@git.example', 'the address of Gitea: expected no user name and password in it; use the token'],
    ['https://git.example/?a=b', 'the address of Gitea: expected nothing behind its path'],
    ['', 'the address of Gitea: expected http://… or https://…'],
  ])('is not even made to %j', (url, message) => {
    expect(() => createGiteaClient({ url })).toThrow(new TypeError(message));
  });

  it('carries the token in the header alone', async () => {
    const { client, asked } = server([{}]);
    await client.version();

    expect(asked[0]?.init).toMatchObject({ method: 'GET', redirect: 'manual', headers: { authorization: `token ${token}` } });
    expect(asked[0]?.url).not.toContain(token);
  });

  it('asks for the token each time, so that a rotated one is picked up', async () => {
    const tokens = ['first-token', 'second-token'];
    const { client, asked } = server([{}], { token: async () => tokens[asked.length] ?? '' });
    await client.version();
    await client.version();

    expect(asked.map(({ init }) => init.headers['authorization'])).toEqual(['token first-token', 'token second-token']);
  });

  it('is made without a token where there is none', async () => {
    const { client, asked } = server([{}], { token: '' });
    await client.version();

    expect(asked[0]?.init.headers).toEqual({ accept: 'application/json' });
  });

  it('refuses a token with a line break before an HTTP client can quote it', async () => {
    const { client, asked } = server([{}], { token: `${token}\n` });
    const error = await client.version().then(() => undefined, (thrown: unknown) => thrown);

    expect(String(error)).toBe('TypeError: the Gitea token: expected printable characters only, found others (a line break at its end?)');
    expect(asked).toEqual([]);
  });

  it('encodes every name in a path', async () => {
    const { client, asked } = server([{ body: '{"id":1,"full_name":"a/b","name":"b","owner":{"id":1,"login":"a"}}' }]);
    await client.repositoryByPath('ä?#/b%2F..');

    expect(asked[0]?.url).toBe('https://git.example/api/v1/repos/%C3%A4%3F%23/b%252F..');
  });

  it.each(['', 'acme', 'a/b/c', '/b', 'a/'])('refuses %j as the name of a repository', async (name) => {
    await expect(async () => server([{}]).client.repositoryByPath(name)).rejects.toThrow('the name of a repository: expected owner/name');
  });
});

describe('an error', () => {
  it.each([
    [400, 'refused'],
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [405, 'not-found'],
    [409, 'refused'],
    [413, 'refused'],
    [422, 'refused'],
    [429, 'rate-limited'],
    [500, 'server'],
    [502, 'server'],
    [503, 'server'],
  ] as const)('of %i is of kind %s', async (status, kind) => {
    expect(await failure(server([{ status, body: '{"message":"why","url":"https://git.example/api/swagger"}' }]).client.version())).toMatchObject({ kind, status, method: 'GET', path: '/api/v1/version', sentence: 'why', message: `GET /api/v1/version: ${status}, why` });
  });

  it.each([
    ['Gitea’s message', '{"message":"not found","url":"x"}', 'not found'],
    ['the more telling list beside it', '{"message":"not found","errors":["job not started"]}', 'not found: job not started'],
    ['a list of null', '{"message":"m","errors":null}', 'm'],
    ['a body of null', 'null', 'no explanation'],
    ['no body', '', 'no explanation'],
    ['a proxy’s page as one line', '<html>\n<h1>Bad\tGateway</h1>\n</html>', 'Bad Gateway'],
    ['a line break inside a message', '{"message":"a\\nb\\u001b[2Jc"}', 'a b [2Jc'],
    ['three hundred characters of an endless one', JSON.stringify({ message: 'x'.repeat(5000) }), 'x'.repeat(300)],
  ])('shows %s', async (_, body, sentence) => {
    expect((await failure(server([{ status: 404, body }]).client.version())).sentence).toBe(sentence);
  });

  it.each(recordedVersions)('tells on %s a missing thing, a missing right and a bad token', async (version) => {
    const recorded = (name: string) => {
      const recording = recordedAnswer('api', version, name);
      return createGiteaClient({ url: 'http://gitea.example', token, fetch: replayFetch([recording]).fetch }).call({ method: 'GET', path: new URL(recording.request.path, 'http://x').pathname });
    };

    expect(await failure(recorded('bad-token'))).toMatchObject({ kind: 'unauthorized' });
    expect(await failure(recorded('scope-missing'))).toMatchObject({ kind: 'forbidden', sentence: expect.stringContaining('required scope') });
    expect(await failure(recorded('private-anonymous'))).toMatchObject({ kind: 'not-found', noSuchRoute: false });
  });

  it.each([
    ['nginx without its server block', '<html><head><title>404 Not Found</title></head><body><center><h1>404 Not Found</h1></center><hr><center>nginx/1.27.0</center></body></html>'],
    ['an ingress without its backend', 'default backend - 404'],
    ['a gateway without a route, in JSON', '{"message":"no Route matched with those values"}'],
    ['a load balancer', ''],
    ['another one', '{"error":"no such route"}'],
  ])('tells a thing that is missing from a proxy that has lost Gitea: %s', async (_, body) => {
    expect(await failure(server([{ status: 404, body }]).client.version())).toMatchObject({ kind: 'unexpected-answer', status: 404, noSuchRoute: false });
  });

  it('tells a call that the server does not have from a thing that is missing', async () => {
    expect(await failure(server([{ status: 404, body: '404 page not found\n' }]).client.version())).toMatchObject({ kind: 'not-found', noSuchRoute: true });
    expect(await failure(server([{ status: 405, body: '' }]).client.version())).toMatchObject({ kind: 'not-found', noSuchRoute: true });
    expect(await failure(server([{ status: 404, body: '{"message":"404 page not found"}' }]).client.version())).toMatchObject({ noSuchRoute: false });
  });

  it.each([
    ['7', 7],
    [' 30 ', 30],
    ['Wed, 21 Oct 2026 07:28:30 GMT', 30],
    ['Wed, 21 Oct 2026 07:00:00 GMT', 0],
    ['soon', null],
    ['-1', null],
    [undefined, null],
  ])('reads Retry-After %j as %j seconds', async (value, seconds) => {
    const headers: Record<string, string> = { date: 'Wed, 21 Oct 2026 07:28:00 GMT', ...(value === undefined ? {} : { 'retry-after': value }) };

    expect(await failure(server([{ status: 429, headers, body: '' }]).client.version())).toMatchObject({ kind: 'rate-limited', retryAfterSeconds: seconds });
    expect(await failure(server([{ status: 503, headers, body: '' }]).client.version())).toMatchObject({ kind: 'server', retryAfterSeconds: seconds });
  });

  it.each([
    ['text that is no JSON', 'welcome', 'expected JSON, found something else (is the address that of Gitea?)'],
    ['JSON of another shape', '{}', 'version: expected text, found nothing'],
    ['a list', '[]', 'body: expected an object, found a list'],
  ])('names the place in %s', async (_, body, sentence) => {
    expect(await failure(server([{ body }]).client.version())).toMatchObject({ kind: 'unexpected-answer', sentence });
  });

  it('never holds the token, whatever an answer repeats', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(400, 401, 404, 500), fc.string(), fc.string(), fc.boolean(), async (status, before, after, asJson) => {
        const echo = `${before}${token}${after}`;
        const error = await failure(server([{ status, body: asJson ? JSON.stringify({ message: echo, errors: [echo] }) : echo }]).client.version());

        expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(token);
      }),
    );
  });
});

describe('no answer', () => {
  const broken = (cause: unknown, options: Partial<GiteaClientOptions> = {}) =>
    createGiteaClient({ url: 'https://git.example', token, ...options, fetch: () => Promise.reject(cause) });

  it('is unreachable, with the innermost cause in words', async () => {
    const cause = new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:1') });
    const error = await failure(broken(cause).version());

    expect(error).toMatchObject({ kind: 'unreachable', status: null, message: 'GET /api/v1/version: no answer: connect ECONNREFUSED 127.0.0.1:1' });
    expect(error.cause).toBe(cause);
  });

  it('never repeats a secret that the cause quotes', async () => {
    const error = await failure(broken(new TypeError('fetch failed', { cause: new Error(`bad header: token ${token}`) })).version());

    expect(error.message).toBe('GET /api/v1/version: no answer: bad header: token [secret]');
  });

  it('is unreachable with the time that was waited', async () => {
    const hanging = createGiteaClient({
      url: 'https://git.example',
      timeoutMs: 20,
      fetch: (_url, { signal }) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))),
    });

    expect(await failure(hanging.version())).toMatchObject({ kind: 'unreachable', sentence: 'no answer within 0.02 s' });
  });

  it('is unreachable when the caller gave up, also in the middle of a body', async () => {
    const controller = new AbortController();
    const client = createGiteaClient({
      url: 'https://git.example',
      fetch: async (_url, { signal }) => ({ status: 200, headers: { get: () => null }, text: () => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))) }),
    });
    const asked = failure(client.version(controller.signal));
    setImmediate(() => controller.abort());

    expect(await asked).toMatchObject({ kind: 'unreachable', sentence: 'given up' });
  });
});

describe('a redirect', () => {
  const to = (location: string | undefined, status = 301): Answer => ({ status, headers: location === undefined ? {} : { location }, body: '' });

  it.each([
    ['another host', 'https://evil.example/api/v1/version', 'https://evil.example'],
    ['another port', 'https://git.example:444/api/v1/version', 'https://git.example:444'],
    ['plain http', 'http://git.example/api/v1/version', 'http://git.example'],
    ['another host without a scheme', '//evil.example/x', 'https://evil.example'],
    ['another host, with the token in its address', 'https://evil.example/?t=pat-0123456789abcdef', 'https://evil.example'],
    ['nowhere', undefined, 'nowhere'],
  ])('to %s is refused, and nothing is sent there', async (_, location, place) => {
    const { client, asked } = server([to(location)]);

    expect(await failure(client.version())).toMatchObject({ kind: 'redirected', status: 301, sentence: `redirected to ${place}, not followed` });
    expect(asked.map(({ url }) => new URL(url).origin)).toEqual(['https://git.example']);
  });

  it.each([301, 302, 303, 307, 308])('of %i on the same server is followed by a read', async (status) => {
    const { client, asked } = server([to('/api/v1/other', status), {}]);

    expect(await client.version()).toBe('1.27.0');
    expect(asked.map(({ url }) => url)).toEqual(['https://git.example/api/v1/version', 'https://git.example/api/v1/other']);
  });

  it('is not followed for ever', async () => {
    const { client, asked } = server([to('/api/v1/version')]);

    expect(await failure(client.version())).toMatchObject({ kind: 'redirected' });
    expect(asked).toHaveLength(4);
  });

  it.each(['POST', 'DELETE', 'PATCH'] as const)('is never followed by a %s, which would become a GET', async (method) => {
    const { client, asked } = server([to('/api/v1/other')]);

    expect(await failure(client.call({ method, path: '/api/v1/thing' }))).toMatchObject({ kind: 'redirected', sentence: 'redirected to /api/v1/other, not followed' });
    expect(asked).toHaveLength(1);
  });
});
