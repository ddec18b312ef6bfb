import type { LogPort } from '@tinqs/fleet';

/** The log is no part of what is measured. */
export const silent: LogPort = { info: () => undefined, warn: () => undefined, error: () => undefined };
