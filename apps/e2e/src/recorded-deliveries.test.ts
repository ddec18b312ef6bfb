import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeliveryRecord } from '@tinqs/fleet';
import { signDelivery } from '@tinqs/gitea-client';
import { npmStart, readJson, temporaryFolder, workspaceRoot, type NpmStart } from './support/npm-start.js';

interface Recording {
  readonly file: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

const FOLDER = join(workspaceRoot, 'libs/gitea-client/fixtures/deliveries');
const recordings: readonly Recording[] = readdirSync(FOLDER).flatMap((version) =>
  readdirSync(join(FOLDER, version))
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({ ...(JSON.parse(readFileSync(join(FOLDER, version, name), 'utf8')) as Omit<Recording, 'file'>), file: `${version}/${name}` })),
);

/** Hop-by-hop and computed headers are fetch's own. */
const OWN = new Set(['host', 'content-length', 'accept-encoding', 'connection', 'transfer-encoding']);

async function post(url: string, recording: Pick<Recording, 'headers' | 'body'>, headers: Record<string, string> = {}): Promise<{ readonly status: number; readonly text: string }> {
  const all = { ...recording.headers, ...headers };
  const answer = await fetch(url, { method: 'POST', headers: Object.fromEntries(Object.entries(all).filter(([name]) => !OWN.has(name.toLowerCase()))), body: recording.body, redirect: 'manual' });
  return { status: answer.status, text: await answer.text() };
}

describe('every delivery that real Giteas sent', () => {
  const folder = temporaryFolder();
  let running: NpmStart;

  beforeAll(async () => {
    running = await npmStart({ store: folder.path, environment: { WEBHOOK_SECRET: 'fixture-secret', ALLOWED_REPOSITORIES: 'acme/*' } });
  });
  afterAll(async () => {
    await running.stop();
    folder.remove();
  });

  const deliveries = () => readJson<DeliveryRecord[]>(`${running.dashboard}/deliveries?format=json&limit=1000`);

  it('is there for all four versions', () => {
    for (const version of ['1.24', '1.25', '1.26', '1.27']) expect(recordings.filter((each) => each.file.startsWith(version)).length).toBeGreaterThan(80);
  });

  it('is refused with a wrong signature, an empty one, none, or that of another secret, and nothing is recorded', async () => {
    const before = (await deliveries()).filter((each) => each.repository?.startsWith('acme/')).length;
    for (const recording of recordings.filter((each) => each.headers['Content-Type']?.startsWith('application/json')).slice(0, 40)) {
      const none = Object.fromEntries(Object.entries(recording.headers).filter(([name]) => !/signature/i.test(name)));
      const other = signDelivery(Buffer.from(recording.body), 'another secret');
      const wrong = { 'X-Gitea-Signature': '0'.repeat(64), 'X-Gogs-Signature': '0'.repeat(64), 'X-Hub-Signature-256': `sha256=${'0'.repeat(64)}` };
      const empty = { 'X-Gitea-Signature': '', 'X-Gogs-Signature': '', 'X-Hub-Signature-256': 'sha256=' };
      expect((await post(running.webhook, recording, wrong)).status, recording.file).toBe(401);
      expect((await post(running.webhook, recording, empty)).status, recording.file).toBe(401);
      expect((await post(running.webhook, { ...recording, headers: none })).status, recording.file).toBe(401);
      expect((await post(running.webhook, recording, { 'X-Gitea-Signature': other, 'X-Hub-Signature-256': `sha256=${other}` })).status, recording.file).toBe(401);
    }
    expect((await deliveries()).filter((each) => each.repository?.startsWith('acme/')).length).toBe(before);
  });

  it('is accepted with its recorded signature, and nothing crashes', async () => {
    for (const recording of recordings) {
      const { status, text } = await post(running.webhook, recording);
      const expected = /-push-form/.test(recording.file) ? 415 : /no-secret/.test(recording.file) ? 401 : 202;
      expect(status, `${recording.file}: ${text}`).toBe(expected);
      expect(text).not.toContain('fixture-secret');
    }
    expect((await fetch(`${running.dashboard}/healthz`)).status).toBe(200);
  });

  it('leaves the right decision in the log', async () => {
    const accepted = recordings.filter((each) => !/-push-form|no-secret/.test(each.file)).length;
    let log: DeliveryRecord[] = [];
    for (let tries = 0; tries < 240; tries += 1) {
      log = (await deliveries()).filter((each) => !each.repository?.startsWith('demo/'));
      if (log.length >= accepted) break;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    expect(log.length).toBeGreaterThanOrEqual(accepted);
    const decisions = (event: string) => new Set(log.filter((each) => each.event === event).map((each) => each.decision));
    expect([...decisions('workflow_job')]).toEqual(['recorded']);
    expect([...decisions('issues')]).toEqual(['ignored']);
    expect(log.filter((each) => each.event === 'push').every((each) => each.decision === 'planned')).toBe(true);
    expect(log.find((each) => each.event === 'push' && each.sentence.includes('nothing to plan'))).toBeDefined();
    expect(running.stderr()).not.toContain('could not be recorded');
  });
});
