import { fork } from 'node:child_process';
import { Agent, request as httpRequest } from 'node:http';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { queuedDelivery, type SignedBody } from './queued-delivery.js';

export interface WebhookProcess {
  /** Processor time of the process, in µs, for each of so many deliveries, one after the other on one connection. */
  readonly deliver: (times: number) => Promise<number>;
  readonly end: () => void;
}

const deliveries = Array.from({ length: 50 }, (_, index) => queuedDelivery(index + 1));

export async function startWebhook(kind: 'ours' | 'bare'): Promise<WebhookProcess> {
  const child = fork(fileURLToPath(new URL('./webhook-process.ts', import.meta.url)), [kind], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const [url] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const processorTime = async () => Number((await ask(url, agent)).text);
  return {
    async deliver(times) {
      const before = await processorTime();
      for (let index = 0; index < times; index += 1) {
        const { status } = await ask(url, agent, deliveries[index % deliveries.length]!);
        if (status !== 202) throw new Error(`expected 202, got ${status}`);
      }
      return ((await processorTime()) - before) / times;
    },
    end() {
      agent.destroy();
      child.disconnect();
    },
  };
}

function ask(url: string, agent: Agent, delivery?: SignedBody): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((answered, failed) => {
    const sent = httpRequest(url, { agent, method: delivery === undefined ? 'GET' : 'POST', headers: delivery?.headers ?? {} }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk)).on('end', () => answered({ status: response.statusCode ?? 0, text }));
    });
    sent.on('error', failed).end(delivery?.body);
  });
}
