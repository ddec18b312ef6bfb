const PREFIX = 'tinqs-ci-runner-v';

/** For a filter of DescribeImages. */
export const ANY_IMAGE_NAME = `${PREFIX}*`;

export const imageName = (version: number): string => `${PREFIX}${version}`;

/** `undefined` for what is not named by this tool: `tinqs-ci-runner-v07` and `tinqs-ci-runner-v7-copy` are somebody's own. */
export function versionOf(name: string): number | undefined {
  const [, digits] = /^tinqs-ci-runner-v([1-9]\d{0,8})$/.exec(name) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** One above all that exist, of both architectures: a name is unique in an account and region. */
export function nextVersion(names: readonly string[]): number {
  return Math.max(0, ...names.map((name) => versionOf(name) ?? 0)) + 1;
}
