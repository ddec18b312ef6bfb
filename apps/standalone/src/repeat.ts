/** Does something at once and then every so often, never twice at the same time. */
export function repeat(everyMs: number, work: () => Promise<void>): { stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  const round = () => {
    const began = performance.now();
    running = work().finally(() => {
      if (!stopped) timer = setTimeout(round, Math.max(0, everyMs - (performance.now() - began)));
    });
  };
  round();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
