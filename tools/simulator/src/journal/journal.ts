import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandName } from '../world/commands.js';
import { createSimulatedWorld, type JournalEntry, type SimulatedWorld, type WorldOptions } from '../world/world.js';
import { decodeState, encodeState } from './state-text.js';

export interface OpenJournalOptions {
  /** Made if it is not there. */
  readonly folder: string;
  readonly now: () => number;
  /** For a world that does not exist yet. `timing` and `script` are not journalled: they are taken from here each time. */
  readonly world: Omit<WorldOptions, 'startedAt' | 'state' | 'record'>;
  /** Journal lines until the next snapshot. */
  readonly linesPerSnapshot?: number;
}

export interface JournalledWorld {
  readonly world: SimulatedWorld;
  /** Was there one already? */
  readonly resumed: boolean;
  close(): void;
}

/**
 * A world that outlives its process. Every command, and every advance in which something happens, is written down
 * before it is carried out; the same commands at the same instants are the same history. While nobody ran it, its
 * time has gone on: machines finished, deliveries were tried and lost; only the script's people were away.
 */
export function openJournal({ folder, now, world: options, linesPerSnapshot = 2_000 }: OpenJournalOptions): JournalledWorld {
  mkdirSync(folder, { recursive: true });
  const snapshotFile = join(folder, 'world.json');
  const found = existsSync(snapshotFile) ? decodeState(readFileSync(snapshotFile, 'utf8')) : undefined;
  let generation = found?.generation ?? 0;
  let lines = 0;
  let journal: number | undefined;

  const world = createSimulatedWorld({ ...options, startedAt: now(), ...(found ? { state: found.state } : {}), record });
  if (found) {
    for (const entry of readEntries(journalFile(generation))) replay(world, entry);
    snapshot();
    world.do('stayAway', { until: now() });
  } else snapshot();
  // Deliveries of the time between were tried when nobody listened.
  world.advanceTo(now());

  function journalFile(of: number): string {
    return join(folder, `world-${of}.jsonl`);
  }

  /** One write of one line: it is either there or, after a kill, torn, which the reader passes over. */
  function record(entry: JournalEntry): void {
    if (journal === undefined) return;
    if (lines >= linesPerSnapshot) snapshot();
    writeSync(journal, `${JSON.stringify(entry)}\n`);
    lines += 1;
  }

  function snapshot(): void {
    const previous = journal;
    generation += 1;
    const temporary = `${snapshotFile}.new`;
    writeFileSync(temporary, encodeState(generation, world.state));
    renameSync(temporary, snapshotFile);
    journal = openSync(journalFile(generation), 'a');
    if (previous !== undefined) closeSync(previous);
    rmSync(journalFile(generation - 1), { force: true });
    lines = 0;
  }

  return {
    world,
    resumed: found !== undefined,
    close: () => {
      if (journal !== undefined) closeSync(journal);
      journal = undefined;
    },
  };
}

function replay(world: SimulatedWorld, { at, command }: JournalEntry): void {
  world.advanceTo(at);
  if (!command) return;
  try {
    world.do(command[0] as CommandName, command[1] as never);
  } catch {
    // It failed the first time as well: a command that fails changes nothing.
    return;
  }
}

function readEntries(file: string): readonly JournalEntry[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as JournalEntry);
}
