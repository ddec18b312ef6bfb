export { ItemSchemaError, StoreContentionError, StoreUnavailableError, TableMissingError, TableShapeError } from './errors.js';
export type { UnavailableReason } from './errors.js';
export type { EndedRange } from './ended-records.js';
export type { FoundJob } from './find-job.js';
export { createRunStore } from './run-store.js';
export type { LiveItems, RunStore, RunStoreOptions } from './run-store.js';
export type { TableFacts } from './table-setup.js';
