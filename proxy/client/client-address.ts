import type { IncomingMessage } from 'node:http';
import { isIPv4, isIPv6 } from 'node:net';

const MAPPED = /^::ffff:(?=\d+\.)/i;
/** Load balancers may add the client's port. */
const WITH_PORT = /^(?:\[([^\]]+)\]|(\d+\.\d+\.\d+\.\d+))(?::\d+)?$/;

/** The address that the outermost of `trustedHops` proxies saw, as Express's `req.ip`; of IPv6 the first 64 bits, which one subscriber has. */
export function clientAddress(
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  trustedHops: number,
): string {
  const forwarded = trustedHops === 0 ? undefined : headers['x-forwarded-for'];
  const claimed = forwarded === undefined ? undefined : networkOf(fromRight(String(forwarded), trustedHops));
  return claimed ?? networkOf(socket.remoteAddress ?? '') ?? 'unknown';
}

/** The n-th entry from the right; the first where there are fewer. */
function fromRight(list: string, n: number): string {
  let end = list.length;
  for (let hop = 1; ; hop += 1) {
    const comma = end === 0 ? -1 : list.lastIndexOf(',', end - 1);
    if (hop === n || comma === -1) return list.slice(comma + 1, end).trim();
    end = comma;
  }
}

/** Undefined for what is not an address. */
function networkOf(text: string): string | undefined {
  if (isIPv4(text)) return text;
  if (isIPv6(text)) return MAPPED.test(text) ? text.replace(MAPPED, '') : first64Bits(text);
  const [, v6, v4] = WITH_PORT.exec(text) ?? [];
  return v6 === undefined ? v4 : networkOf(v6);
}

/** RFC 4291 section 2.2: `::` stands for as many zero groups as are missing, and a dotted end for two groups. */
function first64Bits(address: string): string {
  const plain = address.replace(/%.*$/, '').replace(/\d+\.\d+\.\d+\.\d+$/, '0:0');
  const [before = [], after = []] = plain.split('::').map((part) => part.split(':').filter(Boolean));
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  const groups = [...before, ...zeros, ...after].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
