import { readFileSync } from 'node:fs';
import type { Pin } from './pins.js';

const template = (name: string): string => readFileSync(new URL(`machine/${name}.sh`, import.meta.url), 'utf8');

export interface ProvisionOrder {
  /** Stands in every line on the console. */
  readonly run: string;
  readonly lifeSeconds: number;
  readonly pins: readonly Pin[];
  /** Container images that are pulled. */
  readonly images: readonly string[];
  /** The text of `images/manifest.sh`. */
  readonly manifest: string;
  /** Further lines of what is baked: name and value. */
  readonly facts: readonly (readonly [string, string])[];
  /** Where npm of the builder finds packages; its own default if empty. */
  readonly npmRegistry: string;
}

/** The user data of a builder: the whole making of the AMI, in one script. */
export function renderProvision({ run, lifeSeconds, pins, images, manifest, facts, npmRegistry }: ProvisionOrder): string {
  return fill(template('provision'), {
    RUN: runId(run),
    LIFE: wholeNumber(lifeSeconds),
    PINS: base64(table(pins.map(({ tool, version, algorithm, sum, url }) => [tool, version, algorithm, sum, url]))),
    IMAGES: base64(table(images.map((image) => [image]))),
    MANIFEST: base64(manifest),
    FACTS: base64(table(facts)),
    REGISTRY: base64(npmRegistry),
  });
}

/** The user data of the machine that looks at a finished AMI from inside. */
export function renderVerify({ run, lifeSeconds }: Pick<ProvisionOrder, 'run' | 'lifeSeconds'>): string {
  return fill(template('verify'), { RUN: runId(run), LIFE: wholeNumber(lifeSeconds) });
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/@@([A-Z]+)@@/g, (_slot, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`the script has a slot ${name} that nothing fills`);
    return value;
  });
}

function runId(run: string): string {
  if (!/^[a-z0-9]{1,32}$/.test(run)) throw new Error(`expected an id of a-z and 0-9, got ${JSON.stringify(run)}`);
  return run;
}

function wholeNumber(value: number): string {
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`expected whole seconds, got ${value}`);
  return String(value);
}

function table(rows: readonly (readonly string[])[]): string {
  const odd = rows.flat().find((cell) => /[\t\r\n]/.test(cell));
  if (odd !== undefined) throw new Error(`a line for the machine cannot hold ${JSON.stringify(odd)}`);
  return rows.map((cells) => `${cells.join('\t')}\n`).join('');
}

const base64 = (text: string): string => (Buffer.from(text).toString('base64').match(/.{1,76}/g) ?? []).join('\n');
