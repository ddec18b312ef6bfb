/** As EC2 and Gitea's runner name it; `images/versions.json` and the tools' folders have `amd64` and `arm64`. */
export type Architecture = 'x86_64' | 'arm64';

export const ARCHITECTURES: readonly Architecture[] = ['x86_64', 'arm64'];

export const toolArchitecture = (architecture: Architecture): 'amd64' | 'arm64' => (architecture === 'x86_64' ? 'amd64' : 'arm64');

/** Several equivalent types, for zones that lack one; of the Nitro system, whose console can be read while it is written. */
export const builderTypes = (architecture: Architecture): readonly string[] => (architecture === 'x86_64' ? ['t3.medium', 't3a.medium'] : ['t4g.medium']);

/** Debian's own public parameter: the newest official AMI of Debian 13, as `images/versions.json` has it for images. */
export const debianBase = (architecture: Architecture): string => `ssm:/aws/service/debian/release/13/latest/${toolArchitecture(architecture)}`;
