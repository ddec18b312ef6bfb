import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A delivery as a real server sent it. */
export interface RecordedDelivery {
  readonly version: string;
  /** The file's name without `.json`: number, event, case. */
  readonly name: string;
  readonly note: string;
  /** Names in their case on the wire. */
  readonly headers: Readonly<Record<string, string>>;
  /** The exact text; signed with `recordedSecret`, unless it came from the hook without a secret. */
  readonly body: string;
}

export const recordedSecret = 'fixture-secret';

export const recordedVersions = ['1.24', '1.25', '1.26', '1.27'] as const;

const folder = fileURLToPath(new URL('../fixtures/deliveries/', import.meta.url));

/** All recorded deliveries, in the order of their numbers. */
export function recordedDeliveries(versions: readonly string[] = recordedVersions): readonly RecordedDelivery[] {
  return versions.flatMap((version) => readdirSync(`${folder}${version}`).toSorted().map((file) => recordedDelivery(version, file.slice(0, -'.json'.length))));
}

export function recordedDelivery(version: string, name: string): RecordedDelivery {
  const { note, headers, body } = JSON.parse(readFileSync(`${folder}${version}/${name}.json`, 'utf8')) as Omit<RecordedDelivery, 'version' | 'name'>;
  return { version, name, note, headers, body };
}
