/** Timers that fire when told so: a process that sleeps on it may sleep for hours, or for ever, in no time. */
export interface VirtualClock {
  now(): number;
  sleep(ms: number): Promise<void>;
  call(at: number, work: () => void): void;
  nextAt(): number | undefined;
  /** Sets the time, and fires the first timer that is due then, if there is one. */
  tick(at: number): boolean;
}

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly work: () => void;
}

export function createVirtualClock(startedAt: number): VirtualClock {
  let now = startedAt;
  let order = 0;
  // A binary heap: thousands of sleepers wake in order.
  const heap: Timer[] = [];
  const before = (a: Timer, b: Timer) => a.at < b.at || (a.at === b.at && a.order < b.order);

  function push(timer: Timer): void {
    heap.push(timer);
    for (let index = heap.length - 1; index > 0; ) {
      const parent = (index - 1) >> 1;
      if (!before(heap[index]!, heap[parent]!)) return;
      [heap[index], heap[parent]] = [heap[parent]!, heap[index]!];
      index = parent;
    }
  }

  function pop(): Timer {
    const [first] = heap;
    const last = heap.pop()!;
    if (heap.length > 0) heap[0] = last;
    for (let index = 0; ; ) {
      const [left, right] = [2 * index + 1, 2 * index + 2];
      let least = index;
      if (left < heap.length && before(heap[left]!, heap[least]!)) least = left;
      if (right < heap.length && before(heap[right]!, heap[least]!)) least = right;
      if (least === index) return first!;
      [heap[index], heap[least]] = [heap[least]!, heap[index]!];
      index = least;
    }
  }

  return {
    now: () => now,
    sleep: (ms) => new Promise((resolve) => push({ at: now + Math.max(0, ms), order: order++, work: resolve })),
    call: (at, work) => push({ at: Math.max(at, now), order: order++, work }),
    nextAt: () => heap[0]?.at,
    tick(at) {
      now = Math.max(now, at);
      if (heap[0] === undefined || heap[0].at > now) return false;
      pop().work();
      return true;
    },
  };
}
