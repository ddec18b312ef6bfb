/** `major.minor.patch`; the tag is `v` and this. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

const pattern = /^v?(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/;

export function parseVersion(text: string): Version | undefined {
  const match = pattern.exec(text);
  return match ? { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3]) } : undefined;
}

export const tagOf = (version: Version): string => `v${version.major}.${version.minor}.${version.patch}`;

export function compareVersions(a: Version, b: Version): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch;
}

/** The newest version of a branch `v<major>` among these tags. */
export function newestVersion(tags: readonly string[], major: number): Version | undefined {
  const versions = tags.map(parseVersion).filter((version): version is Version => version?.major === major);
  return versions.sort(compareVersions).at(-1);
}

/** The version a changelog announces: that of its first `## ` heading. */
export function changelogVersion(text: string): Version | undefined {
  const heading = /^## +\[?([^\s\]]+)/m.exec(text);
  return heading ? parseVersion(heading[1]!) : undefined;
}
