/** A time zone as a function: how far local time is ahead of UTC at a moment, both in milliseconds. */
export type TimeZone = (at: number) => number;

export const utc: TimeZone = () => 0;

/**
 * Finds a zone by its IANA name. Undefined: no such zone. Gitea looks names up as files, so capitals count; `Local`, the server's
 * own zone, cannot be known here and is taken as UTC, which most servers run in.
 */
export function timeZoneOf(name: string): TimeZone | undefined {
  if (name === '' || name === 'UTC' || name === 'Local') return utc;
  if (!/^[A-Za-z]/.test(name)) return undefined;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone: name, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
  const known = format.resolvedOptions().timeZone;
  if (known !== name && known.toLowerCase() === name.toLowerCase()) return undefined;
  return (at) => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
    const local = Date.UTC(parts['year'] ?? 0, (parts['month'] ?? 1) - 1, parts['day'], parts['hour'], parts['minute'], parts['second']);
    return local - Math.floor(at / 1000) * 1000;
  };
}

/** The moment at which a clock of that zone shows a local time; a local time that is skipped lies after the gap, one that comes twice is the first. */
export function momentOf(zone: TimeZone, local: number): number {
  return local - zone(local - zone(local));
}
