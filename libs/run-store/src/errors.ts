/** Why the table did not answer, although the SDK tried again. */
export type UnavailableReason = 'throttled' | 'server-error' | 'unreachable';

/**
 * The table did not answer. For a write the outcome is unknown: repeat the call with the same arguments, which
 * answers as the first call would have.
 */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';

  constructor(
    readonly operation: string,
    readonly table: string,
    readonly reason: UnavailableReason,
    options: { cause: unknown },
  ) {
    super(`${operation} on table "${table}" failed: ${SENTENCES[reason]}`, options);
  }
}

const SENTENCES: { readonly [reason in UnavailableReason]: string } = {
  throttled: 'DynamoDB throttled it, and again on every retry',
  'server-error': 'DynamoDB answered with a server error on every retry',
  unreachable: 'the endpoint cannot be reached or did not answer in time',
};

export class TableMissingError extends Error {
  override readonly name = 'TableMissingError';

  constructor(
    readonly table: string,
    options?: { cause: unknown },
  ) {
    super(`table "${table}" does not exist (or not in this region and account): nx run dispatcher:deploy makes it; if it has another name, set DDB_TABLE`, options);
  }
}

export class TableShapeError extends Error {
  override readonly name = 'TableShapeError';

  constructor(
    readonly table: string,
    found: string,
    options?: { cause: unknown },
  ) {
    super(`table "${table}" has ${found}, expected the string keys pk (partition) and sk (sort): it belongs to another program; set DDB_TABLE=${table}-2, then nx run dispatcher:deploy`, options);
  }
}

/** An item that this version cannot read: a newer one wrote it, or something that is not tinqs-ci. */
export class ItemSchemaError extends Error {
  override readonly name = 'ItemSchemaError';

  constructor(
    readonly key: string,
    found: string,
    remedy: string,
  ) {
    super(`item ${key} ${found}; ${remedy}`);
  }
}

/** A conditional write lost against other writers each time it was tried; nothing was written. */
export class StoreContentionError extends Error {
  override readonly name = 'StoreContentionError';

  constructor(
    readonly operation: string,
    readonly attempts: number,
  ) {
    super(`${operation} lost against other writers ${attempts} times: try again later`);
  }
}
