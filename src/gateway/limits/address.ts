import { isIPv6 } from 'node:net';

/**
 * What limits per address count by: an IPv4 address (also where it comes as `::ffff:a.b.c.d`), or the /64 network
 * of an IPv6 one, as one host has all of it.
 */
export const addressKey = (address: string | undefined): string => {
  if (address === undefined) return 'unknown';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  return isIPv6(address) ? `${network64(address)}::/64` : address;
};

const network64 = (address: string): string => {
  const [head = '', tail] = address.split('%')[0]!.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...right];
  return groups.slice(0, 4).map((group) => parseInt(group, 16).toString(16)).join(':');
};
