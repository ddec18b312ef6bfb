import { DescribeSpotPriceHistoryCommand, type DescribeSpotPriceHistoryCommandInput } from '@aws-sdk/client-ec2';
import { callEc2, type CallTools } from './call.js';

/** What a Spot machine costs in a zone, in US dollars per hour, since `since`. */
export interface SpotPrice {
  readonly instanceType: string;
  readonly availabilityZone: string;
  readonly pricePerHour: number;
  readonly since: Date;
}

/** Reads the Linux Spot price of each type in each zone of the region as it is at `now`; a type that a zone lacks is absent. */
export async function readSpotPrices(instanceTypes: readonly string[], now: Date, tools: CallTools): Promise<readonly SpotPrice[]> {
  const newest = new Map<string, SpotPrice>();
  if (instanceTypes.length === 0) return [];
  let NextToken: string | undefined;
  do {
    const input = {
      InstanceTypes: [...instanceTypes] as NonNullable<DescribeSpotPriceHistoryCommandInput['InstanceTypes']>,
      ProductDescriptions: ['Linux/UNIX'],
      // From a moment on, EC2 also gives the price that held then: asked from now on, the present one.
      StartTime: now,
      MaxResults: 1000,
      ...(NextToken !== undefined && { NextToken }),
    };
    const page = await callEc2('DescribeSpotPriceHistory', tools, (options) => tools.ec2.send(new DescribeSpotPriceHistoryCommand(input), options));
    for (const { InstanceType: instanceType, AvailabilityZone: availabilityZone, SpotPrice: price, Timestamp: since } of page.SpotPriceHistory ?? []) {
      if (instanceType === undefined || availabilityZone === undefined || since === undefined || !Number.isFinite(Number(price))) continue;
      const known = newest.get(`${instanceType} ${availabilityZone}`);
      if (known === undefined || known.since < since) newest.set(`${instanceType} ${availabilityZone}`, { instanceType, availabilityZone, pricePerHour: Number(price), since });
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined && NextToken !== '');
  return [...newest.values()];
}
