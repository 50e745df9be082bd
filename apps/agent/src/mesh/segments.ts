import { BlockList, isIP } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';

/** Where beacons are sent and heard: a network interface (a Pi), or a multicast group of one's own (several nodes on one machine). */
export type SegmentConfig =
  /** `fallback`: a way over several hops of radio; used while too few neighbours are linked otherwise. docs/protocol.md §3.1 */
  | { readonly type: 'interface'; readonly name: string; readonly port?: number | undefined; readonly fallback?: boolean | undefined }
  /** A tunnel carries no multicast: beacons go to these addresses, all of one family, one by one. */
  | { readonly type: 'peers'; readonly interface: string; readonly addresses: readonly string[]; readonly port?: number | undefined }
  /** `interface`: a name or an address; without it the first that is not the loopback, else the loopback. */
  | { readonly type: 'multicast'; readonly group: string; readonly port: number; readonly interface?: string | undefined };

export type Interfaces = NodeJS.Dict<readonly NetworkInterfaceInfo[]>;

/** Of `interface` segments. The IPv6 group is link-local and transient (RFC 4291 §2.7), the IPv4 one administratively scoped (RFC 2365 §6.2). */
export const defaultGroups = { udp6: 'ff12::656d', udp4: '239.192.77.69', port: 7769 } as const;

/** A segment as the interfaces are now. */
export interface SegmentAddress {
  readonly family: 'udp4' | 'udp6';
  readonly port: number;
  /** Bound to: of a group the group itself, which keeps other groups' datagrams out (Linux delivers by machine, not by socket); else the own address. */
  readonly bound: string;
  /** Sent to: the group, or each of the peers. */
  readonly targets: readonly string[];
  /** Joined, and where; undefined: beacons go from machine to machine. */
  readonly membership: { readonly group: string; readonly local: string } | undefined;
  /** The sender is on this segment's interface: the same group may be in use on several. */
  accepts(address: string): boolean;
}

export function segmentName(segment: SegmentConfig): string {
  switch (segment.type) {
    case 'interface':
      return segment.name;
    case 'peers':
      return segment.interface;
    case 'multicast':
      return `${segment.group}:${segment.port}${segment.interface ? `@${segment.interface}` : ''}`;
  }
}

export const isFallback = (segment: SegmentConfig): boolean => segment.type === 'interface' && segment.fallback === true;

export const sameAddress = (a: SegmentAddress, b: SegmentAddress): boolean => a.bound === b.bound && a.membership?.local === b.membership?.local;

/** Undefined while the interface is not there or has no fitting address. */
export function resolveSegment(segment: SegmentConfig, interfaces: Interfaces): SegmentAddress | undefined {
  if (segment.type === 'interface') {
    const { udp6, udp4, port: usual } = defaultGroups;
    const port = segment.port ?? usual;
    return onIpv6(segment.name, udp6, port, interfaces) ?? onIpv4(segment.name, udp4, port, interfaces);
  }
  if (segment.type === 'peers') return onPeers(segment, interfaces);
  const { group, port } = segment;
  const on = segment.interface ?? anyInterface(interfaces, isIP(group) === 6);
  if (on === undefined) return undefined;
  if (isIP(group) === 6) return onIpv6(nameOf(on, interfaces), group, port, interfaces);
  return onIpv4(on, group, port, interfaces);
}

function onIpv6(name: string, group: string, port: number, interfaces: Interfaces): SegmentAddress | undefined {
  const linkLocal = interfaces[name]?.find((at) => at.family === 'IPv6' && at.address.startsWith('fe80:'));
  if (!linkLocal) return undefined;
  const zone = `%${name}`;
  return {
    family: 'udp6',
    port,
    bound: group + zone,
    targets: [group + zone],
    membership: { group: group + zone, local: `::${zone}` },
    accepts: (address) => address.startsWith('fe80:') && address.endsWith(zone),
  };
}

function onIpv4(nameOrAddress: string, group: string, port: number, interfaces: Interfaces): SegmentAddress | undefined {
  const name = nameOf(nameOrAddress, interfaces);
  const found = interfaces[name]?.find((at) => at.family === 'IPv4' && (at.address === nameOrAddress || name === nameOrAddress));
  if (!found) return undefined;
  const subnet = new BlockList();
  subnet.addSubnet(found.address, Number(found.cidr?.split('/')[1] ?? 32), 'ipv4');
  return {
    family: 'udp4',
    port,
    bound: group,
    targets: [group],
    membership: { group, local: found.address },
    accepts: (address) => subnet.check(address, 'ipv4'),
  };
}

/** Who may be heard is who is spoken to: a tunnel's interface lets nobody else in anyway. */
function onPeers({ interface: name, addresses, port = defaultGroups.port }: Extract<SegmentConfig, { type: 'peers' }>, interfaces: Interfaces) {
  const six = isIP(addresses[0] ?? '') === 6;
  const linkLocal = addresses[0]?.toLowerCase().startsWith('fe80:') === true;
  const own = interfaces[name]?.find(({ family, address }) => (six ? family === 'IPv6' && address.startsWith('fe80:') === linkLocal : family === 'IPv4'));
  if (!own) return undefined;
  const zone = linkLocal ? `%${name}` : '';
  const listed = new BlockList();
  for (const address of addresses) listed.addAddress(address, six ? 'ipv6' : 'ipv4');
  const targets = addresses.filter((address) => address !== own.address).map((address) => address + zone);
  return {
    family: six ? ('udp6' as const) : ('udp4' as const),
    port,
    bound: own.address + zone,
    targets,
    membership: undefined,
    accepts: (address: string) => address.endsWith(zone) && listed.check(address.slice(0, address.length - zone.length), six ? 'ipv6' : 'ipv4'),
  };
}

/** An address becomes the name of the interface that has it. */
function nameOf(nameOrAddress: string, interfaces: Interfaces): string {
  if (isIP(nameOrAddress) === 0) return nameOrAddress;
  return Object.keys(interfaces).find((name) => interfaces[name]?.some((at) => at.address === nameOrAddress)) ?? nameOrAddress;
}

function anyInterface(interfaces: Interfaces, ipv6: boolean): string | undefined {
  const usable = Object.entries(interfaces).filter(([, at]) => at?.some((a) => (ipv6 ? a.address.startsWith('fe80:') : a.family === 'IPv4')));
  return (usable.find(([, at]) => at?.some((a) => !a.internal)) ?? usable[0])?.[0];
}
