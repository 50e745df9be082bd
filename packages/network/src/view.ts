import { linkLocalOf } from './address.ts';
import * as batman from './observe/batman.ts';
import { allStations, type ControlStation, supplicantStatus } from './observe/control.ts';
import { type Hardware, hardware, type Link, links, type Neighbour, neighbourTable } from './observe/ip.ts';
import * as iw from './observe/iw.ts';
import type { Observed } from './observe/observed.ts';
import { phys } from './observe/phy.ts';
import { type HeardMesh, heardMeshes } from './observe/scan.ts';
import { type WireguardInterface, wireguard } from './observe/wireguard.ts';
import { type RadioCheck, radioCheck } from './radio-check.ts';
import { type RadioSnapshot, snapshotEverySeconds } from './snapshot.ts';

export type InterfaceKind = 'mesh' | 'access point' | 'station' | 'batman' | 'wireguard' | 'wired' | 'other';

export interface RadioInterface extends Link {
  readonly kindOfUse: InterfaceKind;
  readonly wireless?: iw.WirelessInterface;
  readonly hardware?: Hardware;
  /** Of a mesh interface: has wpa_supplicant joined? */
  readonly joined?: boolean;
}

export interface MeshPeer extends iw.Station {
  readonly saeGroup?: number;
  /** By batman-adv's last originator message from it. Undefined: batman-adv does not run on this interface. Never by plink: that stands for up to 300 s. */
  readonly alive?: boolean;
  readonly lastSeenMs?: number;
  /** IPv6 link-local addresses by which the overlay may know it. */
  readonly addresses: readonly string[];
}

export interface AccessPointClient extends iw.Station {
  /** "SAE" or "WPA2", where hostapd was asked. */
  readonly key?: 'SAE' | 'WPA2';
}

export interface BatmanNeighbour extends batman.BatmanNeighbour {
  /** Of the direct path. BATMAN_IV. */
  readonly tq?: number;
  readonly alive: boolean;
}
export interface Originator extends batman.Originator {
  readonly alive: boolean;
}
export interface BatmanView {
  readonly interface: string;
  readonly mesh?: batman.BatmanMesh;
  readonly hardInterfaces: readonly batman.HardInterface[];
  readonly neighbours: readonly BatmanNeighbour[];
  /** The best path to each. */
  readonly originators: readonly Originator[];
  readonly gateways: readonly batman.BatmanGateway[];
  /** Machines behind other nodes, the first `translationsMax` of `translations.count`. */
  readonly translations: { readonly count: number; readonly entries: readonly batman.TranslationEntry[] };
  /** Frames that batman-adv forwarded by itself: apart from what the relay carries. */
  readonly counters?: batman.BatmanCounters;
}

/** The radio layer of this node, typed. docs/network.md */
export interface RadioView {
  readonly ageMs: number;
  /** The reader has not written for a while: what is here is of the past. */
  readonly stale: boolean;
  readonly country?: string;
  readonly interfaces: readonly RadioInterface[];
  readonly meshPeers: readonly MeshPeer[];
  readonly accessPointClients: readonly AccessPointClient[];
  /** Meshes that were heard while this node was in none, the strongest first. */
  readonly heardMeshes: readonly HeardMesh[];
  readonly batman: readonly BatmanView[];
  readonly wireguard: readonly WireguardInterface[];
  readonly addresses: readonly Neighbour[];
  readonly check: RadioCheck;
  /** What could not be read, in words. */
  readonly problems: readonly string[];
}

/** Longer than a few lost originator messages, shorter than batman-adv's own forgetting (200 s). */
const aliveMsMax = 10_000;
const translationsMax = 256;
const problemsMax = 32;

/** Reads everything; throws nothing, whatever the snapshot holds. `uptimeSeconds` is now, by the clock of /proc/uptime. */
export function radioView(snapshot: RadioSnapshot, uptimeSeconds: number): RadioView {
  const problems: string[] = [];
  const said = (key: string): string | undefined => {
    const output = Object.hasOwn(snapshot.outputs, key) ? snapshot.outputs[key] : undefined;
    if (output === undefined) return undefined;
    if (output.exit !== 0 && problems.length < problemsMax) problems.push(`${key}: ended with ${output.exit}`);
    return output.exit === 0 ? output.text : undefined;
  };
  const read = <T>(key: string, parse: (text: string) => Observed<T>, otherwise: T): T => {
    const text = said(key);
    if (text === undefined) return otherwise;
    const { value, problem } = parse(text);
    if (problem !== undefined && problems.length < problemsMax) problems.push(`${key}: ${problem}`);
    return value;
  };
  const of = (topic: string): string[] =>
    Object.keys(snapshot.outputs)
      .filter((key) => key.startsWith(`${topic}@`))
      .map((key) => key.slice(topic.length + 1));

  const ageMs = Math.max(0, Math.round((uptimeSeconds - snapshot.uptimeSeconds) * 1000));
  const wireless = new Map(read('iw-dev', iw.interfaces, []).map((one) => [one.name, one]));
  const machines = new Map(read('hardware', hardware, []).map((one) => [one.name, one]));
  const addresses = read('neighbours', neighbourTable, []);
  const tunnels = read('wireguard', wireguard, []);

  const bats = of('batman-mesh').map((name): BatmanView => {
    const paths = read(`batman-originators@${name}`, batman.originators, []).filter(({ best }) => best);
    const translations = read(`batman-translations@${name}`, batman.translationGlobal, []);
    const mesh = read(`batman-mesh@${name}`, batman.meshInfo, undefined);
    const counters = read(`batman-statistics@${name}`, batman.statistics, undefined);
    const alive = (lastSeenMs: number): boolean => lastSeenMs + ageMs <= Math.max(aliveMsMax, 5 * (mesh?.originatorIntervalMs ?? 0));
    return {
      interface: name,
      ...(mesh && { mesh }),
      hardInterfaces: read(`batman-hard-interfaces@${name}`, batman.hardInterfaces, []),
      neighbours: read(`batman-neighbours@${name}`, batman.neighbours, []).map((one) => {
        const tq = paths.find(({ mac, nextHop }) => mac === one.mac && nextHop === one.mac)?.tq;
        return { ...one, ...(tq !== undefined && { tq }), alive: alive(one.lastSeenMs) };
      }),
      originators: paths.map((one) => ({ ...one, alive: alive(one.lastSeenMs) })),
      gateways: read(`batman-gateways@${name}`, batman.gateways, []),
      translations: { count: translations.length, entries: translations.slice(0, translationsMax) },
      ...(counters && { counters }),
    };
  });

  const meshPeers: MeshPeer[] = [];
  const accessPointClients: AccessPointClient[] = [];
  for (const name of of('stations')) {
    const stations = read(`stations@${name}`, iw.stations, []);
    const known = new Map(read(`control@${name}`, allStations, []).map((one) => [one.mac, one]));
    const type = wireless.get(name)?.type;
    if (type === 'AP') accessPointClients.push(...stations.map((one) => ({ ...one, ...key(known.get(one.mac)) })));
    if (type !== 'mesh point') continue;
    const bat = bats.find(({ hardInterfaces }) => hardInterfaces.some((hard) => hard.name === name));
    for (const station of stations) {
      const heard = bat?.neighbours.find(({ mac, interface: on }) => mac === station.mac && on === name);
      const saeGroup = known.get(station.mac)?.saeGroup;
      meshPeers.push({
        ...station,
        ...(saeGroup !== undefined && { saeGroup }),
        ...(bat && { alive: heard?.alive ?? false }),
        ...(heard && { lastSeenMs: heard.lastSeenMs + ageMs }),
        addresses: addressesOf(station.mac, name, addresses),
      });
    }
  }

  const interfaces = read('addresses', links, []).map((link): RadioInterface => {
    const radio = wireless.get(link.name);
    const machine = machines.get(link.name);
    const state = radio?.type === 'mesh point' ? read(`control-status@${link.name}`, supplicantStatus, undefined) : undefined;
    return {
      ...link,
      kindOfUse: useOf(link, radio),
      ...(radio && { wireless: radio }),
      ...(machine && { hardware: machine }),
      ...(state && { joined: state.state === 'COMPLETED' }),
    };
  });
  // A mesh that forwards twice loses its way between the two layers.
  for (const name of of('mesh-parameters'))
    if ((read(`mesh-parameters@${name}`, iw.meshParameters, {}).mesh_fwding ?? 0) !== 0)
      problems.push(`${name}: 802.11s forwards by itself, beside batman-adv`);

  const country = read('iw-reg', iw.country, undefined);
  return {
    ageMs,
    stale: ageMs > 4 * snapshotEverySeconds * 1000,
    ...(country !== undefined && { country }),
    interfaces,
    meshPeers,
    accessPointClients,
    heardMeshes: loudest(of('scan').flatMap((name) => read(`scan@${name}`, heardMeshes, []))),
    batman: bats,
    wireguard: tunnels,
    addresses,
    check: radioCheck({ phys: read('iw-phy', phys, []), interfaces: [...wireless.values()], hardware: [...machines.values()], country }),
    problems,
  };
}

/** Each once, as the radio heard it that hears it best. */
function loudest(heard: readonly HeardMesh[]): HeardMesh[] {
  const best = new Map<string, HeardMesh>();
  for (const one of [...heard].sort((a, b) => b.signalDbm - a.signalDbm)) if (!best.has(one.id)) best.set(one.id, one);
  return [...best.values()];
}

function useOf(link: Link, radio: iw.WirelessInterface | undefined): InterfaceKind {
  if (radio?.type === 'mesh point') return 'mesh';
  if (radio?.type === 'AP') return 'access point';
  if (radio) return 'station';
  if (link.kind === 'batadv') return 'batman';
  if (link.kind === 'wireguard') return 'wireguard';
  return link.kind === undefined && link.mac !== undefined && link.name !== 'lo' ? 'wired' : 'other';
}

function key(known: ControlStation | undefined): { key?: 'SAE' | 'WPA2' } {
  return known === undefined ? {} : { key: known.saeGroup === undefined ? 'WPA2' : 'SAE' };
}

function addressesOf(mac: string, name: string, table: readonly Neighbour[]): string[] {
  const told = table.filter((entry) => entry.mac === mac && entry.interface === name && entry.address.startsWith('fe80:')).map(({ address }) => address);
  const made = linkLocalOf(mac);
  return [...new Set([...told, ...(made === undefined ? [] : [made])])].slice(0, 8);
}

/** Which radio peer a link of the overlay runs over: by the link's remote link-local address, without its zone, and its interface. */
export function peerOf(view: RadioView, name: string, address: string): MeshPeer | undefined {
  const plain = address.split('%')[0] ?? '';
  return view.meshPeers.find((peer) => peer.interface === name && peer.addresses.includes(plain));
}
