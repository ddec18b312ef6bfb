import { handleWebhook } from '@tinqs/dispatcher';
import type { QueueMessage } from '@tinqs/installation';
import { createSimulatedWorld, deliveryBody, deliveryHeaders, serveGitea, wireContext } from '@tinqs/simulator';
import { silent } from './silent.js';

const SECRET = 'a-secret-of-the-benchmark';

export interface Delivered {
  readonly headers: { readonly [name: string]: string };
  readonly body: Buffer;
}

/** A Gitea on loopback, with the token `token` and the repository `acme/app`. */
export interface JobSource {
  readonly url: string;
  /** Queues so many jobs; their deliveries, not yet received. */
  readonly queueJobs: (count: number) => readonly Delivered[];
  readonly end: () => Promise<void>;
}

export async function startJobSource(): Promise<JobSource> {
  const world = createSimulatedWorld({ seed: 1, startedAt: Date.now(), gitea: '1.26', timing: { fetch: [86_000_000, 86_000_001] } });
  world.do('addToken', { token: 'token', login: 'operator', scopes: ['all'], admin: true });
  world.do('createRepository', { fullName: 'acme/app', private: true, files: { 'README.md': '# app\n' } });
  world.do('addHook', { url: 'http://dispatcher/webhook', secret: SECRET, events: ['workflow_job'] });
  const server = await serveGitea({ world, now: () => world.now });
  let pushes = 0;
  return {
    url: server.url,
    queueJobs(count) {
      pushes += 1;
      world.do('push', { repository: 'acme/app', files: { 'stamp.txt': `${pushes}` }, workflows: [{ file: 'ci.yml', jobs: Array.from({ length: count }, (_, index) => ({ key: `job-${index}`, labels: ['go'] })) }] });
      return world.advanceTo(world.now + 30_000).flatMap((told) => {
        if (told.kind !== 'delivery') return [];
        const body = deliveryBody(wireContext(world, server.url), told);
        const headers = Object.fromEntries(Object.entries(deliveryHeaders(told, body)).map(([name, value]) => [name.toLowerCase(), value]));
        return [{ headers, body: Buffer.from(body) }];
      });
    },
    end: () => server.close(),
  };
}

/** Receives a delivery as the webhook does, and hands what it sends to the queue to `send`. */
export async function receive({ headers, body }: Delivered, send: (message: QueueMessage) => Promise<void>): Promise<void> {
  const answer = await handleWebhook({ method: 'POST', headers, readBody: async () => body }, { secrets: async () => [SECRET], allowedRepositories: ['acme/*'], send, log: silent, now: Date.now });
  if (answer.status !== 202) throw new Error(`expected 202 from the webhook, got ${answer.status} ${answer.body}`);
}
