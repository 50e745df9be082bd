import { type AccessPointClient, type BatmanCounters, channelsOf, countries, type MeshPeer, type RadioInterface } from '@energymesh/network';
import type { NodeId } from '@energymesh/protocol';
import type { Beneath, NetworkChanges } from '../../ports.ts';
import { saidOf, withSaid } from '../../said.ts';
import type { Feed } from '../ports.ts';
import type { NetworkChoices, NetworkOfNode, RadioBeneath } from '../schema.ts';
import { defined } from './mesh.ts';
import type { Sources } from './sources.ts';

const rowsMax = 256;
const tqMax = 255;

export function radioFeed({ radio, mesh, clock }: Pick<Sources, 'radio' | 'mesh' | 'clock'>): Feed<RadioBeneath> {
  return {
    current: () => {
      const at = clock.wall();
      const now = radio.current();
      if (now.at !== 'read')
        return { ...empty, at, ...(now.at === 'none' ? { state: 'none' } : { state: 'unreadable', why: now.why, ...defined({ whySaid: saidOf(now.why) }) }) };
      const { view, beneath } = now;
      const names = new Map(mesh.topology().nodes.map((known) => [known.node, known.name]));
      const name = (node: NodeId) => names.get(node) || node;
      const saidAt = at - view.ageMs;
      const seen = (lastSeenMs: number | undefined) => (lastSeenMs === undefined ? undefined : at - lastSeenMs);
      const bats = view.batman;
      const heard = (peer: MeshPeer) => bats.flatMap(({ neighbours }) => neighbours).find((one) => one.mac === peer.mac && one.interface === peer.interface);
      const linked = new Map<MeshPeer, NodeId>();
      for (const [node, one] of beneath) if (one.kind === 'radio' && one.peer) linked.set(one.peer, node);
      const peerOf = (peer: MeshPeer) => {
        const node = linked.get(peer);
        return {
          ...stationOf(peer),
          ...pathOf(heard(peer) ?? {}),
          ...defined({ node, name: node === undefined ? undefined : name(node), alive: peer.alive, lastSeen: seen(peer.lastSeenMs) }),
        };
      };
      return {
        at,
        state: view.stale ? 'stale' : 'fresh',
        saidAt,
        ...defined({ country: view.country, forwarded: forwardedOf(bats.flatMap(({ counters }) => counters ?? [])) }),
        links: [...beneath].slice(0, rowsMax).map(([node, one]) => ({
          node,
          name: name(node),
          kind: one.kind,
          multiHop: one.multiHop,
          ...defined({ interface: one.interface }),
          ...linkOf(one, peerOf, (ms) => saidAt - ms),
        })),
        peers: view.meshPeers.slice(0, rowsMax).map(peerOf),
        interfaces: view.interfaces.slice(0, rowsMax).flatMap(interfaceOf),
        clients: view.accessPointClients.slice(0, rowsMax).map((client: AccessPointClient) => ({ ...stationOf(client), ...defined({ key: client.key }) })),
        heard: view.heardMeshes.map(({ id, signalDbm, channel, secured, stations }) => ({ id, signalDbm, secured, stations, ...defined({ channel }) })),
        reached: bats
          .flatMap(({ originators }) => originators)
          .slice(0, rowsMax)
          .map((one) => ({ mac: one.mac, nextHop: one.nextHop, ...pathOf(one), alive: one.alive, lastSeen: saidAt - one.lastSeenMs })),
        gateways: bats
          .flatMap(({ gateways }) => gateways)
          .slice(0, rowsMax)
          .map((one) => ({ mac: one.mac, nextHop: one.nextHop, ...pathOf(one), best: one.best, downKbit: one.downKbit, upKbit: one.upKbit })),
        tunnels: view.wireguard
          .flatMap((tunnel) => tunnel.peers.map((peer) => ({ tunnel, peer })))
          .slice(0, rowsMax)
          .map(({ tunnel, peer }) => ({
            interface: tunnel.name,
            bytesIn: peer.receivedBytes,
            bytesOut: peer.sentBytes,
            ...defined({ endpoint: peer.endpoint, handshakeAt: peer.handshakeAt === undefined ? undefined : peer.handshakeAt * 1000 }),
          })),
        check: {
          radios: view.check.radios.map(({ interface: on, canMesh, canAccessPoint, words, driver }) => ({
            ...{ interface: on, canMesh, canAccessPoint, words },
            ...defined({ driver }),
          })),
          advice: [...view.check.advice],
          adviceSaid: view.check.advice.map((text) => saidOf(text) ?? null),
        },
        problems: [...view.problems],
      };
    },
    onChange: (handler) => radio.onChange(handler),
  };
}

const empty = {
  links: [],
  peers: [],
  interfaces: [],
  clients: [],
  heard: [],
  reached: [],
  gateways: [],
  tunnels: [],
  check: { radios: [], advice: [], adviceSaid: [] },
  problems: [],
};

type Peer = RadioBeneath['peers'][number];

function linkOf(one: Beneath, peerOf: (peer: MeshPeer) => Peer, ago: (ms: number) => number) {
  switch (one.kind) {
    case 'radio':
      return { ...pathOf(one), ...(one.peer && { peer: peerOf(one.peer) }) };
    case 'hops':
      return one.path ? { ...pathOf(one.path), nextHop: one.path.nextHop, lastSeen: ago(one.path.lastSeenMs) } : {};
    case 'tunnel':
      return defined({ handshakeAt: one.peer?.handshakeAt === undefined ? undefined : one.peer.handshakeAt * 1000 });
    case 'cable':
      return defined({ speedMbit: one.speedMbit });
    case 'other':
      return {};
  }
}

function stationOf(one: MeshPeer | AccessPointClient) {
  return {
    mac: one.mac,
    interface: one.interface,
    ...defined({
      signalDbm: one.signalDbm,
      sentMbit: one.sentMbit,
      receivedMbit: one.receivedMbit,
      expectedMbit: one.expectedMbit,
      bytesIn: one.receivedBytes,
      bytesOut: one.sentBytes,
      connectedMs: one.connectedSeconds === undefined ? undefined : one.connectedSeconds * 1000,
    }),
  };
}

function pathOf({ tq, throughputKbit }: { readonly tq?: number; readonly throughputKbit?: number }) {
  return defined({ wayQuality: tq === undefined ? undefined : tq / tqMax, wayKbit: throughputKbit });
}

function interfaceOf(one: RadioInterface): RadioBeneath['interfaces'] {
  const { kindOfUse: use, wireless } = one;
  if (use === 'other') return [];
  return [
    {
      name: one.name,
      use,
      up: one.up,
      carrier: one.joined ?? one.carrier,
      ...defined({
        ssid: wireless?.ssid,
        channel: wireless?.channel,
        transmitDbm: wireless?.transmitDbm,
        speedMbit: one.hardware?.speedMbit,
        bytesIn: one.receivedBytes,
        bytesOut: one.sentBytes,
      }),
    },
  ];
}

/** Of all of batman-adv's interfaces together. */
function forwardedOf(all: readonly BatmanCounters[]): RadioBeneath['forwarded'] {
  if (all.length === 0) return undefined;
  const sum = (of: (counters: BatmanCounters) => number) => all.reduce((total, counters) => total + of(counters), 0);
  return {
    frames: sum((one) => one.forwardedFrames),
    bytes: sum((one) => one.forwardedBytes),
    dropped: sum((one) => one.droppedFrames),
    managementBytes: sum((one) => one.managementBytes),
  };
}

export const networkChoices = (country: string): NetworkChoices => ({ countries: [...countries], channels: [...channelsOf(country)] });

/** Nobody says when the file changes: whoever looks is told every second. */
export function networkFeed(changes: Pick<NetworkChanges, 'status'>, clock: Sources['clock'], reach: () => NetworkOfNode['reach']): Feed<NetworkOfNode> {
  return {
    current: () => {
      const { available, change, status } = changes.status();
      return {
        at: clock.wall(),
        available,
        reach: reach(),
        ...(change && {
          change: { id: change.id, ofSeconds: change.confirmWithinSeconds, asked: { ...change.asked }, ...(change.before && { before: { ...change.before } }) },
        }),
        ...defined({ phase: status?.phase, waiting: status?.waiting, state: status?.state as Record<string, unknown> | undefined }),
        recent: (status?.recent ?? []).map(({ id, result, reason, problems }) => ({
          ...defined({ id, reasonSaid: saidOf(reason) }),
          ...{ result, reason, problems: problems.map(withSaid) },
        })),
        tunnels: [...(status?.wireguard ?? [])],
      };
    },
    onChange: () => () => {},
  };
}
