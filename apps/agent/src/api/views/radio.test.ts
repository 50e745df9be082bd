import { parseSnapshot, radioView } from '@energymesh/network';
import { NodeId, type Topology } from '@energymesh/protocol';
import { expect, test } from 'vitest';
import type { Beneath, RadioNow } from '../../ports.ts';
import * as schema from '../schema.ts';
import { networkFeed, radioFeed } from './radio.ts';

const [mill, barn, roof] = [NodeId('00000000000000b2'), NodeId('00000000000000c3'), NodeId('00000000000000d4')];
const at = Date.UTC(2026, 5, 1);
const clock = { wall: () => at, monotonic: () => 0, after: () => () => {} };
const mesh = {
  self: NodeId('00000000000000a1'),
  neighbours: () => [],
  subscribe: () => () => {},
  topology: () => ({ nodes: [{ node: mill, name: 'Mill' }], edges: [], gateway: undefined, path: [] }) as unknown as Topology,
};
const feed = (now: RadioNow) => radioFeed({ mesh, clock, radio: { current: () => now, onChange: () => () => {} } });

function viewAt(uptime: number) {
  const parsed = parseSnapshot(JSON.stringify({ version: 1, uptimeSeconds: 100, outputs: {} }));
  if (typeof parsed === 'string') throw new Error(parsed);
  return radioView(parsed, uptime);
}
const peer = {
  mac: '02:00:00:00:01:00',
  interface: 'mesh0',
  signalDbm: -61,
  expectedMbit: 24.5,
  connectedSeconds: 60,
  alive: true,
  lastSeenMs: 900,
  addresses: [],
};

test("radio and links side by side: a peer under its link has the node's name, a way over several hops its first radio", () => {
  const view = {
    ...viewAt(102),
    meshPeers: [peer, { mac: '02:00:00:00:09:00', interface: 'mesh0', alive: false, addresses: [] }],
    batman: [
      {
        interface: 'bat0',
        hardInterfaces: [],
        neighbours: [{ mac: peer.mac, interface: 'mesh0', lastSeenMs: 100, tq: 204, alive: true }],
        originators: [],
        gateways: [],
        translations: { count: 0, entries: [] },
      },
    ],
  };
  const place = { address: 'fe80::1%mesh0', interface: 'mesh0', multiHop: false };
  const beneath = new Map<NodeId, Beneath>([
    [mill, { ...place, kind: 'radio', peer, tq: 204 }],
    [
      barn,
      {
        address: 'fe80::2%bat0',
        interface: 'bat0',
        multiHop: true,
        kind: 'hops',
        path: { mac: '02:00:00:00:03:00', nextHop: peer.mac, interface: 'mesh0', lastSeenMs: 500, best: true, tq: 51, alive: true } as never,
      },
    ],
    [roof, { ...place, interface: 'wg-mesh', kind: 'tunnel', peer: { publicKey: '', allowedIps: [], handshakeAt: 1000, receivedBytes: 1, sentBytes: 2 } }],
  ]);
  const shown = feed({ at: 'read', view, beneath }).current();
  expect(schema.radio.parse(shown)).toEqual(shown);
  expect(shown).toMatchObject({ state: 'fresh', saidAt: at - 2000 });
  expect(shown.links).toEqual([
    expect.objectContaining({
      node: mill,
      name: 'Mill',
      kind: 'radio',
      wayQuality: 0.8,
      peer: expect.objectContaining({ signalDbm: -61, expectedMbit: 24.5, lastSeen: at - 900, connectedMs: 60_000 }),
    }),
    { node: barn, name: barn, kind: 'hops', multiHop: true, interface: 'bat0', wayQuality: 0.2, nextHop: peer.mac, lastSeen: at - 2500 },
    { node: roof, name: roof, kind: 'tunnel', multiHop: false, interface: 'wg-mesh', handshakeAt: 1_000_000 },
  ]);
  expect(shown.peers.map(({ node, alive }) => [node, alive])).toEqual([
    [mill, true],
    [undefined, false],
  ]);
});

test('none, unreadable and stale are told apart', () => {
  expect(feed({ at: 'none' }).current()).toMatchObject({ state: 'none', links: [], peers: [] });
  expect(feed({ at: 'unreadable', why: 'It is a pipe.' }).current()).toMatchObject({ state: 'unreadable', why: 'It is a pipe.' });
  const stale = feed({ at: 'read', view: viewAt(500), beneath: new Map() }).current();
  expect(schema.radio.parse(stale)).toEqual(stale);
  expect(stale).toMatchObject({
    state: 'stale',
    saidAt: at - 400_000,
    check: { advice: [expect.stringContaining('No country'), expect.stringContaining('Buy')] },
  });
});

test('long lists are cut', () => {
  const view = { ...viewAt(101), meshPeers: Array.from({ length: 2000 }, () => peer) };
  expect(feed({ at: 'read', view, beneath: new Map() }).current().peers).toHaveLength(256);
});

test('the network as the helper tells it', () => {
  const shown = networkFeed(
    {
      status: () => ({
        available: true,
        status: { version: 1, uptimeSeconds: 1, phase: 'waiting', waiting: { id: 'c', secondsLeft: 9 }, recent: [], wireguard: [] },
      }),
    },
    clock,
    () => ({ name: 'energymesh-a1.local', addresses: ['192.168.4.1'], port: 8080 }),
  ).current();
  expect(schema.network.parse(shown)).toEqual(shown);
  expect(shown).toMatchObject({ available: true, phase: 'waiting', waiting: { id: 'c', secondsLeft: 9 } });
});
