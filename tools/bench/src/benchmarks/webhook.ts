import type { Benchmark, Measured } from '../benchmark.js';
import { sampledRatio } from '../harness.js';
import { startWebhook } from '../webhook-load.js';

async function measure(): Promise<Measured> {
  const [ours, bare] = await Promise.all([startWebhook('ours'), startWebhook('bare')]);
  try {
    return await sampledRatio({ warmUps: 20, rounds: 40 }, { work: () => ours.deliver(100), floor: () => bare.deliver(100) });
  } finally {
    ours.end();
    bare.end();
  }
}

export const webhook: readonly Benchmark[] = [{ id: 'webhook-cpu', what: 'warm webhook, processor time per event, over a bare node:http handler that checks, parses and sends', unit: '×', budget: 1.5, measure }];
