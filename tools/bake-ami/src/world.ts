import type { EC2Client } from '@aws-sdk/client-ec2';
import type { SSMClient } from '@aws-sdk/client-ssm';
import type { SpotLauncher } from '@tinqs/spot-launcher';

/** Everything outside: one account and region, time, and who listens. */
export interface World {
  readonly ec2: Pick<EC2Client, 'send'>;
  readonly ssm: Pick<SSMClient, 'send'>;
  readonly launcher: SpotLauncher;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Rejects at once where `stop` is or becomes aborted. */
  readonly sleep: (ms: number, stop?: AbortSignal) => Promise<void>;
  /** Somebody wants the run to end: what it has launched is still ended. */
  readonly stop?: AbortSignal;
  readonly say: (line: string) => void;
}

/** Where machines of this tool run. */
export interface Place {
  readonly instanceTypes: readonly string[];
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
}
