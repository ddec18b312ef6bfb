import { describe, expect, it } from 'vitest';
import { poolReason } from './pool-reason.js';
import type { RestCause } from './world.js';

describe('P12 why no pool launches', () => {
  it.each<readonly [why: string, causes: readonly RestCause[], code: string, sentence: RegExp, remedy: RegExp]>([
    ['none has capacity', ['capacity', 'capacity'], 'NO_CAPACITY', /^every pool of class "go" is out of capacity$/, /add types/],
    ['Spot is out of quota', ['spot-quota'], 'SPOT_QUOTA', /Spot quota/, /Spot vCPU/],
    ['on demand is out of quota', ['on-demand-quota'], 'ON_DEMAND_QUOTA', /on-demand quota/, /Running On-Demand/],
    ['both markets are: more of the last is what would help', ['spot-quota', 'on-demand-quota'], 'ON_DEMAND_QUOTA', /on-demand quota/, /Running On-Demand/],
    ['subnets are full', ['subnet-full'], 'SUBNET_FULL', /no subnet has a free address/, /SUBNET/],
    ['the zones lack the types', ['unsupported', 'unsupported'], 'TYPE_UNSUPPORTED', /no zone of the subnets offers/, /instanceTypes/],
    ['machines run and never come online: no type of EC2 would help', ['never-online'], 'NEVER_ONLINE', /never came online/, /route/],
    ['each for a cause of its own', ['never-online', 'capacity', 'capacity'], 'NO_CAPACITY', /^no pool of class "go" launches now: 2 without capacity, 1 whose machines never came online$/, /add types/],
    ['nothing is known of any', [], 'NO_CAPACITY', /out of capacity/, /add types/],
  ])('%s', (_why, causes, code, sentence, remedy) => {
    const reason = poolReason('go', causes);

    expect(reason.code).toBe(code);
    expect(reason.sentence).toMatch(sentence);
    expect(reason.remedy).toMatch(remedy);
  });
});
