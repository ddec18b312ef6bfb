import type { TimelineEntry } from './job.js';
import { oneLine, type Reason, type RecordedReason } from './reason.js';
import type { Instant } from './time.js';

const MOST_ENTRIES = 40;
const MOST_REASONS = 5;

/** Adds an entry; beyond forty the oldest but the first few go, so that the beginning and the end stay. */
export function addEntry(timeline: readonly TimelineEntry[], at: Instant, event: string, detail: string): readonly TimelineEntry[] {
  const entry = { at, event, detail: oneLine(detail).slice(0, 500) };
  const last = timeline.at(-1);
  if (last !== undefined && last.event === entry.event && last.detail === entry.detail) return timeline;
  const next = [...timeline, entry];
  // Clocks differ: what is noted last may be older than what was noted before it.
  if (last !== undefined && last.at > at) next.sort((a, b) => a.at - b.at);
  return next.length <= MOST_ENTRIES ? next : [...next.slice(0, 5), ...next.slice(next.length - MOST_ENTRIES + 5)];
}

/** The five newest reasons, newest first; the same one again changes nothing. */
export function addReason(reasons: readonly RecordedReason[], why: Reason, at: Instant): readonly RecordedReason[] {
  if (reasons[0]?.code === why.code && reasons[0].sentence === why.sentence) return reasons;
  const { code, sentence, remedy } = why;
  return [{ code, sentence, remedy, at }, ...reasons.slice(0, MOST_REASONS - 1)];
}
