/** Where a machine pretends to run. In the sandbox every pool has room. */
export interface Pool {
  readonly instanceType: string;
  readonly subnet: string;
  readonly market: 'spot' | 'on-demand';
}

/** The part of an EC2 launch that means something here; what else a launcher is asked for may be there and is ignored. */
export interface LaunchRequest {
  /** Unique per machine: a name is launched once. */
  readonly name: string;
  /** The first is taken. */
  readonly pools: readonly Pool[];
  /** The boot script as text, run byte for byte. */
  readonly userData: string;
  readonly tags: { readonly [key: string]: string };
}

export type LaunchOutcome =
  | { readonly kind: 'launched'; readonly instanceId: string; readonly pool: Pool; readonly availabilityZone: string; readonly launchTime: Date; readonly tried: readonly [] }
  | {
      readonly kind: 'refused';
      readonly code: 'IdempotentParameterMismatch' | 'IdempotentInstanceTerminated';
      readonly class: 'token-mismatch' | 'already-ended';
      readonly permanent: true;
      readonly sentence: string;
      readonly reason: string;
      readonly remedy: string;
      readonly tried: readonly [];
    };
