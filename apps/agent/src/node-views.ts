import type { CustodyView, MachineView, Sources, Who } from './api/views/sources.ts';
import type { Config } from './config.ts';
import { Machine } from './health/machine.ts';
import type { NodeIdentity } from './identity/identity.ts';
import { ownAddresses } from './own-addresses.ts';
import type { Clock, LinkPlaces, Mesh, RadioLayer } from './ports.ts';
import type { PoliceConfig } from './relay/police.ts';
import type { Relay } from './relay/relay.ts';

/** Its name and place as they are now: the wizard may change them while somebody looks. */
export function whoIs(
  identity: NodeIdentity,
  config: Config,
  version: string,
  startedAt: number,
  naming: () => { readonly name: string; readonly position: Who['position'] },
): Who {
  return {
    get name() {
      return naming().name;
    },
    get position() {
      return naming().position;
    },
    fingerprint: identity.fingerprint,
    community: identity.enrolment?.community.name ?? '',
    version,
    gateway: config.backend !== undefined,
    startedAt,
  };
}

export function machineView(identity: NodeIdentity, clock: Clock, folder: string): MachineView {
  const machine = new Machine({ folder, monotonic: () => clock.monotonic() });
  return {
    get enrolled() {
      return identity.enrolment !== undefined;
    },
    clockTrusted: () => identity.time.reading().trusted,
    certificateStale: () => identity.dates === 'stale' || identity.dates === 'expired',
    diskUsedShare: () => machine.diskUsedShare(),
    temperatureC: () => machine.temperatureC(),
  };
}

export function custodyView(relay: Pick<Relay, 'stats'>): CustodyView {
  return {
    backlog: () => {
      const { waiting, waitingBytes, oldestMs, expired, dropped, spool, full } = relay.stats();
      return { waiting, bytes: waitingBytes, oldestMs, expired, dropped, full, diskFull: spool.at === 'full' };
    },
    backend: () => {
      const { backend } = relay.stats();
      return backend.state === 'not-a-gateway' ? undefined : { state: backend.state, since: backend.since, url: backend.url };
    },
  };
}

export function class0Of({ class0 }: Pick<Config, 'class0'>): PoliceConfig {
  return {
    device: { perSecond: class0.devicePerSecond, burst: class0.deviceBurst },
    node: { perSecond: class0.nodePerSecond, burst: class0.nodeBurst },
  };
}

const none = () => () => {};

/** For reading the radios of a node that has no links yet. */
export const noLinks: { readonly mesh: Pick<Mesh, 'neighbours' | 'subscribe'>; readonly places: LinkPlaces } = {
  mesh: { neighbours: () => [], subscribe: none },
  places: { place: () => undefined, setBandwidth: () => {} },
};

/** What the dashboard of a node that has not joined shows: itself, alone. */
export function waitingSources(identity: NodeIdentity, clock: Clock, who: Who, machine: MachineView, radio: RadioLayer): Sources {
  const { node, incarnation, devices } = identity;
  const alone = () => ({
    node,
    name: who.name,
    self: true,
    gateway: undefined,
    devices: 0,
    position: who.position,
    reachable: true,
    hops: 0,
    costMs: 0,
    nextHop: undefined,
    incarnation,
  });
  return {
    clock,
    who,
    machine,
    mesh: { self: node, neighbours: () => [], topology: () => ({ nodes: [alone()], edges: [], gateway: undefined, path: [] }), subscribe: none },
    places: { place: () => undefined },
    radio,
    directory: devices,
    door: { connected: () => [], onChange: none },
    custody: { backlog: () => ({ waiting: 0, bytes: 0, oldestMs: undefined, expired: 0, dropped: 0, full: false, diskFull: false }), backend: () => undefined },
    counters: { sums: () => [], runs: () => [], onChange: none },
    latency: { read: () => undefined, over: () => undefined },
    waiting: { worst: (from, to, slotMs) => Array.from({ length: Math.ceil((to - from) / slotMs) }, () => null) },
    activity: { read: () => ({ lastSeen: undefined, packetsToday: 0 }) },
  };
}
/** Where to go with a browser, and the code to claim the node with. */
export function announce(print: (line: string) => void, { http, name }: Config, port: number, claimCode: string | undefined): void {
  const hosts = http.host === '*' || http.host === '0.0.0.0' || http.host === '::' ? [...ownAddresses(), 'localhost'] : [http.host];
  print(`${name}: ${hosts.map((host) => `http://${host.includes(':') ? `[${host}]` : host}:${port}`).join('  ')}`);
  if (claimCode !== undefined) print(`Claim code: ${claimCode}`);
}
