import type { Scope } from '@tinqs/fleet';
import type { Delivery } from '@tinqs/gitea-client';

/** What the dispatcher's queue carries: a delivery as it was projected, a stub of one that starts nothing, an event that settles, or a knock. */
export type QueueMessage =
  | { readonly kind: 'delivery'; readonly receivedAt: number; readonly delivery: Delivery }
  | { readonly kind: 'stub'; readonly receivedAt: number; readonly id: string; readonly event: string; readonly repository: string | null; readonly decision: 'ignored' | 'not-allowed'; readonly sentence: string }
  /** A push or pull request, again, once Gitea has had time to make its runs. */
  | { readonly kind: 'settle'; readonly receivedAt: number; readonly delivery: Extract<Delivery, { kind: 'push' | 'pull-request' }> }
  | { readonly kind: 'knock'; readonly scope: Scope };
