/**
 * Where a connection that a machine opened may go. Loopback means the host's own: only the ports that were named.
 * Link-local is never the host's: an EC2 host's real metadata service would answer there.
 *
 * @param {{ address: string, port: number }} wanted
 * @param {readonly number[]} loopbackPorts
 * @returns {'metadata' | 'closed' | { host: string, port: number }}
 */
export function destinationOf({ address, port }, loopbackPorts) {
  const host = address.replace(/^::ffff:/, '');
  if (host === '169.254.169.254' || host === 'fd00:ec2::254') return port === 80 ? 'metadata' : 'closed';
  if (host.startsWith('169.254.') || /^fe[89ab]/i.test(host) || host === '0.0.0.0' || host === '::') return 'closed';
  if ((host.startsWith('127.') || host === '::1') && !loopbackPorts.includes(port)) return 'closed';
  return { host, port };
}
