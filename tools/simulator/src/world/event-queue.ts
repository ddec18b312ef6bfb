import type { Instant } from '@tinqs/fleet';

interface Entry<Event> {
  readonly at: Instant;
  readonly sequence: number;
  readonly event: Event;
}

/** What is still to happen: a binary heap by time, then by the order in which it was foreseen. Plain data. */
export interface EventQueue<Event> {
  sequence: number;
  readonly heap: Entry<Event>[];
}

export function createEventQueue<Event>(): EventQueue<Event> {
  return { sequence: 0, heap: [] };
}

export function enqueue<Event>(queue: EventQueue<Event>, at: Instant, event: Event): void {
  const { heap } = queue;
  let index = heap.length;
  const entry = { at, sequence: queue.sequence++, event };
  heap.push(entry);
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (isBefore(heap[parent]!, entry)) break;
    heap[index] = heap[parent]!;
    index = parent;
  }
  heap[index] = entry;
}

/** When the next event is due. */
export function nextAt<Event>(queue: EventQueue<Event>): Instant | undefined {
  return queue.heap[0]?.at;
}

/** Takes the next event out. */
export function dequeue<Event>(queue: EventQueue<Event>): Entry<Event> | undefined {
  const { heap } = queue;
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    if (left >= heap.length) break;
    const right = left + 1;
    const child = right < heap.length && isBefore(heap[right]!, heap[left]!) ? right : left;
    if (isBefore(last, heap[child]!)) break;
    heap[index] = heap[child]!;
    index = child;
  }
  heap[index] = last;
  return first;
}

function isBefore<Event>(a: Entry<Event>, b: Entry<Event>): boolean {
  return a.at < b.at || (a.at === b.at && a.sequence < b.sequence);
}
