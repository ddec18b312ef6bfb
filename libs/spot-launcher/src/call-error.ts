import { errorDetail } from './error-detail.js';
import { errorCode } from './launch-errors.js';

/** A call other than a launch failed: EC2 refused it, or could not be reached. The SDK's own error is the `cause`. */
export class Ec2CallError extends Error {
  override readonly name = 'Ec2CallError';
  /** EC2's code (`UnauthorizedOperation`), or the system's (`ECONNRESET`). */
  readonly code: string;

  constructor(
    readonly operation: string,
    options: { cause: unknown },
  ) {
    const code = errorCode(options.cause);
    const detail = errorDetail(options.cause);
    super(`${operation} failed: ${code}${detail === '' ? '' : `: ${detail}`}`, options);
    this.code = code;
  }
}
