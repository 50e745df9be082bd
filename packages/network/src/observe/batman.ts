import { countOf, isRow, isUsage, linesOf, macOf, mapRows, nameOf, numberOf, type Observed, problem, textMax, textOf } from './observed.ts';

/** Of batman-adv, as batctl tells it. BATMAN_IV rates paths by TQ (0 to 255), BATMAN_V by throughput. */
export interface BatmanNeighbour {
  readonly mac: string;
  readonly interface: string;
  /** Since its last originator message: what tells a living neighbour from a vanished one. */
  readonly lastSeenMs: number;
  readonly throughputKbit?: number;
}
export interface Originator {
  readonly mac: string;
  readonly nextHop: string;
  readonly interface: string;
  readonly lastSeenMs: number;
  readonly best: boolean;
  readonly tq?: number;
  readonly throughputKbit?: number;
}
export interface BatmanGateway {
  readonly mac: string;
  readonly nextHop: string;
  readonly best: boolean;
  readonly tq?: number;
  readonly throughputKbit?: number;
  readonly downKbit: number;
  readonly upKbit: number;
}
export interface HardInterface {
  readonly name: string;
  readonly mac: string;
  readonly active: boolean;
}
export interface TranslationEntry {
  /** A machine behind that originator. */
  readonly client: string;
  readonly originator: string;
  readonly best: boolean;
}
export interface BatmanMesh {
  readonly version: string;
  readonly algorithm: string;
  readonly mac: string;
  readonly originatorIntervalMs: number;
  readonly bridgeLoopAvoidance: boolean;
  readonly gatewayMode: string;
}

export const neighbours = (text: string): Observed<readonly BatmanNeighbour[]> =>
  mapRows(text, (row) => {
    const [mac, name, lastSeenMs] = [macOf(row.neigh_address), nameOf(row.hard_ifname), countOf(row.last_seen_msecs)];
    if (mac === undefined || name === undefined || lastSeenMs === undefined) return undefined;
    return { mac, interface: name, lastSeenMs, ...rate(row) };
  });

export const originators = (text: string): Observed<readonly Originator[]> =>
  mapRows(text, (row) => {
    const [mac, nextHop, name, lastSeenMs] = [macOf(row.orig_address), macOf(row.neigh_address), nameOf(row.hard_ifname), countOf(row.last_seen_msecs)];
    if (mac === undefined || nextHop === undefined || name === undefined || lastSeenMs === undefined) return undefined;
    return { mac, nextHop, interface: name, lastSeenMs, best: row.best === true, ...quality(row), ...rate(row) };
  });

export const gateways = (text: string): Observed<readonly BatmanGateway[]> =>
  mapRows(text, (row) => {
    const [mac, nextHop] = [macOf(row.orig_address), macOf(row.router)];
    if (mac === undefined || nextHop === undefined) return undefined;
    // The kernel counts bandwidths in 100 kbit/s.
    const [downKbit, upKbit] = [row.bandwidth_down, row.bandwidth_up].map((value) => (countOf(value) ?? 0) * 100) as [number, number];
    return { mac, nextHop, best: row.best === true, downKbit, upKbit, ...quality(row), ...rate(row) };
  });

export const hardInterfaces = (text: string): Observed<readonly HardInterface[]> =>
  mapRows(text, (row) => {
    const [name, mac] = [nameOf(row.hard_ifname), macOf(row.hard_address)];
    return name === undefined || mac === undefined ? undefined : { name, mac, active: row.active === true };
  });

export const translationGlobal = (text: string): Observed<readonly TranslationEntry[]> =>
  mapRows(text, (row) => {
    const [client, originator] = [macOf(row.tt_address), macOf(row.orig_address)];
    return client === undefined || originator === undefined ? undefined : { client, originator, best: row.best === true };
  });

export const translationLocal = (text: string): Observed<readonly string[]> => mapRows(text, (row) => macOf(row.tt_address));

/** `mesh_json`: one object, not a list. */
export function meshInfo(text: string): Observed<BatmanMesh | undefined> {
  const { value, problem: why } = mapRows(`[${text.length > textMax ? '' : text}]`, (row) => {
    const [version, algorithm, mac] = [textOf(row.version), textOf(row.algo_name), macOf(row.mesh_address)];
    if (version === undefined || algorithm === undefined || mac === undefined) return undefined;
    return {
      version,
      algorithm,
      mac,
      originatorIntervalMs: countOf(row.orig_interval) ?? 0,
      bridgeLoopAvoidance: row.bridge_loop_avoidance_enabled === true,
      gatewayMode: textOf(row.gw_mode, 16) ?? '',
    };
  });
  const [only] = value;
  return only === undefined ? problem(undefined, why ?? 'is empty') : { value: only };
}

/** What batman-adv moved by itself, below the relay: frames and bytes since bat0 came up. */
export interface BatmanCounters {
  readonly forwardedFrames: number;
  readonly forwardedBytes: number;
  readonly sentFrames: number;
  readonly sentBytes: number;
  readonly receivedFrames: number;
  readonly receivedBytes: number;
  readonly droppedFrames: number;
  readonly managementBytes: number;
}

export function statistics(text: string): Observed<BatmanCounters | undefined> {
  if (isUsage(text)) return problem(undefined, 'prints its usage: this version of the program does not know the command');
  const found = new Map<string, number>();
  for (const line of linesOf(text).slice(0, 200)) {
    const [, key, digits] = /^\s*([a-z_]{1,40}):\s*(\d{1,15})\s*$/.exec(line) ?? [];
    const value = numberOf(digits);
    if (key !== undefined && value !== undefined) found.set(key, value);
  }
  if (!found.has('forward')) return problem(undefined, 'has no counters');
  const of = (key: string): number => found.get(key) ?? 0;
  return {
    value: {
      forwardedFrames: of('forward') + of('frag_fwd'),
      forwardedBytes: of('forward_bytes') + of('frag_fwd_bytes'),
      sentFrames: of('tx'),
      sentBytes: of('tx_bytes'),
      receivedFrames: of('rx'),
      receivedBytes: of('rx_bytes'),
      droppedFrames: of('tx_dropped'),
      managementBytes: of('mgmt_tx_bytes') + of('mgmt_rx_bytes'),
    },
  };
}

type Row = Parameters<Parameters<typeof mapRows>[1]>[0];
function quality(row: Row): { tq?: number } {
  const tq = isRow(row) ? countOf(row.tq) : undefined;
  return tq === undefined || tq > 255 ? {} : { tq };
}
/** The kernel tells kbit/s. */
function rate(row: Row): { throughputKbit?: number } {
  const throughputKbit = countOf(row.throughput);
  return throughputKbit === undefined ? {} : { throughputKbit };
}
