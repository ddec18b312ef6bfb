import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { QueueMessage } from '@tinqs/installation';
import classes from '../runners.yml';
import { composeDispatcher } from './compose.js';
import { dispatchBatch } from './dispatch.js';

const tools = composeDispatcher(process.env, classes, Date.now);

/** The queue's entry, with partial batch failures: what could not be recorded comes again, all else is retried from the table. */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  const batch = event.Records.map((record) => ({ id: record.messageId, message: JSON.parse(record.body) as QueueMessage }));
  const failed = await dispatchBatch(batch, tools);
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}
