/** A call of this tool's own that AWS refused or did not answer. The SDK's error, the `cause`, does not say which call it was. */
export class AwsCallError extends Error {
  override readonly name = 'AwsCallError';
  /** AWS's code (`UnauthorizedOperation`), or the system's (`ECONNRESET`). */
  readonly code: string;

  constructor(
    /** `CreateImage of i-0abc`: AWS's name of the call comes first. */
    readonly operation: string,
    options: { readonly cause: unknown },
  ) {
    const code = codeOf(options.cause);
    const detail = options.cause instanceof Error ? options.cause.message : String(options.cause);
    super(`${operation} failed: ${detail.includes(code) ? detail : `${code}: ${detail}`}`, options);
    this.code = code;
  }
}

/** Gives a call that fails its name. */
export async function named<Answer>(operation: string, call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (error) {
    throw new AwsCallError(operation, { cause: error });
  }
}

export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}

const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/^(UnauthorizedOperation|AccessDenied(Exception)?)$/, 'allow it to the caller (tools/bake-ami/README.md lists what is needed), then run it again'],
  [/^(ExpiredToken(Exception)?|RequestExpired|AuthFailure|InvalidClientTokenId|UnrecognizedClientException|CredentialsProviderError)$/, 'log in to AWS (does "aws sts get-caller-identity" answer?), then run it again'],
  [/^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|TimeoutError)$/, 'see that the network is there and AWS_REGION is right, then run it again'],
  [/^(RequestLimitExceeded|Throttling(Exception)?)$/, 'AWS is asked too often at the moment: run it again in some minutes'],
];

/** What to do about an error of AWS or of the way to it. */
export const remedyOf = (error: unknown): string => REMEDIES.find(([code]) => code.test(codeOf(error)))?.[1] ?? 'mend what AWS refuses, then run it again';
