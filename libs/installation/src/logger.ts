import type { LogPort } from '@tinqs/fleet';

/** A logger whose children carry more fields. The message is a constant phrase, the rest is fields. */
export interface Logger extends LogPort {
  child(fields: object): Logger;
}

/**
 * One JSON object a line. Errors are written as their name, message and causes: JSON would show them as `{}`.
 * Nothing secret is passed here; what looks like one is a defect of the caller.
 */
export function createLogger(write: (line: string) => void, now: () => number, base: object = {}): Logger {
  const log = (level: string) => (message: string, fields: object = {}) => write(JSON.stringify({ at: new Date(now()).toISOString(), level, message, ...base, ...fields }, plain));
  return { info: log('info'), warn: log('warn'), error: log('error'), child: (fields) => createLogger(write, now, { ...base, ...fields }) };
}

function plain(_key: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  return { name: value.name, message: value.message, ...(value.cause === undefined ? {} : { cause: value.cause }) };
}
