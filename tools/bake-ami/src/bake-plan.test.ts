import { parseRunnerClasses } from '@tinqs/installation';
import { describe, expect, it } from 'vitest';
import { bakedDiskGiB, bakeProblems, planBake, type AccountFacts, type BakeInputs } from './bake-plan.js';
import { imageName } from './image-version.js';
import type { OwnImage } from './own-image.js';
import { pinnedInputs } from './testing/account.js';

const baseImage = { imageId: 'ami-1', rootDeviceName: '/dev/xvda', architecture: 'x86_64', available: true };
const facts: AccountFacts = { baseImage, ownImages: [] };
const withClasses = (text: string): BakeInputs => ({ ...pinnedInputs, classes: parseRunnerClasses(text) });
const made = (version: number, inputs: string, verified = true): OwnImage => ({ imageId: `ami-${version}`, name: imageName(version), version, architecture: 'x86_64', state: 'available', createdAt: new Date(0), snapshotIds: [], verifiedAt: verified ? new Date(0) : undefined, bootSeconds: undefined, inputs });

describe('the plan of a bake', () => {
  it('has the next number, the images of image classes once each, and a disk that fits every class', () => {
    const inputs = withClasses('web: { instanceTypes: [t3.small], mode: image, image: "node:22" }\nsite: { instanceTypes: [t3.small], mode: image, image: "node:22" }\ngo: { instanceTypes: [t3.small], diskGiB: 18 }\n');

    expect(planBake(inputs, { baseImage, ownImages: [made(4, 'x'), made(9, 'x')] })).toMatchObject({ name: 'tinqs-ci-runner-v10', images: ['node:22'], diskGiB: 18, sameAs: undefined });
    expect(bakedDiskGiB(withClasses('go: { instanceTypes: [t3.small], diskGiB: 100 }\n').classes)).toBe(20);
  });

  it('fits into user data', () => {
    expect(planBake(pinnedInputs, facts).userData('run1').length).toBeLessThan(16_384);
  });

  it('knows an AMI made of the same inputs, whatever the run, and none where one of them differs', () => {
    const { inputs } = planBake(pinnedInputs, facts);
    const same = (change: Partial<BakeInputs>, image = baseImage) => planBake({ ...pinnedInputs, ...change }, { baseImage: image, ownImages: [made(3, inputs), made(5, inputs, false)] }).sameAs;
    const [first, ...rest] = pinnedInputs.pins.pins;

    expect(same({})).toBe('tinqs-ci-runner-v3');
    expect(same({}, { ...baseImage, imageId: 'ami-2' })).toBeUndefined();
    expect(same({ manifest: '#!/bin/sh\n' })).toBeUndefined();
    expect(same({ pins: { pins: [{ ...first!, sum: 'b'.repeat(64) }, ...rest], unpinned: [] } })).toBeUndefined();
    expect(same({ classes: withClasses('web: { instanceTypes: [t3.small], mode: image, image: "node:22" }\n').classes })).toBeUndefined();
  });

  it.each<[string, BakeInputs, AccountFacts | undefined, readonly RegExp[]]>([
    ['all is well', pinnedInputs, facts, []],
    ['a tool is not pinned', { ...pinnedInputs, pins: { pins: [], unpinned: ['go for amd64 is not pinned yet'] } }, undefined, [/^go for amd64 is not pinned yet$/]],
    ['a class has a disk that the AMI does not fit on', withClasses('go: { instanceTypes: [t3.small], diskGiB: 8 }\n'), undefined, [/^runners\.yml: diskGiB of go is below 16/]],
    ['an image needs a login', withClasses('web: { instanceTypes: [t3.small], mode: image, image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/tinqs-ci/node:v1" }\n'), undefined, [/^runners\.yml: class web: 1234\S+ is in a private registry/]],
    ['the base is for another architecture', pinnedInputs, { ...facts, baseImage: { ...baseImage, architecture: 'arm64' } }, [/^the base ami-1 is for arm64, not for x86_64$/]],
    ['the base is not available', pinnedInputs, { ...facts, baseImage: { ...baseImage, available: false } }, [/^the base ami-1 is not available$/]],
  ])('has these problems where %s', (_, inputs, account, problems) => {
    expect(bakeProblems(inputs, account)).toEqual(problems.map((problem) => expect.stringMatching(problem) as string));
  });
});
