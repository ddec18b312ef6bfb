/** Dollars, before tax. An estimate: what a bill says depends on region, discounts and free tiers. */
export interface PriceList {
  /** Day of this list. */
  readonly asOf: string;
  /** Linux, on demand, by instance type. */
  readonly onDemandPerHour: { readonly [instanceType: string]: number };
  readonly ipv4PerHour: number;
  /** gp3. */
  readonly diskPerGiBMonth: number;
  /** A runner's record does not say how large its disk was. */
  readonly diskGiB: number;
}

/** AWS's public list prices for Linux in eu-west-1 (EC2 on-demand pricing, EBS pricing, VPC public IPv4 pricing). */
export const EU_WEST_1: PriceList = {
  asOf: '2025-01-01',
  onDemandPerHour: {
    't3.nano': 0.0057,
    't3.micro': 0.0114,
    't3.small': 0.0228,
    't3.medium': 0.0456,
    't3.large': 0.0912,
    't3.xlarge': 0.1824,
    't3.2xlarge': 0.3648,
    't3a.nano': 0.0051,
    't3a.micro': 0.0102,
    't3a.small': 0.0204,
    't3a.medium': 0.0408,
    't3a.large': 0.0816,
    't3a.xlarge': 0.1632,
    't3a.2xlarge': 0.3264,
    't2.micro': 0.0126,
    't2.small': 0.025,
    't2.medium': 0.05,
    't2.large': 0.1008,
  },
  ipv4PerHour: 0.005,
  diskPerGiBMonth: 0.088,
  diskGiB: 20,
};
