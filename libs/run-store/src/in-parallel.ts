/** Runs `task` for every entry, a few at a time, and answers in the order of the entries. */
export async function inParallel<Entry, Result>(entries: readonly Entry[], task: (entry: Entry) => Promise<Result>, atOnce = 8): Promise<readonly Result[]> {
  const results: Result[] = new Array<Result>(entries.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < entries.length; index = next++) results[index] = await task(entries[index]!);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, entries.length) }, worker));
  return results;
}
