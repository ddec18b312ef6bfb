import type { Architecture } from './architecture.js';

/** The tags of everything this tool makes. Nothing else is ever changed or deleted. */
export const TAGS = {
  mark: 'tinqs-ci',
  /** On machines: which run of this tool they belong to. */
  run: 'tinqs-ci:bake',
  /** On machines: `builder` or `verifier`. */
  role: 'tinqs-ci:bake-role',
  endsBy: 'tinqs-ci:ends-by',
  /** On snapshots: the AMI they belong to. */
  image: 'tinqs-ci:ami',
  inputs: 'tinqs-ci:inputs',
  base: 'tinqs-ci:base-ami',
  verified: 'tinqs-ci:verified',
  bootSeconds: 'tinqs-ci:boot-seconds',
} as const;

/** An AMI that this tool made. */
export interface OwnImage {
  readonly imageId: string;
  readonly name: string;
  readonly version: number;
  readonly architecture: Architecture;
  /** `pending`, `available`, `failed`, …. */
  readonly state: string;
  readonly createdAt: Date;
  readonly snapshotIds: readonly string[];
  /** When a machine booted from it and found all in place. */
  readonly verifiedAt: Date | undefined;
  /** From power-on to that machine's last word. */
  readonly bootSeconds: number | undefined;
  /** A digest of what went into it. */
  readonly inputs: string | undefined;
}

export const newestFirst = (images: readonly OwnImage[]): readonly OwnImage[] => [...images].sort((a, b) => b.version - a.version);
