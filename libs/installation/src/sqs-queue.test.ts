import { describe, expect, it } from 'vitest';
import type { QueueMessage } from './queue-message.js';
import { createSqsQueue } from './sqs-queue.js';

/** What SQS takes (API reference, SendMessage): a body with anything else is refused with `InvalidMessageContents`. */
const TAKEN = /^[\u0009\u000a\u000d\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

describe('createSqsQueue', () => {
  it('sends no character that SQS refuses, and what is read again is what was sent: people name jobs as they like', async () => {
    const bodies: string[] = [];
    const queue = createSqsQueue({ url: 'https://sqs.example/queue', call: async ({ input }) => void bodies.push((input as { MessageBody: string }).MessageBody) });
    for (let code = 0; code <= 0xffff; code += 0x100) {
      const sentence = Array.from({ length: 0x100 }, (_, index) => `a${String.fromCharCode(code + index)}b`).join('');
      const message: QueueMessage = { kind: 'stub', receivedAt: 1, id: '1', event: 'push', repository: null, decision: 'ignored', sentence };
      await queue.send(message);
      expect(JSON.parse(bodies.at(-1)!)).toEqual(message);
      expect(TAKEN.test(bodies.at(-1)!)).toBe(true);
    }
  });
});
