/** A refusal that concerns one pool, or pools like it: another may launch. */
export type PoolErrorClass = 'capacity' | 'price' | 'unsupported' | 'subnet-full' | 'spot-quota' | 'on-demand-quota';

/** What a refused or failed RunInstances means for the launch. Which class does what: `launch-policy.ts`. */
export type LaunchErrorClass =
  | PoolErrorClass
  | 'volume-quota'
  | 'throttled'
  | 'unknown-outcome'
  | 'token-mismatch'
  | 'already-ended'
  | 'configuration'
  | 'permission'
  | 'account'
  | 'credentials'
  | 'dry-run'
  | 'unrecognised';

/** A code ending in `*` stands for every code that begins so. Codes: EC2 API reference, "Error codes for the Amazon EC2 API". */
export const LAUNCH_ERRORS: { readonly [code: string]: LaunchErrorClass } = {
  InsufficientInstanceCapacity: 'capacity',
  InsufficientCapacity: 'capacity',
  InsufficientHostCapacity: 'capacity',
  InsufficientCapacityOnHost: 'capacity',
  UnfulfillableCapacity: 'capacity',
  'capacity-not-available': 'capacity',

  SpotMaxPriceTooLow: 'price',

  Unsupported: 'unsupported',
  InvalidInstanceType: 'unsupported',
  'InstanceTypeNotSupported*': 'unsupported',

  InsufficientFreeAddressesInSubnet: 'subnet-full',

  MaxSpotInstanceCountExceeded: 'spot-quota',
  MaxSpotFleetRequestCountExceeded: 'spot-quota',
  TargetCapacityLimitExceededException: 'spot-quota',
  VcpuLimitExceeded: 'on-demand-quota',
  InstanceLimitExceeded: 'on-demand-quota',
  ResourceLimitExceeded: 'on-demand-quota',
  VolumeLimitExceeded: 'volume-quota',
  MaxIOPSLimitExceeded: 'volume-quota',

  RequestLimitExceeded: 'throttled',
  'Throttling*': 'throttled',
  EC2ThrottledException: 'throttled',
  'TooManyRequests*': 'throttled',

  InternalError: 'unknown-outcome',
  InternalFailure: 'unknown-outcome',
  ServiceUnavailable: 'unknown-outcome',
  Unavailable: 'unknown-outcome',
  RequestTimeout: 'unknown-outcome',

  IdempotentParameterMismatch: 'token-mismatch',
  IdempotentInstanceTerminated: 'already-ended',

  'InvalidAMIID.*': 'configuration',
  'InvalidSubnetID.NotFound': 'configuration',
  'InvalidGroup.NotFound': 'configuration',
  'InvalidParameter*': 'configuration',
  InvalidBlockDeviceMapping: 'configuration',
  'InvalidUserData.Malformed': 'configuration',
  MissingParameter: 'configuration',
  'InvalidLaunchTemplate*': 'configuration',

  UnauthorizedOperation: 'permission',
  AuthFailure: 'permission',
  'AuthFailure.ServiceLinkedRoleCreationNotPermitted': 'permission',
  InvalidClientTokenId: 'permission',
  SignatureDoesNotMatch: 'permission',
  UnrecognizedClientException: 'permission',
  OptInRequired: 'account',
  PendingVerification: 'account',
  Blocked: 'account',

  'ExpiredToken*': 'credentials',
  RequestExpired: 'credentials',
  CredentialsProviderError: 'credentials',
  TokenProviderError: 'credentials',

  DryRunOperation: 'dry-run',
};

const exact = new Map(Object.entries(LAUNCH_ERRORS));
const prefixes = [...exact].filter(([code]) => code.endsWith('*')).map(([code, errorClass]) => [code.slice(0, -1), errorClass] as const);

/**
 * Classes whatever `EC2Client.send(new RunInstancesCommand(…))` threw.
 *
 * The code decides before the HTTP status: EC2 says `InsufficientInstanceCapacity` with status 500. Without a known
 * code, a 4xx is a definite refusal (nothing was launched) and everything else, an unparsable answer included, is an
 * unknown outcome: a machine may be running.
 */
export function classifyLaunchError(error: unknown): LaunchErrorClass {
  const code = errorCode(error);
  const known = exact.get(code) ?? prefixes.find(([prefix]) => code.startsWith(prefix))?.[1];
  if (known !== undefined) return known;
  const status = httpStatus(error);
  if (status === 429) return 'throttled';
  return status !== undefined && status >= 400 && status < 500 && status !== 408 ? 'unrecognised' : 'unknown-outcome';
}

/** EC2's error code, or for a broken connection the system's (`ECONNRESET`); `'Error'` where there is none. */
export function errorCode(error: unknown): string {
  const { name, code, Code } = (typeof error === 'object' && error !== null ? error : {}) as { name?: unknown; code?: unknown; Code?: unknown };
  // The SDK names an exception after its code; node's network errors are all called Error or TimeoutError.
  const found = [Code, name === 'Error' ? code : name, code].find((each) => typeof each === 'string' && each !== '');
  return typeof found === 'string' ? found.replace(/^(Client|Server)\./, '') : 'Error';
}

function httpStatus(error: unknown): number | undefined {
  const status = (error as { $metadata?: { httpStatusCode?: unknown } } | null | undefined)?.$metadata?.httpStatusCode;
  return typeof status === 'number' ? status : undefined;
}
