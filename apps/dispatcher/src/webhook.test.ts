import { signDelivery } from '@tinqs/gitea-client';
import { recordedDeliveries, recordedDelivery, recordedSecret, type RecordedDelivery } from '@tinqs/gitea-client/testing';
import type { QueueMessage } from '@tinqs/installation';
import { describe, expect, it } from 'vitest';
import { handleWebhook, type WebhookRequest, type WebhookTools } from './webhook.js';

const queued = recordedDelivery('1.25', '020-workflow_job-queued-plain');
const all = recordedDeliveries().map((delivery): [string, RecordedDelivery] => [`${delivery.version} ${delivery.name}`, delivery]);

function receiver(change: Partial<WebhookTools> = {}) {
  const sent: QueueMessage[] = [];
  const logged: string[] = [];
  const log = (message: string, fields: object = {}) => void logged.push(JSON.stringify({ message, ...fields }));
  const tools: WebhookTools = { secrets: async () => [recordedSecret], allowedRepositories: ['acme/*'], send: async (message) => void sent.push(message), log: { info: log, warn: log, error: log }, now: () => 1_900_000_000_000, ...change };
  return { sent, logged, receive: (request: WebhookRequest) => handleWebhook(request, tools) };
}

function requestOf({ headers, body }: Pick<RecordedDelivery, 'headers' | 'body'>, change: Partial<WebhookRequest> = {}): WebhookRequest {
  const bytes = Buffer.from(body);
  return { method: 'POST', headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])), readBody: async () => bytes, ...change };
}

/** The same headers over another body, signed with the right secret. */
function signed(body: string | Uint8Array, headers: Record<string, string> = {}): WebhookRequest {
  const bytes = Buffer.from(body as string);
  return { ...requestOf(queued), headers: { ...requestOf(queued).headers, 'x-gitea-signature': signDelivery(bytes, recordedSecret), ...headers }, readBody: async () => bytes };
}

type Payload = { workflow_job: Record<string, unknown>; repository: Record<string, unknown>; [field: string]: unknown };
function changed(change: (payload: Payload) => void): WebhookRequest {
  const payload = JSON.parse(queued.body) as Payload;
  change(payload);
  return signed(JSON.stringify(payload));
}

const neverRead = async (): Promise<Uint8Array> => {
  throw new Error('the body was read');
};

describe('handleWebhook checks in a fixed order', () => {
  const json = requestOf(queued).headers;
  it.each([
    ['another method', requestOf(queued, { method: 'GET', headers: {}, readBody: neverRead }), 405, 'expected POST, got GET', 'nothing else is looked at'],
    ['a method as long as one likes', requestOf(queued, { method: 'X'.repeat(99), readBody: neverRead }), 405, 'got XXXXXXXXXX', 'not repeated at length'],
    ['a form', requestOf(queued, { headers: { ...json, 'content-type': 'application/x-www-form-urlencoded' }, readBody: neverRead }), 415, 'application/json', 'before the body is read'],
    ['no content type', requestOf(queued, { headers: {}, readBody: neverRead }), 415, 'application/json', 'missing is wrong'],
    ['something that begins like JSON', requestOf(queued, { headers: { ...json, 'content-type': 'application/jsonlines' }, readBody: neverRead }), 415, 'application/json', 'the whole type counts'],
    ['more than 2 MiB, announced', requestOf(queued, { headers: { ...json, 'content-length': String(2 * 1024 * 1024 + 1) }, readBody: neverRead }), 413, '2 MiB', 'before it is read'],
    ['more than 2 MiB, unannounced', requestOf(queued, { readBody: async () => null }), 413, '2 MiB', 'while it is read, and before it is hashed'],
    ['more than 2 MiB, announced as little', requestOf(queued, { headers: { ...json, 'content-length': '12' }, readBody: async (most) => Buffer.alloc(most + 1) }), 413, '2 MiB', 'a header is no proof'],
    ['no signature', requestOf(queued, { headers: { 'content-type': 'application/json' } }), 401, 'WEBHOOK_SECRET', 'before JSON is parsed'],
    ['a wrong signature over what is no JSON', { ...signed('{'), headers: { ...json } }, 401, 'WEBHOOK_SECRET', 'nobody unsigned hears of positions'],
    ['no delivery header', signed(queued.body, { 'x-gitea-delivery': '' }), 400, 'X-Gitea-Delivery', 'signed, but not a hook of Gitea'],
    ['JSON that ends', signed('{"a":\n  [1,'), 400, 'line 2, column 6', 'naming the position'],
    ['JSON that is no object', signed('[]'), 400, 'expected a JSON object at line 1, column 1', 'naming the position'],
    ['nothing', signed(''), 400, 'line 1, column 1', 'an empty body is no object'],
    ['bytes that are no text', signed(new Uint8Array([0x7b, 0xff, 0x7d])), 400, 'UTF-8', 'not guessed'],
    ['an event nobody knows', signed(queued.body, { 'x-gitea-event-type': 'moon_phase' }), 202, 'ignored: event moon_phase', 'before its repository is looked at'],
    ['a repository not on the list', changed((payload) => void (payload.repository['full_name'] = 'evil/app')), 202, 'not in ALLOWED_REPOSITORIES', 'a hook for the whole server is fine'],
    ['a repository not on the list, with fields missing', changed((payload) => ((payload.repository['full_name'] = 'evil/app'), void delete payload.workflow_job['id'])), 202, 'not in ALLOWED_REPOSITORIES', 'strangers need not be readable'],
    ['a field that is missing', changed((payload) => void delete payload.workflow_job['id']), 400, 'workflow_job.id: expected a whole number, found nothing', 'naming the path'],
    ['a field of another type', changed((payload) => void (payload.workflow_job['labels'] = { go: true })), 400, 'workflow_job.labels', 'naming the path'],
    ['a delivery', requestOf(queued), 202, 'accepted: workflow_job', 'as recorded'],
    ['a content type with a parameter', requestOf(queued, { headers: { ...json, 'content-type': 'Application/JSON; charset=utf-8' } }), 202, 'accepted', 'a proxy may add one'],
  ] as const)('%s', async (_what, request, status, body, _reason) => {
    const { receive, sent } = receiver();

    const answer = await receive(request);

    expect(answer.status, answer.body).toBe(status);
    expect(answer.body).toContain(body);
    expect(sent).toHaveLength(status === 202 ? 1 : 0);
  });

  it('records what is ignored and what is not allowed, with its reason', async () => {
    const { receive, sent } = receiver();

    await receive(signed(queued.body, { 'x-gitea-event-type': 'moon_phase' }));
    await receive(changed((payload) => void (payload.repository['full_name'] = 'evil/app')));

    expect(sent).toMatchObject([
      { kind: 'stub', event: 'moon_phase', decision: 'ignored', sentence: 'ignored: event moon_phase' },
      { kind: 'stub', event: 'workflow_job', repository: 'evil/app', decision: 'not-allowed', sentence: 'repository evil/app is not in ALLOWED_REPOSITORIES' },
    ]);
  });

  it('takes a mirror only where it is named without a glob: its pushes are somebody else’s', async () => {
    const mirror = changed((payload) => void (payload.repository['mirror'] = true));
    const fullName = (JSON.parse(queued.body) as Payload).repository['full_name'] as string;
    const byGlob = receiver();
    const byName = receiver({ allowedRepositories: [fullName] });

    await byGlob.receive(mirror);
    await byName.receive(mirror);

    expect(byGlob.sent).toMatchObject([{ kind: 'stub', decision: 'not-allowed', sentence: expect.stringContaining('a mirror must be named without a glob') }]);
    expect(byName.sent).toMatchObject([{ kind: 'delivery' }]);
  });

  it('says 503 where the queue does not answer: Gitea shows it in the list of deliveries', async () => {
    const { receive, logged } = receiver({ send: () => Promise.reject(new Error('the queue is gone')) });

    expect((await receive(requestOf(queued))).status).toBe(503);
    expect(logged.join()).toContain('could not be queued');
  });

  it('accepts both secrets while one is rotated, and neither of two empty ones', async () => {
    const rotating = receiver({ secrets: async () => ['the new one', recordedSecret] });
    const empty = receiver({ secrets: async () => ['', ''] });

    expect((await rotating.receive(requestOf(queued))).status).toBe(202);
    expect((await empty.receive({ ...requestOf(queued), headers: { 'content-type': 'application/json', 'x-gitea-signature': signDelivery(Buffer.from(queued.body), '') } })).status).toBe(401);
  });
});

describe('handleWebhook carries hostile text as data', () => {
  it.each([
    ['quotes', `"'\`"; DROP TABLE jobs; --`],
    ['newlines', 'one\ntwo\r\n{"level":"error","message":"forged"}'],
    ['shell', '$(reboot) `id` && rm -rf / | tee ;'],
    ['HTML', '<script>alert(1)</script>&lt;'],
    ['unicode beyond the first plane', '🦊𝔘𝔫\u{10FFFF}‮'],
    ['ten thousand characters', 'x'.repeat(10_000)],
    ['an expression', '${{ secrets.TOKEN }}'],
    ['a null byte', 'a\u0000b'],
  ])('%s', async (_what, text) => {
    const { receive, sent, logged } = receiver({ allowedRepositories: ['**'] });
    const answer = await receive(
      changed((payload) => {
        payload.workflow_job['name'] = text;
        payload.workflow_job['head_branch'] = text;
        payload.workflow_job['labels'] = ['go', text];
        payload.repository['full_name'] = `acme/${text}`;
      }),
    );

    expect(answer).toEqual({ status: 202, body: expect.stringMatching(/^(accepted: workflow_job|ignored: the repository is not in ALLOWED_REPOSITORIES)$/) });
    const [message] = JSON.parse(JSON.stringify(sent)) as QueueMessage[];
    if (message?.kind === 'delivery') expect(message.delivery).toMatchObject({ job: { name: text, headBranch: text, labels: ['go', text] }, repository: { fullName: `acme/${text}` } });
    else expect(message).toMatchObject({ kind: 'stub', repository: `acme/${text}` });
    expect(logged.every((line) => !line.includes('\n'))).toBe(true);
  });
});

describe('every recorded delivery', () => {
  it.each(all)('%s gets its answer with the recorded secret', async (name, delivery) => {
    const { receive, sent, logged } = receiver();
    const expected = name.includes('push-form') ? 415 : name.includes('no-secret') ? 401 : 202;

    const answer = await receive(requestOf(delivery));

    expect(answer.status, answer.body).toBe(expected);
    expect(sent).toHaveLength(expected === 202 ? 1 : 0);
    if (expected === 202) expect(sent[0]).toMatchObject({ receivedAt: 1_900_000_000_000, ...(sent[0]!.kind === 'stub' ? { decision: 'ignored' } : { delivery: { id: delivery.headers['X-Gitea-Delivery'] } }) });
    expect(answer.body + logged.join()).not.toContain(recordedSecret);
  });

  it.each([
    ['a wrong signature', () => ({ 'x-gitea-signature': '0'.repeat(64), 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` })],
    ['an empty one', () => ({ 'x-gitea-signature': '', 'x-hub-signature-256': 'sha256=' })],
    ['none', () => ({ 'x-gitea-signature': undefined, 'x-hub-signature-256': undefined })],
    ['that of another secret', (body: string) => ({ 'x-gitea-signature': signDelivery(Buffer.from(body), 'another'), 'x-hub-signature-256': `sha256=${signDelivery(Buffer.from(body), 'another')}` })],
    ['that of the empty secret', (body: string) => ({ 'x-gitea-signature': signDelivery(Buffer.from(body), ''), 'x-hub-signature-256': undefined })],
  ])('gets 401 with %s, and nothing is queued', async (_what, headersOf) => {
    const { receive, sent } = receiver();

    for (const [name, delivery] of all.filter(([each]) => !each.includes('push-form'))) {
      const request = requestOf(delivery);
      const answer = await receive({ ...request, headers: { ...request.headers, ...headersOf(delivery.body) } });
      expect(answer.status, name).toBe(401);
    }

    expect(sent).toEqual([]);
  });
});
