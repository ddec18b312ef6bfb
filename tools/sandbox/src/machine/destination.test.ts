import { describe, expect, it } from 'vitest';
import { destinationOf } from './destination.mjs';

describe('destinationOf', () => {
  it.each([
    ['169.254.169.254', 80, 'metadata', "the stand-in, never the host's own"],
    ['::ffff:169.254.169.254', 80, 'metadata', 'the same, on a socket for both families'],
    ['fd00:ec2::254', 80, 'metadata', 'the same, by IPv6'],
    ['169.254.169.254', 443, 'closed', 'nothing answers there'],
    ['169.254.169.123', 80, 'closed', "link-local is the host's neighbourhood"],
    ['169.254.170.2', 80, 'closed', "where containers find the host's credentials"],
    ['fe80::1', 80, 'closed', 'link-local, by IPv6'],
    ['127.0.0.1', 3000, { host: '127.0.0.1', port: 3000 }, 'a loopback port that was named'],
    ['127.0.0.1', 4680, 'closed', 'one that was not'],
    ['::ffff:127.0.0.1', 4680, 'closed', 'the same, in disguise'],
    ['127.1.2.3', 80, 'closed', 'all of 127/8 is loopback'],
    ['::1', 3000, { host: '::1', port: 3000 }, 'loopback, by IPv6'],
    ['::1', 80, 'closed', 'the same, not named'],
    ['0.0.0.0', 80, 'closed', 'another name of loopback'],
    ['::', 80, 'closed', 'another name of loopback'],
    ['203.0.113.7', 443, { host: '203.0.113.7', port: 443 }, 'the internet'],
    ['::ffff:203.0.113.7', 443, { host: '203.0.113.7', port: 443 }, 'the internet, on a socket for both families'],
  ])('%s port %i: %o, %s', (address, port, destination, _reason) => {
    expect(destinationOf({ address, port }, [3000])).toEqual(destination);
  });
});
