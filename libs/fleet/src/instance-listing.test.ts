import { describe, expect, it } from 'vitest';
import { instanceListing } from './instance-listing.js';
import { TAGS, type Instance } from './ports.js';

function instance(instanceId: string, state: Instance['state'], name?: string, scope?: string): Instance {
  const tags = { ...(name === undefined ? {} : { [TAGS.name]: name }), ...(scope === undefined ? {} : { [TAGS.scope]: scope }) };
  return { instanceId, state, stateReason: null, launchedAt: 0, tags, pool: null, availabilityZone: null };
}

const gone = instance('i-1', 'terminated', 'one', 'repo-1');
const first = instance('i-2', 'running', 'two', 'repo-1');
const second = instance('i-3', 'pending', 'two', 'repo-2');
const bare = instance('i-4', 'stopped');
const listing = instanceListing([gone, first, second, bare]);

describe('an answer of EC2', () => {
  it.each<[instanceId: string | null, name: string, found: string | undefined, why: string]>([
    ['i-3', 'one', 'i-3', 'the id its record knows counts before its name'],
    [null, 'one', 'i-1', 'a machine that is gone is found too'],
    [null, 'two', 'i-2', 'of two with one name the first'],
    ['i-9', 'two', 'i-2', 'an id that is not listed any more: by its name'],
    [null, 'three', undefined, 'neither'],
  ])('has for %s %s the machine %s: %s', (instanceId, name, found, _why) => {
    expect(listing.of({ instanceId, name })?.instanceId).toBe(found);
  });

  it('counts as living whatever is not terminated, by scope', () => {
    expect(listing.living).toEqual([first, second, bare]);
    expect(listing.livingIn('repo-1')).toEqual([first]);
    expect(listing.livingIn('repo-3')).toEqual([]);
    expect(listing.withId('i-4')).toBe(bare);
  });
});
