/** IPv4 and IPv6 addresses and subnets as numbers, so that overlaps can be computed. Values that are none are undefined, never an exception. */
export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}
export interface Subnet extends Address {
  /** Bits of the prefix. */
  readonly prefix: number;
  /** The first address of the subnet; `value` is the host's own. */
  readonly network: bigint;
  readonly last: bigint;
}

export function parseIpv4(text: string): Address | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    // A leading zero means octal to some programs and decimal to others.
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = (value << 8n) | BigInt(part);
  }
  return { family: 4, value };
}

/** RFC 4291 section 2.2, without zone and without an embedded IPv4 address. */
export function parseIpv6(text: string): Address | undefined {
  if (text.length > 39 || !/^[0-9a-fA-F:]+$/.test(text)) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const given = groups.flat();
  if (given.some((group) => !/^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  if (halves.length === 1 ? given.length !== 8 : given.length > 7) return undefined;
  const [head = [], tail = []] = groups;
  const all = halves.length === 1 ? given : [...head, ...Array<string>(8 - given.length).fill('0'), ...tail];
  return { family: 6, value: all.reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n) };
}

export const parseAddress = (text: string): Address | undefined => parseIpv4(text) ?? parseIpv6(text);

/** "192.168.77.1/24": an address with its subnet. */
export function parseCidr(text: string): Subnet | undefined {
  const [left = '', right = '', ...more] = text.split('/');
  if (more.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(right)) return undefined;
  const address = parseAddress(left);
  const prefix = Number(right);
  const bits = address?.family === 4 ? 32 : 128;
  if (!address || prefix > bits) return undefined;
  const host = (1n << BigInt(bits - prefix)) - 1n;
  const network = address.value & ~host;
  return { ...address, prefix, network, last: network | host };
}

export const overlap = (a: Subnet, b: Subnet): boolean => a.family === b.family && a.network <= b.last && b.network <= a.last;
export const contains = (subnet: Subnet, address: Address): boolean =>
  subnet.family === address.family && subnet.network <= address.value && address.value <= subnet.last;

/** The subnet without the host's part: "192.168.77.0/24". */
export const subnetText = (subnet: Subnet): string => `${addressText({ family: subnet.family, value: subnet.network })}/${subnet.prefix}`;

/** IPv6 in full groups without zero compression: not pretty, never ambiguous. */
export function addressText({ family, value }: Address): string {
  const [count, bits, radix, separator] = family === 4 ? ([4, 8n, 10, '.'] as const) : ([8, 16n, 16, ':'] as const);
  const mask = (1n << bits) - 1n;
  return Array.from({ length: count }, (_, i) => ((value >> (BigInt(count - 1 - i) * bits)) & mask).toString(radix)).join(separator);
}

/** A host's own address in a subnet that others share: not the network's address, not the broadcast address (IPv4), not multicast, not unspecified. */
export function isHostAddress(subnet: Subnet): boolean {
  if (!isUnicast(subnet)) return false;
  if (subnet.family === 6 || subnet.prefix >= 31) return true;
  return subnet.value !== subnet.network && subnet.value !== subnet.last;
}

export function isUnicast({ family, value }: Address): boolean {
  if (value === 0n) return false;
  if (family === 6) return value >> 120n !== 0xffn && value !== 1n;
  const first = value >> 24n;
  return first !== 0n && first !== 127n && first < 224n;
}

/** RFC 4291 appendix A: the link-local address that a network card makes of its MAC address. */
export function linkLocalOf(mac: string): string | undefined {
  const bytes = mac.split(':').map((part) => (/^[0-9a-fA-F]{2}$/.test(part) ? Number.parseInt(part, 16) : -1));
  if (bytes.length !== 6 || bytes.includes(-1)) return undefined;
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = bytes;
  const groups = [((a ^ 2) << 8) | b, (c << 8) | 0xff, 0xfe00 | d, (e << 8) | f];
  return canonicalIpv6(`fe80::${groups.map((group) => group.toString(16)).join(':')}`);
}

/** RFC 5952: as the kernel writes it, so that texts can be compared. */
export function canonicalIpv6(text: string): string | undefined {
  const address = parseIpv6(text);
  if (!address) return undefined;
  const groups = addressText(address).split(':');
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === '0') length++;
    if (length > best.length) best = { start, length };
  }
  if (best.start < 0) return groups.join(':');
  return `${groups.slice(0, best.start).join(':')}::${groups.slice(best.start + best.length).join(':')}`;
}
