import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDelivery, type Delivery } from './delivery.js';
import type { RefusedDelivery } from './refused-delivery.js';
import { recordedDeliveries, recordedDelivery, type RecordedDelivery } from './testing.js';

const read = ({ headers, body }: Pick<RecordedDelivery, 'headers' | 'body'>) => parseDelivery(headers, Buffer.from(body, 'utf8'));

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- payloads are broken in every way
type Payload = any;
type Change = (payload: Payload) => void;

/** A recorded delivery whose payload was changed. */
function changed(delivery: RecordedDelivery, change: Change): Delivery | RefusedDelivery {
  const payload: Payload = JSON.parse(delivery.body);
  change(payload);
  return read({ headers: delivery.headers, body: JSON.stringify(payload) });
}

const queued = recordedDelivery('1.27', '020-workflow_job-queued-plain');
const push = recordedDelivery('1.27', '201-push-one-commit');
const request = recordedDelivery('1.27', '223-pull_request-opened');

describe('parseDelivery, on everything four servers sent', () => {
  const all = recordedDeliveries().map((delivery) => [`${delivery.version}/${delivery.name}`, delivery] as const);

  it.each(all.filter(([name]) => !name.includes('push-form')))('reads %s', (_, delivery) => {
    const parsed = read(delivery);
    const payload = JSON.parse(delivery.body);

    expect(parsed).toMatchObject({
      id: delivery.headers['X-Gitea-Delivery'],
      event: delivery.headers['X-Gitea-Event-Type'],
      hookTarget: delivery.headers['X-Gitea-Hook-Installation-Target-Type'],
      repository: { id: payload.repository.id, fullName: payload.repository.full_name },
      sender: { login: payload.sender.login },
      unknown: [],
    });
    expect(JSON.parse(JSON.stringify(parsed)), 'it survives a queue').toEqual(parsed);
  });

  it.each(all.filter(([name]) => name.includes('push-form')))('refuses %s, which is a form', (_, delivery) => {
    expect(read(delivery)).toMatchObject({ kind: 'refused', code: 'not-json', sentence: 'body: expected JSON, it stops being JSON at line 1, column 1' });
  });

  it.each(all.filter(([name]) => name.includes('workflow_job')))('takes the job of %s over field by field', (_, delivery) => {
    const parsed = read(delivery);
    const { action, workflow_job: sent } = JSON.parse(delivery.body);
    const time = (text: string) => (text === '1970-01-01T00:00:00Z' ? null : text);

    expect(parsed.kind).toBe('workflow-job');
    expect(parsed).toMatchObject({
      action,
      job: {
        id: sent.id,
        runId: sent.run_id,
        runAttempt: sent.run_attempt,
        name: sent.name,
        labels: sent.labels ?? [],
        status: sent.status,
        conclusion: sent.conclusion ?? (sent.status === 'completed' ? 'skipped' : null),
        headSha: sent.head_sha,
        headBranch: sent.head_branch ?? null,
        htmlUrl: sent.html_url,
        runnerId: sent.runner_id ?? null,
        runnerName: sent.runner_name ?? null,
        createdAt: time(sent.created_at),
        startedAt: time(sent.started_at),
        completedAt: time(sent.completed_at),
      },
    });
  });

  it.each([
    ['1.24', '045-workflow_job-completed-skipped-by-needs', { conclusion: 'skipped' }, '1.24 sends no conclusion for a skipped job'],
    ['1.24', '310-workflow_job-superseded-by-push', { status: 'in_progress', runnerId: null }, 'on 1.24 no pick-up: this job is over'],
    ['1.24', '311-workflow_job-completed-swept', { conclusion: 'failure', runnerId: null }, 'a sweep on 1.24 names no runner'],
    ['1.25', '036-workflow_job-no-runs-on', { labels: [] }, 'no labels'],
    ['1.25', '218-workflow_job-queued-on-tag', { headBranch: null }, 'a tag has no branch'],
    ['1.26', '052-workflow_job-queued-rerun-job', { status: 'queued', runAttempt: 1 }, 'up to 1.26 the attempt still counts at the pick-up'],
    ['1.27', '300-workflow_job-completed-tombstone', { conclusion: 'failure' }, 'failed through the runner protocol'],
  ] as [string, string, object, string][])('levels %s %s: %j, %s', (version, name, expected) => {
    expect(read(recordedDelivery(version, name))).toMatchObject({ kind: 'workflow-job', job: expected });
  });

  it.each(['1.24', '1.25', '1.26', '1.27'])('reads the pushes of %s', (version) => {
    const zeros = '0'.repeat(40);
    const at = (name: string) => read(recordedDelivery(version, name));

    expect(at('104-push-test-delivery')).toMatchObject({ kind: 'push', isTest: true, deleted: false });
    expect(at('201-push-one-commit')).toMatchObject({ kind: 'push', ref: 'refs/heads/main', created: false, isTest: false, isTag: false, totalCommits: 1 });
    expect(at('205-push-eight-commits')).toMatchObject({ totalCommits: 8 });
    expect(at('208-push-new-branch-no-commits')).toMatchObject({ before: zeros, created: true, headCommit: { id: expect.stringMatching(/^[0-9a-f]{40}$/) } });
    expect(at('219-push-tag-moved')).toMatchObject({ isTag: true, created: true });
    expect(at('220-push-tag-deleted')).toMatchObject({ isTag: true, deleted: true, headCommit: null });
    const annotated = at('216-push-tag-annotated');
    expect(annotated.kind === 'push' && annotated.after !== annotated.headCommit?.id, 'after is the tag object').toBe(true);
  });

  it.each(['1.24', '1.25', '1.26', '1.27'])('reads the pull requests of %s', (version) => {
    const at = (name: string) => read(recordedDelivery(version, name));

    expect(at('223-pull_request-opened')).toMatchObject({ kind: 'pull-request', action: 'opened', number: 1, isFork: false, merged: false, base: { ref: 'main' } });
    expect(at('225-pull_request_sync-synchronized')).toMatchObject({ kind: 'pull-request', event: 'pull_request_sync', action: 'synchronized' });
    expect(at('237-pull_request-merged')).toMatchObject({ action: 'closed', merged: true, mergeCommit: expect.stringMatching(/^[0-9a-f]{40}$/) });
    expect(at('241-pull_request-opened-from-fork')).toMatchObject({ isFork: true });
    expect(at('233-pull_request_review-rejected')).toMatchObject({ event: 'pull_request_review_rejected', action: 'reviewed' });
  });

  it('tells events that start nothing from events nobody knows', () => {
    const status = recordedDelivery('1.27', '202-status-pending');
    const renamed = { ...status, headers: { ...status.headers, 'X-Gitea-Event-Type': 'deployment' } };

    expect(read(status)).toMatchObject({ kind: 'ignored', known: true, sentence: 'ignored: event status' });
    expect(read(renamed)).toMatchObject({ kind: 'ignored', known: false, sentence: 'ignored: event deployment', repository: { fullName: expect.stringMatching(/^acme\/ev/) } });
  });

  it('reads an event that is about no repository', () => {
    expect(parseDelivery({ ...push.headers, 'X-Gitea-Event-Type': 'user' }, Buffer.from('{}'))).toMatchObject({ kind: 'ignored', repository: null, sender: null });
  });
});

describe('parseDelivery, on what cannot be read', () => {
  it.each([
    ['a missing field', queued, (p: Payload) => void delete p.workflow_job.id, ['workflow_job.id'], 'workflow_job.id: expected a whole number, found nothing'],
    ['an id as text', queued, (p: Payload) => void (p.workflow_job.id = '12'), ['workflow_job.id'], 'workflow_job.id: expected a whole number, found text'],
    ['an id of zero', queued, (p: Payload) => void (p.workflow_job.id = 0), ['workflow_job.id'], 'workflow_job.id: expected a number above zero, found a number'],
    ['an id that JavaScript cannot hold', queued, (p: Payload) => void (p.workflow_job.id = 2 ** 60), ['workflow_job.id'], 'workflow_job.id: expected a whole number, found a number'],
    ['half an id', queued, (p: Payload) => void (p.workflow_job.run_id = 1.5), ['workflow_job.run_id'], 'workflow_job.run_id: expected a whole number, found a number'],
    ['a label that is no text', queued, (p: Payload) => void (p.workflow_job.labels = ['go', 7]), ['workflow_job.labels[1]'], 'workflow_job.labels[1]: expected text, found a number'],
    ['labels that are no list', queued, (p: Payload) => void (p.workflow_job.labels = 'go'), ['workflow_job.labels'], 'workflow_job.labels: expected a list, found text'],
    ['a time that is none', queued, (p: Payload) => void (p.workflow_job.created_at = 'noon'), ['workflow_job.created_at'], 'workflow_job.created_at: expected a time, found text'],
    ['no job', queued, (p: Payload) => void delete p.workflow_job, ['workflow_job'], 'workflow_job: expected an object, found nothing'],
    ['a job that is a list', queued, (p: Payload) => void (p.workflow_job = []), ['workflow_job'], 'workflow_job: expected an object, found a list'],
    ['no repository', queued, (p: Payload) => void (p.repository = null), ['repository'], 'repository: expected an object, found null'],
    ['a repository without an owner', queued, (p: Payload) => void delete p.repository.owner, ['repository.owner'], 'repository.owner: expected an object, found nothing'],
    ['a push without a ref', push, (p: Payload) => void delete p.ref, ['ref'], 'ref: expected text, found nothing'],
    ['a push whose head is text', push, (p: Payload) => void (p.head_commit = 'abc'), ['head_commit'], 'head_commit: expected an object, found text'],
    ['a request without a base', request, (p: Payload) => void delete p.pull_request.base, ['pull_request.base'], 'pull_request.base: expected an object, found nothing'],
    ['two problems', push, (p: Payload) => void (delete p.ref, (p.before = null)), ['ref', 'before'], 'ref: expected text, found nothing; before: expected text, found null'],
  ] as [string, RecordedDelivery, Change, string[], string][])('names the path of %s', (_, delivery, change, paths, sentence) => {
    expect(changed(delivery, change)).toMatchObject({ kind: 'refused', status: 400, code: 'fields', paths, sentence });
  });

  it('names the repository that could be read, since whether it is served comes first', () => {
    expect(changed(queued, (p) => void delete p.workflow_job)).toMatchObject({ kind: 'refused', repository: 'acme/app' });
    expect(changed(queued, (p) => void delete p.repository)).toMatchObject({ kind: 'refused', repository: null });
    expect(changed(queued, (p) => void delete p.repository.owner)).toMatchObject({ kind: 'refused', repository: 'acme/app' });
  });

  it.each([
    ['nothing', '', 'body: expected JSON, it ends at line 1, column 1'],
    ['half a body', '{"action": "queued",\n "workflow_job": {', 'body: expected JSON, it ends at line 2, column 19'],
    ['a wrong character', '{"action": queued}', 'body: expected JSON, it stops being JSON at line 1, column 12'],
  ])('says where %s stops being JSON', (_, body, sentence) => {
    expect(read({ headers: queued.headers, body })).toMatchObject({ kind: 'refused', code: 'not-json', sentence });
  });

  it.each(['[]', 'null', '"text"', '7', 'true'])('refuses %s, which is JSON but no object', (body) => {
    expect(read({ headers: queued.headers, body })).toMatchObject({ code: 'not-an-object', sentence: 'body: expected a JSON object at line 1, column 1' });
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(parseDelivery(queued.headers, Uint8Array.of(0x7b, 0xff, 0x7d))).toMatchObject({ code: 'not-utf-8' });
  });

  it.each([
    ['no id', { 'X-Gitea-Event-Type': 'push' }, 'header X-Gitea-Delivery: expected the id of the delivery'],
    ['no event', { 'X-Gitea-Delivery': 'a' }, 'header X-Gitea-Event-Type: expected the name of an event'],
    ['an event of markup', { 'X-Gitea-Delivery': 'a', 'X-Gitea-Event-Type': '<b>' }, 'header X-Gitea-Event-Type: expected the name of an event'],
    ['an endless id', { 'X-Gitea-Delivery': 'a'.repeat(10_000), 'X-Gitea-Event-Type': 'push' }, 'header X-Gitea-Delivery: expected the id of the delivery'],
  ])('refuses headers with %s', (_, headers, sentence) => {
    expect(parseDelivery(headers as Record<string, string>, Buffer.from(push.body))).toMatchObject({ kind: 'refused', code: 'header', sentence });
  });

  it('never repeats what the payload held, whichever field is broken', () => {
    const canary = 'canary-5f0c';
    fc.assert(
      fc.property(fc.constantFrom(queued, push, request), fc.nat(), fc.constantFrom<unknown>(canary, [canary], { [canary]: canary }, -1, 1e300, null), ({ headers, body }, at, value) => {
        const payload = JSON.parse(body);
        const places = leaves(payload);
        places[at % places.length]?.set(value);

        const parsed = read({ headers, body: JSON.stringify(payload) });

        if (parsed.kind === 'refused') expect(parsed.sentence + parsed.paths.join()).not.toContain(canary);
      }),
    );
  });

  it('answers every body and every header with a delivery or a refusal, never an exception', () => {
    const names = fc.constantFrom('workflow_job', 'push', 'pull_request', 'repository', 'status', 'made_up');
    const bodies = fc.oneof(fc.uint8Array(), fc.json().map((text) => Uint8Array.from(Buffer.from(text))));
    fc.assert(
      fc.property(names, fc.string(), bodies, (event, id, body) => {
        expect(parseDelivery({ 'x-gitea-event-type': event, 'x-gitea-delivery': id }, body).kind).toBeTypeOf('string');
      }),
    );
  });
});

describe('parseDelivery, on hostile and newer data', () => {
  const hostile = [
    ['quotes', `a"b'c\`d`],
    ['line breaks', 'a\nb\r\nc\u2028d'],
    ['shell', '$(reboot); `id` && rm -rf / | cat > x'],
    ['markup', '<script>alert(1)</script>&amp;'],
    ['four-byte characters', '🦊𝄞\u{10ffff}'],
    ['half a surrogate pair', 'a\ud83db'],
    ['a NUL', 'a\0b'],
    ['ten thousand characters', 'x'.repeat(10_000)],
    ['a terminal escape', '\u001b[2J'],
    ['names of the language', '__proto__'],
  ] as const;

  it.each(hostile)('carries %s as data', (_, text) => {
    expect(changed(queued, (p) => {
      p.workflow_job.name = text;
      p.workflow_job.labels = [text];
      p.workflow_job.head_branch = text;
      p.repository.full_name = text;
      p.sender.login = text;
    })).toMatchObject({ kind: 'workflow-job', repository: { fullName: text }, sender: { login: text }, job: { name: text, labels: [text], headBranch: text } });
    expect(changed(push, (p) => {
      p.ref = `refs/heads/${text}`;
      p.head_commit.message = text;
    })).toMatchObject({ kind: 'push', ref: `refs/heads/${text}`, headCommit: { message: text } });
    expect(changed(request, (p) => {
      p.pull_request.title = text;
      p.pull_request.head.ref = text;
    })).toMatchObject({ kind: 'pull-request', title: text, head: { ref: text } });
  });

  it('carries any text in any name unchanged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.array(fc.string({ unit: 'binary' })), (name, labels) => {
        const parsed = changed(queued, (p) => void ((p.workflow_job.name = name), (p.workflow_job.labels = labels)));

        expect(parsed.kind === 'workflow-job' && parsed.job).toMatchObject({ name, labels });
      }),
    );
  });

  it('is not changed by keys that mean something to the language', () => {
    const body = push.body.replace('{', '{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}},');

    expect(read({ headers: push.headers, body })).toMatchObject({ kind: 'push', ref: 'refs/heads/main' });
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it.each([
    ['a status', (p: Payload) => void (p.action = p.workflow_job.status = 'paused'), { status: 'unknown' }, [{ path: 'workflow_job.status', word: 'paused' }]],
    ['no status, as 1.25 writes an unknown one', (p: Payload) => void (p.workflow_job.status = ''), { status: 'unknown' }, [{ path: 'workflow_job.status', word: '' }]],
    ['a conclusion', (p: Payload) => void Object.assign(p.workflow_job, { status: 'completed', conclusion: 'timed_out' }), { status: 'completed', conclusion: 'unknown' }, [{ path: 'workflow_job.conclusion', word: 'timed_out' }]],
    ['a field of a job', (p: Payload) => void (p.workflow_job.priority = 3), { status: 'queued' }, [{ path: 'workflow_job.priority', word: null }]],
    ['a field beside it', (p: Payload) => void (p.enterprise = {}), { status: 'queued' }, [{ path: 'enterprise', word: null }]],
    ['a word of ten thousand characters', (p: Payload) => void (p.workflow_job.status = 'x'.repeat(10_000)), { status: 'unknown' }, [{ path: 'workflow_job.status', word: `${'x'.repeat(64)}…` }]],
  ] as [string, Change, object, object[]][])('carries on with %s of a newer server, and says so', (_, change, job, unknown) => {
    expect(changed(queued, change)).toMatchObject({ kind: 'workflow-job', job, unknown });
  });

  it('takes Go’s zero values for what they mean: nothing', () => {
    const empty = { runner_id: 0, runner_name: '', head_branch: '', conclusion: '', labels: null, created_at: '0001-01-01T00:00:00Z' };

    expect(changed(queued, (p) => void Object.assign(p.workflow_job, empty))).toMatchObject({
      job: { runnerId: null, runnerName: null, headBranch: null, conclusion: null, labels: [], createdAt: null },
      unknown: [],
    });
  });

  it('keeps an action it does not know', () => {
    expect(changed(request, (p) => void (p.action = 'enqueued'))).toMatchObject({ kind: 'pull-request', action: 'enqueued' });
  });

  it.each([
    ['a head repository that is gone', (p: Payload) => void ((p.pull_request.head.repo = null), (p.pull_request.head.repo_id = -1)), { repositoryId: null }],
  ] as [string, Change, object][])('reads %s', (_, change, head) => {
    expect(changed(request, change)).toMatchObject({ kind: 'pull-request', head, isFork: true });
  });

  it('reads SHA-256 ids', () => {
    expect(changed(push, (p) => void (p.before = '0'.repeat(64)))).toMatchObject({ kind: 'push', created: true });
  });
});

/** Every place in a payload, so that each can be broken. */
function leaves(value: unknown): { set(value: unknown): void }[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [{ set: (next: unknown) => void (holder[key] = next) }, ...leaves(holder[key])]);
}
