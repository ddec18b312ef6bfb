import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imageName } from './image-version.js';
import type { OwnImage } from './own-image.js';
import { decidePrune, YOUNG_MS, type Reference } from './prune-decision.js';

const now = new Date('2030-01-10T00:00:00Z');

function image(version: number, ageMs = 10 * YOUNG_MS): OwnImage {
  return { imageId: `ami-${version}`, name: imageName(version), version, architecture: 'x86_64', state: 'available', createdAt: new Date(now.getTime() - ageMs), snapshotIds: [`snap-${version}`], verifiedAt: undefined, bootSeconds: undefined, inputs: undefined };
}
const means = (imageId: string, who = 'class go'): Reference => ({ who, target: { kind: 'image', imageId } });

describe('prune', () => {
  it('removes what nobody means, and says of the rest who does', () => {
    const images = [image(1), image(2), image(3), image(4, YOUNG_MS - 1), image(5)];
    const references = [means('ami-2', 'the previous pointer'), means('ami-2', 'machine i-1'), means('ami-f00')];

    const decision = decidePrune({ images, references, now });

    expect(decision).toEqual({
      kind: 'prune',
      remove: [image(3), image(1)],
      keep: [
        { image: image(5), because: ['the newest'] },
        { image: image(4, YOUNG_MS - 1), because: ['made within a day'] },
        { image: image(2), because: ['the previous pointer', 'machine i-1'] },
      ],
    });
  });

  it('removes nothing while one reference cannot be resolved, and names each', () => {
    const references: readonly Reference[] = [means('ami-9'), { who: 'class rust', target: { kind: 'unresolved', why: 'AccessDenied' } }, { who: 'the pointer', target: { kind: 'none' } }];

    expect(decidePrune({ images: [image(1), image(2)], references, now })).toEqual({ kind: 'refused', unresolved: ['class rust: AccessDenied'] });
  });

  const anyImage = fc.record({ version: fc.integer({ min: 1, max: 12 }), ageMs: fc.integer({ min: -YOUNG_MS, max: 3 * YOUNG_MS }) }).map(({ version, ageMs }) => image(version, ageMs));
  const anyWorld = fc.record({
    images: fc.uniqueArray(anyImage, { selector: ({ version }) => version, maxLength: 12 }),
    meant: fc.array(fc.integer({ min: 1, max: 14 }), { maxLength: 8 }),
    none: fc.nat({ max: 2 }),
    unresolved: fc.nat({ max: 3 }).map((roll) => (roll === 3 ? 1 : 0)),
  });
  const referencesOf = ({ meant, none, unresolved }: { meant: number[]; none: number; unresolved: number }): readonly Reference[] => [
    ...meant.map((version) => means(`ami-${version}`)),
    ...Array.from({ length: none }, (): Reference => ({ who: 'pointer', target: { kind: 'none' } })),
    ...Array.from({ length: unresolved }, (): Reference => ({ who: 'class', target: { kind: 'unresolved', why: '?' } })),
  ];

  it('in any world never takes what is meant, new or the newest; takes all else; and nothing where it cannot know', () => {
    fc.assert(
      fc.property(anyWorld, (world) => {
        const decision = decidePrune({ images: world.images, references: referencesOf(world), now });
        if (world.unresolved > 0) return decision.kind === 'refused';
        if (decision.kind !== 'prune') return false;
        const removed = new Set(decision.remove.map(({ version }) => version));
        const newest = Math.max(...world.images.map(({ version }) => version));
        return (
          decision.remove.length + decision.keep.length === world.images.length &&
          world.images.every(({ version, createdAt }) => removed.has(version) === !(world.meant.includes(version) || version === newest || now.getTime() - createdAt.getTime() < YOUNG_MS))
        );
      }),
      { numRuns: 500 },
    );
  });

  it('decides the same whatever the order of what it is told', () => {
    fc.assert(
      fc.property(anyWorld, fc.func(fc.integer()), (world, rank) => {
        const references = referencesOf(world);
        const shuffled = { images: [...world.images].sort((a, b) => rank(a.version) - rank(b.version)), references: [...references].reverse() };
        const [one, other] = [decidePrune({ images: world.images, references, now }), decidePrune({ ...shuffled, now })];
        return JSON.stringify(one.kind === 'prune' ? one.remove : one.kind) === JSON.stringify(other.kind === 'prune' ? other.remove : other.kind);
      }),
    );
  });
});
