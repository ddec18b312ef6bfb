import { StoreUnavailableError, TableMissingError, TableShapeError, type UnavailableReason } from './errors.js';

/** Names as DynamoDB's API reference has them; anything it did not answer has no status code. */
const THROTTLED = new Set(['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded', 'LimitExceededException']);
const KEY_MISMATCH = /key element does not match the schema|Query condition missed key schema element|Missing the key .* in the item|Type mismatch for key/i;

/** What a failed call means to us; everything else (permissions, our own mistakes) passes as it is. */
export function translateError(error: unknown, operation: string, table: string): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message } = error;
  if (name === 'ResourceNotFoundException') return new TableMissingError(table, { cause: error });
  if (name === 'ValidationException' && KEY_MISMATCH.test(message)) return new TableShapeError(table, 'other keys', { cause: error });
  const reason = unavailable(error);
  return reason === null ? error : new StoreUnavailableError(operation, table, reason, { cause: error });
}

function unavailable(error: Error): UnavailableReason | null {
  if (THROTTLED.has(error.name)) return 'throttled';
  const { $metadata: metadata, $fault: fault } = error as { $metadata?: { httpStatusCode?: number }; $fault?: string };
  const status = metadata?.httpStatusCode;
  if (status !== undefined) return status >= 500 ? 'server-error' : null;
  if (fault === 'server') return 'server-error';
  return error.name === 'TimeoutError' || 'code' in error ? 'unreachable' : null;
}
