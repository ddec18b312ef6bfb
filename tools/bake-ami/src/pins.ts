import { toolArchitecture, type Architecture } from './architecture.js';

/** One download that is baked, as `images/versions.json` has it pinned. */
export interface Pin {
  readonly tool: string;
  readonly version: string;
  readonly algorithm: string;
  readonly sum: string;
  /** An address, or `npm:<name>@<version>`. */
  readonly url: string;
}

export interface PinList {
  readonly pins: readonly Pin[];
  /** A sentence for each tool that cannot be baked yet; it names the command that mends it. */
  readonly unpinned: readonly string[];
}

/** The two functions of `images/versions.mjs` that are used. */
export interface VersionsModule {
  readVersions(file?: string): unknown;
  fileOf(versions: unknown, tool: string, architecture: string): Omit<Pin, 'tool'>;
}

/** pnpm is fetched by the npm of the Node before it. */
export const BAKED_TOOLS = ['runner', 'go', 'node', 'pnpm', 'aws-cli', 'godot'] as const;

/** Reads every pin, so that all that is missing is told at once. */
export function listPins({ fileOf }: Pick<VersionsModule, 'fileOf'>, versions: unknown, architecture: Architecture): PinList {
  const pins: Pin[] = [];
  const unpinned: string[] = [];
  for (const tool of BAKED_TOOLS) {
    try {
      pins.push(checked({ tool, ...fileOf(versions, tool, tool === 'pnpm' ? 'any' : toolArchitecture(architecture)) }));
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'NotPinned') throw error;
      unpinned.push(error.message);
    }
  }
  return { pins, unpinned };
}

/** The fields become columns of a line. */
function checked(pin: Pin): Pin {
  if (!/^(https?:\/\/|npm:)[\u0021-\u007e]+$/.test(pin.url)) throw new Error(`images/versions.json: ${pin.tool}: expected an address without blanks, got ${JSON.stringify(pin.url)}`);
  return pin;
}
