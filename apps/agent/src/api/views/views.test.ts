import { Incarnation, Millis, type NeighbourView, NodeId, type Topology, type TopologyNode } from '@energymesh/protocol';
import { beforeEach, expect, test } from 'vitest';
import type { MeshOutput } from '../../ports.ts';
import * as schema from '../schema.ts';
import { devicesView } from './devices.ts';
import { logView } from './log.ts';
import { neighboursFeed, topologyFeed } from './mesh.ts';
import { qualityOf } from './quality.ts';
import type { Sources } from './sources.ts';
import { statusFeed } from './status.ts';
import { dayOf, trafficFeed } from './traffic.ts';

const [self, mill, barn] = [NodeId('00000000000000a1'), NodeId('00000000000000b2'), NodeId('00000000000000c3')];
const minute = 60_000;
let at: number;
let topology: Topology;
let neighbours: NeighbourView[];
let emit: (output: MeshOutput) => void;
let backlog: ReturnType<Sources['custody']['backlog']>;
let backend: ReturnType<Sources['custody']['backend']>;
let sums: { slot: number; traffic: number; direction: number; class: number; packets: number; bytes: number }[];
let runs: { startedAt: number; seenAt: number }[];
let sources: Sources;

const node = (id: NodeId, extra: Partial<TopologyNode> = {}): TopologyNode => ({
  node: id,
  name: `node ${id.slice(-2)}`,
  self: id === self,
  gateway: undefined,
  devices: 0,
  position: undefined,
  reachable: true,
  hops: 1,
  costMs: 2,
  nextHop: id,
  incarnation: Incarnation(1),
  ...extra,
});
beforeEach(() => {
  at = new Date(2026, 5, 1, 12, 34).getTime();
  neighbours = [
    {
      node: mill,
      name: 'Mill',
      segment: 'mesh0',
      upSince: Millis(1000),
      lastHeard: Millis(4000),
      rttMs: 1.5,
      costMs: 2,
      bandwidthBps: 5e6,
      bytesIn: 1,
      bytesOut: 2,
      queues: [{ class: 0, frames: 1, bytes: 10 }],
    },
  ];
  topology = {
    nodes: [node(self, { hops: 0, costMs: 0 }), node(mill), node(barn, { gateway: { backendMs: 5, load: 0 }, hops: 2, costMs: 12, nextHop: mill })],
    edges: [
      { a: self, b: mill, costAMs: 2, costBMs: 20 },
      { a: mill, b: barn, costAMs: 10, costBMs: undefined },
    ],
    gateway: barn,
    path: [self, mill, barn],
  };
  backlog = { waiting: 0, bytes: 0, oldestMs: undefined, expired: 0, dropped: 0, full: false, diskFull: false };
  backend = undefined;
  sums = [];
  runs = [{ startedAt: at - 2 * 3_600_000, seenAt: at }];
  const handlers = new Set<(output: MeshOutput) => void>();
  emit = (output) => {
    for (const handler of handlers) handler(output);
  };
  const none = () => () => {};
  sources = {
    clock: { wall: () => at, monotonic: () => 5000, after: none },
    who: { name: 'Home', fingerprint: 'ABCD', community: 'Village', version: '1', gateway: false, position: { lat: 1, lon: 2 }, startedAt: at - 5000 },
    mesh: {
      self,
      neighbours: () => neighbours,
      topology: () => topology,
      subscribe: (handler) => {
        handlers.add(handler);
        return () => handlers.delete(handler);
      },
    },
    places: { place: (id) => (id === mill ? { address: 'fe80::1%mesh0', interface: 'mesh0', multiHop: false } : undefined) },
    radio: { current: () => ({ at: 'none' }), onChange: none },
    directory: {
      authenticate: () => undefined,
      known: () => [
        { id: 'meter-1', role: 'meter' },
        { id: 'lock-1', role: 'lock' },
        { id: 'far-1', role: 'donor' },
      ],
      onChange: none,
    },
    door: { connected: () => [{ device: 'meter-1', since: at }], onChange: none },
    custody: { backlog: () => backlog, backend: () => backend },
    counters: { sums: (from, to) => sums.filter(({ slot }) => slot >= from && slot < to), runs: () => runs, onChange: none },
    latency: { read: () => undefined, over: () => undefined },
    waiting: { worst: (from, to, slotMs) => Array.from({ length: (to - from) / slotMs }, (_, i) => (i === 3 ? { oldestMs: 4000, waiting: 2 } : null)) },
    activity: { read: (id) => (id === 'lock-1' ? { lastSeen: at - minute, packetsToday: 3 } : { lastSeen: undefined, packetsToday: 0 }) },
    machine: { enrolled: true, clockTrusted: () => true, certificateStale: () => false, diskUsedShare: () => 0.5, temperatureC: () => undefined },
  };
});

test('the topology as the page reads it: qualities from costs, one-sided edges stale, own position filled in', () => {
  const view = topologyFeed(sources).current();
  expect(schema.topology.parse(view)).toEqual(view);
  expect(view).toMatchObject({ self, gateway: barn, path: [self, mill, barn] });
  expect(view.nodes[0]).toMatchObject({ self: true, position: { lat: 1, lon: 2 }, hops: 0 });
  expect(view.edges[0]).toMatchObject({ qualityA: 'strong', qualityB: 'weak', bandwidthBps: 5e6, stale: false });
  expect(view.edges[1]).toMatchObject({ qualityA: 'good', stale: true });
  expect(view.edges[1]).not.toHaveProperty('qualityB');
});

test('a node that is gone keeps the time it was last there', () => {
  const feed = topologyFeed(sources);
  feed.current();
  const before = at;
  at += minute;
  topology = {
    ...topology,
    nodes: [node(self), node(mill, { reachable: false, hops: undefined, costMs: undefined, nextHop: undefined })],
    gateway: undefined,
    path: [],
  };
  const view = feed.current();
  // Found gone at this look: it was there until some moment since the last one.
  expect(view.nodes[1]).toMatchObject({ online: false, lastSeen: at, lastWay: { hops: 1, costMs: 2, nextHop: mill } });
  at += minute;
  expect(feed.current().nodes[1]).toMatchObject({ online: false, lastSeen: before + minute });
  expect(view.edges[0]!.stale).toBe(true);
  expect(schema.topology.parse(view)).toEqual(view);
});

test('a node that goes while nobody looks is dated by the event; one never met has no date', () => {
  const feed = topologyFeed(sources);
  emit({ type: 'event', event: { kind: 'topology-changed' } });
  at += 5 * minute;
  const gone = { reachable: false, hops: undefined, costMs: undefined, nextHop: undefined };
  topology = { ...topology, nodes: [node(self), node(mill, gone)], gateway: undefined, path: [] };
  emit({ type: 'event', event: { kind: 'topology-changed' } });
  const lost = at;
  at += 30 * minute;
  const stranger = NodeId('00000000000000d4');
  topology = { ...topology, nodes: [...topology.nodes, node(stranger, gone)] };
  const view = feed.current();
  expect(view.nodes[1]).toMatchObject({ online: false, lastSeen: lost, lastWay: { hops: 1, nextHop: mill } });
  expect(view.nodes[2]).not.toHaveProperty('lastSeen');
  expect(schema.topology.parse(view)).toEqual(view);
});

test('a way that was tried while a node went is not the way it was reached by', () => {
  const feed = topologyFeed(sources);
  feed.current();
  at += 10 * minute;
  const now = (extra: Partial<TopologyNode>) => {
    topology = { ...topology, nodes: [node(self), node(mill, extra)] };
    return feed.current().nodes[1];
  };
  now({ hops: 3, costMs: 40, nextHop: barn });
  at += 2000;
  const gone = { reachable: false, hops: undefined, costMs: undefined, nextHop: undefined };
  expect(now(gone)).toMatchObject({ online: false, lastSeen: at, lastWay: { hops: 1, costMs: 2, nextHop: mill } });
});

test('only what changes the picture wakes the page', () => {
  let woken = 0;
  const off = topologyFeed(sources).onChange(() => woken++);
  emit({ type: 'event', event: { kind: 'dropped', run: undefined, reason: 'loop' } });
  expect(woken).toBe(0);
  emit({ type: 'event', event: { kind: 'topology-changed' } });
  expect(woken).toBe(1);
  off();
  emit({ type: 'event', event: { kind: 'topology-changed' } });
  expect(woken).toBe(1);
});

test('neighbours carry wall times', () => {
  const view = neighboursFeed(sources).current();
  expect(schema.neighbours.parse(view)).toEqual(view);
  expect(view.neighbours[0]).toMatchObject({
    name: 'Mill',
    upSince: at - 4000,
    lastHeard: at - 1000,
    quality: 'strong',
    queues: [{ class: 0, packets: 1, bytes: 10 }],
  });
});

test('quality has four words', () => {
  expect([0.2, 3, 3.1, 10, 11, 40, 41].map(qualityOf)).toEqual(['strong', 'strong', 'good', 'good', 'weak', 'weak', 'poor']);
});

test('a well node says so; problems keep the time they began', () => {
  const feed = statusFeed(sources);
  const well = feed.current();
  expect(schema.status.parse(well)).toEqual(well);
  expect(well.wellness).toMatchObject({ well: true, problems: [] });
  expect(well.gateway).toMatchObject({ id: barn, hops: 2, costMs: 12, since: at });
  expect(well.backend.state).toBe('not-a-gateway');

  neighbours = [];
  topology = { ...topology, gateway: undefined, path: [] };
  backlog = { ...backlog, full: true, waiting: 9, oldestMs: 100, expired: 1, dropped: 2 };
  const since = at;
  feed.current();
  at += minute;
  const ill = feed.current();
  expect(schema.status.parse(ill)).toEqual(ill);
  expect(ill.wellness.problems).toEqual(['spool-full', 'no-neighbour', 'no-gateway'].map((code) => ({ code, since })));
  expect(ill.carrying).toMatchObject({ waiting: 9, waitingOldestMs: 100, lost: 3 });
});

test('how long it has lasted is known though nobody looked', () => {
  const feed = statusFeed(sources);
  const found = at;
  at += minute;
  neighbours = [];
  emit({ type: 'event', event: { kind: 'neighbour-down', node: mill, reason: 'dead' } });
  const lost = at;
  at += minute;
  const view = feed.current();
  expect(view.gateway?.since).toBe(found);
  expect(view.wellness.problems).toEqual([{ code: 'no-neighbour', since: lost }]);
});

test('a gateway without its backend says which', () => {
  backend = { state: 'unreachable', since: 5, url: 'mqtts://b' };
  const view = statusFeed(sources).current();
  expect(view.backend).toEqual({ state: 'unreachable', since: 5, url: 'mqtts://b' });
  expect(view.wellness.problems.map(({ code }) => code)).toContain('no-backend');
});

test('today: gaps where the node was off, zeros where nothing came, each packet counted once', () => {
  const { start } = dayOf(at);
  const slot = start + 12 * 6 * 600_000;
  sums = [
    { slot, traffic: 0, direction: 0, class: 1, packets: 50, bytes: 500 },
    { slot, traffic: 0, direction: 1, class: 0, packets: 2, bytes: 20 },
    { slot, traffic: 2, direction: 0, class: 2, packets: 1, bytes: 10 },
    { slot, traffic: 1, direction: 2, class: 0, packets: 3, bytes: 30 },
  ];
  const view = trafficFeed(sources).current();
  expect(schema.trafficToday.parse(view)).toEqual(view);
  expect(view.buckets).toHaveLength(144);
  expect(view.buckets[72]).toEqual({
    start: slot,
    packets: { devices: 52, betweenNodes: 3, reports: 1 },
    bytes: { devices: 520, betweenNodes: 30, reports: 10 },
  });
  expect(view.buckets[70]!.packets).toEqual({ devices: 0, betweenNodes: 0, reports: 0 });
  expect(view.buckets[20]).toEqual({ start: start + 20 * 600_000 });
  expect(view.buckets[100]!.packets).toBeUndefined();
  expect(view.waited[3]).toEqual({ oldestMs: 4000, waiting: 2 });
  expect(view.waited[4]).toBeNull();
  expect(view.totals).toMatchObject({ up: 51, down: 2, between: 3, packets: { devices: 52, betweenNodes: 3, reports: 1 } });
  // One number: the parts add up to it.
  expect(statusFeed(sources).current().carrying.packetsToday).toBe(56);
});

test('devices that are or were here', () => {
  const view = devicesView(sources);
  expect(schema.devices.parse(view)).toEqual(view);
  expect(view.devices).toEqual([
    { id: 'meter-1', role: 'meter', connected: true, lastSeen: at, packetsToday: 0 },
    { id: 'lock-1', role: 'lock', connected: false, lastSeen: at - minute, packetsToday: 3 },
  ]);
});

test('log entries of unknown kinds are left out; a node that has told its name since is called by it', () => {
  const row = { id: 1, at: 1, node: mill, nodeName: 'Mill', detail: 'd', healedMs: 5 };
  const view = logView(
    {
      recent: () => [
        { ...row, kind: 'neighbour-down' },
        { ...row, kind: 'from-the-future' },
        { ...row, id: 2, kind: 'neighbour-up', nodeName: mill },
      ],
    },
    at,
    10,
    undefined,
    () => 'New Mill',
  );
  expect(schema.log.parse(view)).toEqual(view);
  expect(view.entries).toEqual([
    { id: 1, at: 1, kind: 'neighbour-down', node: mill, nodeName: 'Mill', detail: 'd', healedMs: 5 },
    { id: 2, at: 1, kind: 'neighbour-up', node: mill, nodeName: 'New Mill', detail: 'd', healedMs: 5 },
  ]);
});
