import type { QueuePort } from '@tinqs/fleet';
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { QueueMessage } from './queue-message.js';

export interface MessageQueue extends QueuePort {
  send(message: QueueMessage, delayMs?: number): Promise<void>;
}

/** SQS delays a message by at most 15 minutes; what must wait longer is found by the sweep. */
const LONGEST_DELAY_SECONDS = 900;

export function createSqsQueue({ client, url }: { readonly client: SQSClient; readonly url: string }): MessageQueue {
  const send = async (message: QueueMessage, delayMs = 0): Promise<void> => {
    const DelaySeconds = Math.min(LONGEST_DELAY_SECONDS, Math.ceil(delayMs / 1_000));
    await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: JSON.stringify(message), ...(DelaySeconds > 0 ? { DelaySeconds } : {}) }));
  };
  return { send, knock: (scope, delayMs) => send({ kind: 'knock', scope }, delayMs) };
}
