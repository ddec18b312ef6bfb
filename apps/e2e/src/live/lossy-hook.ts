import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** What stands between Gitea and its receiver: loses deliveries, and knows where the receiver listens now. */
export interface LossyHook {
  readonly url: string;
  /** Where deliveries go from now on; `null`: nobody listens. */
  target: string | null;
  readonly counts: { passed: number; lost: number };
  close(): Promise<void>;
}

export interface LossyHookOptions {
  /** Every so-manieth delivery that may be lost is; 0 loses none. */
  readonly loseEvery: number;
  readonly mayLose: (event: string, body: { readonly action?: string }) => boolean;
  /** Deliveries that must not be lost wait for a receiver that is being started again. */
  readonly patienceMs: number;
}

export async function startLossyHook({ loseEvery, mayLose, patienceMs }: LossyHookOptions): Promise<LossyHook> {
  const counts = { passed: 0, lost: 0 };
  let seen = 0;

  async function pass(request: IncomingMessage, body: Buffer): Promise<number> {
    const losable = mayLose(String(request.headers['x-gitea-event'] ?? ''), JSON.parse(body.toString()) as { action?: string });
    if (losable) seen += 1;
    if (losable && loseEvery > 0 && seen % loseEvery === 0) return lose();
    for (const until = Date.now() + patienceMs; ; await pause(200)) {
      const status = await forward(request, body);
      if (status !== null) {
        counts.passed += 1;
        return status;
      }
      if (losable || Date.now() > until) return lose();
    }
  }

  function lose(): number {
    counts.lost += 1;
    return 202;
  }

  async function forward(request: IncomingMessage, body: Buffer): Promise<number | null> {
    if (hook.target === null) return null;
    const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => /^(content-type|x-)/.test(name))) as Record<string, string>;
    return fetch(hook.target, { method: 'POST', headers, body: new Uint8Array(body) }).then(
      (answer) => answer.status,
      () => null,
    );
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      // Gitea gives up after 5 s: it is answered at once, whatever becomes of it.
      response.writeHead(202).end();
      void pass(request, Buffer.concat(chunks));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hook: LossyHook = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`,
    target: null,
    counts,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return hook;
}
