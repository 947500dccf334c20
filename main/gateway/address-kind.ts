import { BlockList, isIP } from 'node:net';

/**
 * Where an IP address lies: `public` on the internet; `private` inside somebody's network; `local` on this computer, on its
 * link, or nowhere a server of somebody else can be.
 */
export type AddressKind = 'public' | 'private' | 'local';

type Range = readonly [net: string, prefix: number, family: 'ipv4' | 'ipv6'];

function listOf(ranges: readonly Range[]): BlockList {
  const list = new BlockList();
  for (const [net, prefix, family] of ranges) list.addSubnet(net, prefix, family);
  return list;
}

const PRIVATE = listOf([
  ['10.0.0.0', 8, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  // Shared by customers of one provider.
  ['100.64.0.0', 10, 'ipv4'],
  ['fc00::', 7, 'ipv6'],
]);

const LOCAL = listOf([
  ['0.0.0.0', 8, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  // Link-local: data centres answer here with the secrets of the machine that asks.
  ['169.254.0.0', 16, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  // Multicast, reserved, broadcast.
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 128, 'ipv6'],
  ['::1', 128, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
  ['fec0::', 10, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
]);

/** IPv6 addresses that only wrap an IPv4 one, or tunnel to one: what they wrap cannot be trusted to be seen. */
const WRAPPING = listOf([
  ['::', 96, 'ipv6'],
  ['::ffff:0:0', 96, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['2001::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
]);

/** The IPv4 address in dotted form at the end of an IPv6 one, or in its last two groups. */
function wrapped(address: string): string | null {
  const dotted = /(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (dotted !== undefined) return isIP(dotted) === 4 ? dotted : null;
  const [high, low] = address.split(':').slice(-2);
  if (high === undefined || low === undefined) return null;
  const bits = (Number.parseInt(high || '0', 16) << 16) | Number.parseInt(low || '0', 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.');
}

/** Judges an IP address; whatever is no address counts as `local`, which is the least trusted kind. */
export function addressKind(address: string): AddressKind {
  const bare = address.replace(/%.*$/, '');
  const family = isIP(bare);
  if (family === 0) return 'local';
  const name = family === 4 ? 'ipv4' : 'ipv6';
  if (family === 6 && bare !== '::' && bare !== '::1' && WRAPPING.check(bare, 'ipv6')) {
    const mapped = /^::ffff:/i.test(bare) || /^64:ff9b::/i.test(bare) ? wrapped(bare) : null;
    return mapped === null ? 'local' : addressKind(mapped);
  }
  if (LOCAL.check(bare, name)) return 'local';
  return PRIVATE.check(bare, name) ? 'private' : 'public';
}
