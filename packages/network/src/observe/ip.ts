import { canonicalIpv6, parseAddress } from '../address.ts';
import { countOf, isRow, linesOf, macOf, mapRows, nameOf, numberOf, type Observed, textOf } from './observed.ts';

export interface Link {
  readonly name: string;
  readonly mac?: string;
  readonly permanentMac?: string;
  readonly mtu: number;
  readonly up: boolean;
  /** The cable is in, or the radio has joined. */
  readonly carrier: boolean;
  /** The kind that the kernel tells of virtual interfaces: batadv, wireguard, bridge, ... */
  readonly kind?: string;
  readonly master?: string;
  readonly addresses: readonly { readonly address: string; readonly prefix: number }[];
  readonly receivedBytes?: number;
  readonly sentBytes?: number;
  readonly receiveErrors?: number;
  readonly sendErrors?: number;
  readonly sendDropped?: number;
}

/** `ip -j -s -d addr`. */
export const links = (text: string): Observed<readonly Link[]> =>
  mapRows(text, (row) => {
    const name = nameOf(row.ifname);
    if (name === undefined) return undefined;
    const flags = Array.isArray(row.flags) ? row.flags : [];
    const info = isRow(row.linkinfo) ? row.linkinfo : {};
    const stats = isRow(row.stats64) ? row.stats64 : {};
    const [rx, tx] = [isRow(stats.rx) ? stats.rx : {}, isRow(stats.tx) ? stats.tx : {}];
    const [mac, permanentMac, kind, master] = [macOf(row.address), macOf(row.permaddr), textOf(info.info_kind, 16), nameOf(row.master)];
    const counters = {
      receivedBytes: countOf(rx.bytes),
      sentBytes: countOf(tx.bytes),
      receiveErrors: countOf(rx.errors),
      sendErrors: countOf(tx.errors),
      sendDropped: countOf(tx.dropped),
    };
    return {
      name,
      ...(mac !== undefined && { mac }),
      ...(permanentMac !== undefined && { permanentMac }),
      mtu: countOf(row.mtu) ?? 0,
      up: flags.includes('UP'),
      carrier: flags.includes('LOWER_UP'),
      ...(kind !== undefined && { kind }),
      ...(master !== undefined && { master }),
      addresses: (Array.isArray(row.addr_info) ? row.addr_info : []).slice(0, 64).flatMap((info: unknown) => {
        if (!isRow(info) || typeof info.local !== 'string') return [];
        const prefix = countOf(info.prefixlen);
        return parseAddress(info.local) === undefined || prefix === undefined ? [] : [{ address: canonicalIpv6(info.local) ?? info.local, prefix }];
      }),
      ...Object.fromEntries(Object.entries(counters).filter(([, value]) => value !== undefined)),
    };
  });

export interface Neighbour {
  readonly address: string;
  readonly mac: string;
  readonly interface: string;
}

/** `ip -j neigh`: which address is which machine. Entries without a machine (FAILED, INCOMPLETE) are left out. */
export function neighbourTable(text: string): Observed<readonly Neighbour[]> {
  const { value, problem } = mapRows(text, (row) => {
    const [mac, name] = [macOf(row.lladdr), nameOf(row.dev)];
    if (row.lladdr === undefined) return 'none' as const;
    if (mac === undefined || name === undefined || typeof row.dst !== 'string' || parseAddress(row.dst) === undefined) return undefined;
    return { address: canonicalIpv6(row.dst) ?? row.dst, mac, interface: name };
  });
  return { value: value.filter((entry) => entry !== 'none'), ...(problem !== undefined && { problem }) };
}

/** What /sys/class/net tells and `ip` does not: a line per interface, "name key=value ...", written by the reader. */
export interface Hardware {
  readonly name: string;
  readonly driver?: string;
  /** "0e8d:7612", of USB adapters. */
  readonly usb?: string;
  readonly phy?: number;
  readonly speedMbit?: number;
}

export function hardware(text: string): Observed<readonly Hardware[]> {
  const found: Hardware[] = [];
  for (const line of linesOf(text).slice(0, 64)) {
    const [first, ...pairs] = line.split(' ');
    const name = nameOf(first);
    if (name === undefined) continue;
    const fields = new Map(pairs.slice(0, 16).map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const));
    const driver = /^[A-Za-z0-9_-]{1,40}$/.exec(fields.get('driver') ?? '')?.[0];
    const [, vendor, product] = /^usb:v([0-9A-F]{4})p([0-9A-F]{4})/.exec(fields.get('modalias') ?? '') ?? [];
    const phy = numberOf(/^phy(\d{1,4})$/.exec(fields.get('phy') ?? '')?.[1]);
    const speedMbit = numberOf(fields.get('speed'));
    found.push({
      name,
      ...(driver !== undefined && { driver }),
      ...(vendor !== undefined && product !== undefined && { usb: `${vendor}:${product}`.toLowerCase() }),
      ...(phy !== undefined && { phy }),
      ...(speedMbit !== undefined && speedMbit > 0 && { speedMbit }),
    });
  }
  return { value: found };
}
