import { reconcileInstance } from '@tinqs/fleet';
import type { EventBridgeEvent } from 'aws-lambda';
import { composeMonitor } from './compose.js';

const monitor = composeMonitor('instance-events', process.env, Date.now);

/** EC2's own words: Spot interruption warnings, and machines that stopped or ended. Best effort and unordered: the sweep sees the same within a minute. */
export async function handler(event: EventBridgeEvent<string, { readonly 'instance-id': string }>): Promise<'reconciled' | 'not-ours'> {
  const { ports, settings } = await monitor.open();
  // Not from `resources`, whose ARN has varied; the event has no tags, so machines of others are told apart by one filtered list.
  const instanceId = event.detail['instance-id'];
  const outcome = await reconcileInstance(ports, settings, instanceId);
  if (outcome === 'reconciled') ports.log.info('machine reconciled', { instanceId, about: event['detail-type'] });
  return outcome;
}
