import { reason, type Reason } from './reason.js';
import type { RestCause } from './world.js';

/** Why no pool of a class launches now, as a person can mend it: by what all of them have in common. */
export function poolReason(classId: string, causes: readonly RestCause[]): Reason {
  const areAll = (...wanted: readonly RestCause[]) => causes.length > 0 && causes.every((cause) => wanted.includes(cause));
  if (areAll('spot-quota')) return reason('SPOT_QUOTA', { classId });
  if (areAll('spot-quota', 'on-demand-quota')) return reason('ON_DEMAND_QUOTA', { classId });
  if (areAll('subnet-full')) return reason('SUBNET_FULL', { classId });
  if (areAll('unsupported')) return reason('TYPE_UNSUPPORTED', { classId });
  if (areAll('never-online')) return reason('NEVER_ONLINE', { classId });
  return reason('NO_CAPACITY', { classId, mixture: areAll('capacity') || causes.length === 0 ? null : counted(causes) });
}

const IN_WORDS: { readonly [cause in RestCause]: string } = {
  capacity: 'without capacity',
  unsupported: 'without the type',
  'spot-quota': 'beyond the Spot quota',
  'on-demand-quota': 'beyond the on-demand quota',
  'subnet-full': 'without a free address',
  'never-online': 'whose machines never came online',
};

function counted(causes: readonly RestCause[]): string {
  return [...new Set(causes)].sort().map((cause) => `${causes.filter((each) => each === cause).length} ${IN_WORDS[cause]}`).join(', ');
}
