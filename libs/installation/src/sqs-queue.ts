import type { QueuePort } from '@tinqs/fleet';
import type { AwsCall } from './aws-call.js';
import type { QueueMessage } from './queue-message.js';

export interface MessageQueue extends QueuePort {
  send(message: QueueMessage, delayMs?: number): Promise<void>;
}

/** SQS delays a message by at most 15 minutes; what must wait longer is found by the sweep. */
const LONGEST_DELAY_SECONDS = 900;

/** The queue behind a URL, by SQS's JSON protocol. */
export function createSqsQueue({ call, url }: { readonly call: AwsCall; readonly url: string }): MessageQueue {
  const send = async (message: QueueMessage, delayMs = 0): Promise<void> => {
    const DelaySeconds = Math.min(LONGEST_DELAY_SECONDS, Math.ceil(delayMs / 1_000));
    await call({ service: 'sqs', endpoint: url, target: 'AmazonSQS.SendMessage', version: '1.0', input: { QueueUrl: url, MessageBody: textOf(message), ...(DelaySeconds > 0 ? { DelaySeconds } : {}) } });
  };
  return { send, knock: (scope, delayMs) => send({ kind: 'knock', scope }, delayMs) };
}

/** JSON escapes whatever SQS refuses but for two characters that are none. */
function textOf(message: QueueMessage): string {
  return JSON.stringify(message).replace(/[\ufffe\uffff]/g, (character) => (character === '\ufffe' ? '\\ufffe' : '\\uffff'));
}
