import { BlockList, isIP } from 'node:net';

/** What stands for one client in limits per address; `undefined` for a proxy of our own, which is never limited. */
export type Address = string | undefined;

/**
 * Who a request comes from.
 *
 * @param peer the address of the connection
 * @param forwardedFor reads `X-Forwarded-For`, all lines of it, with commas between them; asked only of a trusted peer
 */
export type FindClient = (peer: string, forwardedFor: () => string) => Address;

/** Only the last hops matter, and a client can send 100 KB of them. In characters. */
const MAX_LENGTH = 2_048;

/**
 * Believes `X-Forwarded-For` of trusted proxies alone: from right to left, each hop was written down by the one after it, and the
 * first that is not a trusted proxy is the client. A hop that is no address counts as the one that wrote it.
 *
 * @param trusted addresses and CIDR networks
 */
export function createFindClient(trusted: readonly string[]): FindClient {
  const proxies = new BlockList();
  for (const network of trusted) {
    const [address = '', bits] = network.split('/');
    const family = isIP(address) === 4 ? 'ipv4' : 'ipv6';
    if (bits === undefined) proxies.addAddress(address, family);
    else proxies.addSubnet(address, Number(bits), family);
  }
  const isTrusted = ({ text, family }: Parsed): boolean => proxies.check(text, family);

  return (peer, forwardedFor) => {
    let client = parseAddress(peer);
    // A connection that has ended has no address any more.
    if (client === undefined || !isTrusted(client)) return client && addressKey(client);
    for (const hop of forwardedFor().slice(-MAX_LENGTH).split(',').toReversed()) {
      if (hop.trim() === '') continue;
      const written = parseAddress(withoutPort(hop.trim()));
      if (written === undefined) return addressKey(client);
      client = written;
      if (!isTrusted(client)) return addressKey(client);
    }
    return undefined;
  };
}

/** IPv4-mapped (RFC 4291, section 2.5.5.2), and the prefix of NAT64 (RFC 6052, section 2.1), behind which are many. */
const IPV4_IN_IPV6 = new Set(['0:0:0:0:0:ffff', '64:ff9b:0:0:0:0']);

interface Parsed {
  readonly text: string;
  readonly family: 'ipv4' | 'ipv6';
}

/** `undefined` for what is no address. IPv4 in IPv6 is IPv4, whoever writes it. */
function parseAddress(text: string): Parsed | undefined {
  switch (isIP(text)) {
    case 4:
      return { text, family: 'ipv4' };
    case 6: {
      const groups = groupsOf(text);
      const mapped = IPV4_IN_IPV6.has(groups.slice(0, 6).join(':')) ? groups.slice(6) : [];
      if (mapped.length === 0) return { text: groups.join(':'), family: 'ipv6' };
      const bytes = mapped.flatMap((group) => {
        const value = Number.parseInt(group, 16);
        return [value >>> 8, value & 255];
      });
      return { text: bytes.join('.'), family: 'ipv4' };
    }
    default:
      return undefined;
  }
}

/** One household or host has a whole /64 of IPv6, and may use another address each second. */
const addressKey = ({ text, family }: Parsed): string =>
  family === 'ipv4' ? text : `${text.split(':').slice(0, 4).join(':')}::/64`;

/** The eight groups of a valid IPv6 address, in hexadecimal without leading zeros. */
function groupsOf(address: string): string[] {
  const [withoutZone = ''] = address.split('%');
  // An IPv4 address at its end is its last two groups.
  const hex = withoutZone.replace(
    /(\d+)\.(\d+)\.(\d+)\.(\d+)$/,
    (_, ...bytes: string[]) => `${pair(bytes[0], bytes[1])}:${pair(bytes[2], bytes[3])}`,
  );
  const [head = [], tail = []] = hex
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return [...head, ...zeros, ...tail].map((group) => Number.parseInt(group, 16).toString(16));
}

const pair = (high = '0', low = '0'): string => (Number(high) * 256 + Number(low)).toString(16);

/** Some proxies write `192.0.2.1:4711` or `[2001:db8::1]:4711`. */
const withoutPort = (hop: string): string =>
  /^\[(.*)\](:\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop;
