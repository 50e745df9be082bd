import { saidOf } from '@energymesh/agent/said';
import type { Devices, Log, Nearby, Neighbours, PublicCard, Status, TopologyView, TrafficAsked, TrafficSpan, TrafficToday } from '@energymesh/agent/schema';
import { nodeIdOf, random, seededMesh } from './seeded-mesh.ts';
import { spanOf } from './spans.ts';

/** Simulated figures for looking at the dashboard while working on it; nothing of this is measured. */
export const scenes = [
  'well',
  '8',
  '500',
  '3000',
  'alone',
  'no-gateway',
  'no-device',
  'gateway',
  'backend-cut',
  'stale',
  'unreachable',
  'quiet',
  'needs-you',
] as const;
export type SceneName = (typeof scenes)[number];

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const position = { lat: 47.37, lon: 8.54 };

export interface Sources {
  card(): PublicCard;
  status(): Status;
  topology(): TopologyView;
  neighbours(): Neighbours;
  devices(): Devices;
  nearby(): Nearby;
  traffic(): TrafficToday;
  trafficOver(asked: TrafficAsked): Promise<TrafficSpan>;
  log(limit: number): Log;
}

/** `startedAt`: when this simulation began; `now` may be frozen by the scene. */
export function sourcesOf(scene: SceneName, clock: () => number): Sources {
  const begun = clock();
  // A stale node goes on answering with the figures of 14 minutes ago.
  const now = () => (scene === 'stale' ? begun - 14 * minute : clock());
  const alone = scene === 'alone';
  const cut = scene === 'no-gateway';
  const gateway = scene === 'gateway' || scene === 'backend-cut';
  const nodes = alone ? 1 : scene === '500' || scene === '3000' ? Number(scene) : scene === '8' ? 8 : 24;
  const drawn = seededMesh({
    nodes,
    gateways: alone || cut ? 0 : nodes === 3000 ? 24 : nodes === 500 ? 9 : nodes === 8 ? 1 : 2,
    offline: nodes >= 500 ? Math.round(nodes / 30) : nodes === 24 ? 1 : 0,
    seed: 11,
    at: begun,
    positions: true,
  });
  const mesh: TopologyView = gateway
    ? { ...drawn, gateway: drawn.self, path: [drawn.self], nodes: drawn.nodes.map((node) => (node.self ? { ...node, gateway: true } : node)) }
    : drawn;
  const own = mesh.edges.filter((edge) => (edge.a === mesh.self || edge.b === mesh.self) && !edge.stale);
  const nameOf = (id: string) => mesh.nodes.find((node) => node.id === id)?.name ?? id;
  const quiet = scene === 'quiet' || alone;
  const buckets = bucketsOf(begun, quiet, scene);
  const sum = (key: 'devices' | 'betweenNodes' | 'reports') => buckets.reduce((all, bucket) => all + (bucket.packets?.[key] ?? 0), 0);
  const grown = () => (quiet || cut ? 0 : Math.floor((now() - begun) / 2800));
  const totals = () => ({ devices: sum('devices') + grown(), betweenNodes: sum('betweenNodes'), reports: sum('reports') });
  const packetsToday = () => totals().devices + totals().betweenNodes + totals().reports;
  const costOf = (id: string) => mesh.nodes.find((node) => node.id === id)?.costMs ?? 0;
  const way = mesh.path.length > 1 ? mesh.path : undefined;

  return {
    card: () => ({ name: 'Mill Lane 7', community: 'Millbrook', nodeId: mesh.self, version: '0.1.0', state: 'claimed', setup: 'done', at: clock() }),
    status: () => ({
      at: now(),
      node: { id: mesh.self, name: 'Mill Lane 7', fingerprint: 'MFRG GZDF MZTW Q2LK', community: 'Millbrook', version: '0.1.0', gateway, position },
      startedAt: begun - 12 * day - 5 * hour,
      timeZone: 'UTC',
      wellness: {
        well: !(alone || cut || scene === 'backend-cut' || scene === 'needs-you'),
        problems: alone
          ? [{ code: 'no-neighbour', since: begun - 9 * minute }]
          : cut
            ? [{ code: 'no-gateway', since: begun - 42 * minute }]
            : scene === 'backend-cut'
              ? [{ code: 'no-backend', since: begun - 3 * minute }]
              : scene === 'needs-you'
                ? [{ code: 'disk-full', since: begun - 3 * minute }]
                : [],
        diskUsedShare: 0.38,
        temperatureC: 41,
        clockTrusted: true,
      },
      carrying: {
        packetsToday: packetsToday(),
        packetsLastMinute: quiet || cut ? 0 : 21,
        waiting: cut || scene === 'backend-cut' ? 1306 + grown() : quiet ? 0 : 14,
        ...(cut || scene === 'backend-cut' ? { waitingOldestMs: 42 * minute } : quiet ? {} : { waitingOldestMs: 4000 }),
        lost: 0,
      },
      neighbours: alone ? 0 : own.length,
      devices: scene === 'no-device' || alone ? { connected: 0, known: 0 } : { connected: 3, known: 4 },
      ...(way
        ? { gateway: { id: way.at(-1)!, name: nameOf(way.at(-1)!), hops: way.length - 1, costMs: costOf(way.at(-1)!), since: begun - 31 * minute } }
        : {}),
      backend: gateway
        ? { state: scene === 'backend-cut' ? 'unreachable' : 'connected', since: begun - 3 * minute, url: 'mqtts://backend.millbrook.example:8883' }
        : { state: 'not-a-gateway', since: begun - 12 * day },
    }),
    topology: () => ({
      ...mesh,
      at: now(),
      nodes: mesh.nodes.map((node) => (node.online ? { ...node, lastSeen: now() - (Number.parseInt(node.id.slice(0, 2), 16) % 8) * 1000 } : node)),
    }),
    neighbours: () => ({
      at: now(),
      neighbours: own.map((edge, i) => {
        const mine = edge.a === mesh.self;
        const id = mine ? edge.b : edge.a;
        const costMs = (mine ? edge.costAMs : edge.costBMs) ?? 30;
        return {
          id,
          name: nameOf(id),
          segment: 'mesh0',
          multiHop: i === own.length - 1 && i > 1,
          upSince: begun - (i + 1) * 7 * hour,
          lastHeard: now() - 700,
          latencyMs: costMs * 0.8,
          costMs,
          bandwidthBps: edge.bandwidthBps,
          quality: (mine ? edge.qualityA : edge.qualityB) ?? 'weak',
          bytesIn: 182_000_000 / (i + 1) + (now() - begun) * 3,
          bytesOut: 96_000_000 / (i + 1) + (now() - begun) * 2,
          queues: [0, 1, 2, 3].map((cls) => ({ class: cls, packets: cls === 1 ? 3 + i : cls === 3 ? 11 : 0, bytes: cls === 1 ? 900 : cls === 3 ? 42_000 : 0 })),
        };
      }),
    }),
    devices: () => ({
      at: now(),
      devices:
        scene === 'no-device' || alone
          ? []
          : [
              { id: 'meter-mill-lane-7', role: 'meter', connected: true, lastSeen: now() - 2000, packetsToday: 1204 + grown() },
              { id: 'lock-cellar', role: 'lock', connected: true, lastSeen: now() - 41_000, packetsToday: 16 },
              { id: 'solar-roof', role: 'donor', connected: true, lastSeen: now() - 4000, packetsToday: 1198 },
              { id: 'heat-pump', role: 'recipient', connected: false, lastSeen: now() - 3 * hour, packetsToday: 310 },
            ],
    }),
    nearby: () => ({
      at: now(),
      nodes: alone
        ? []
        : [
            {
              id: nodeIdOf(2),
              name: 'Bakery',
              state: 'claimed',
              host: 'energymesh-2b1c.local',
              addresses: ['192.168.1.48'],
              port: 8080,
              lastSeen: now() - 9000,
            },
            {
              id: nodeIdOf(3),
              name: 'Orchard 9',
              state: 'claimed',
              host: 'energymesh-90aa.local',
              addresses: ['192.168.1.52'],
              port: 8080,
              lastSeen: now() - 240_000,
            },
          ],
    }),
    traffic: () => ({
      at: now(),
      dayStart: Math.floor(begun / day) * day,
      timeZone: 'UTC',
      buckets,
      totals: {
        packets: totals(),
        bytes: { devices: totals().devices * 214, betweenNodes: totals().betweenNodes * 96, reports: totals().reports * 640 },
        up: packetsToday() - Math.round(totals().devices * 0.07) - totals().betweenNodes,
        down: Math.round(totals().devices * 0.07),
        between: totals().betweenNodes,
        byClass: [
          { class: 0, packets: Math.round(packetsToday() * 0.06), bytes: Math.round(packetsToday() * 9) },
          { class: 1, packets: Math.round(packetsToday() * 0.71), bytes: Math.round(packetsToday() * 150) },
          { class: 2, packets: Math.round(packetsToday() * 0.21), bytes: Math.round(packetsToday() * 80) },
          { class: 3, packets: Math.round(packetsToday() * 0.02), bytes: Math.round(packetsToday() * 30) },
        ],
      },
      backlog:
        cut || scene === 'backend-cut'
          ? { waiting: 1306 + grown(), bytes: 402_000, oldestMs: 42 * minute, expired: 3, dropped: 12 }
          : quiet
            ? { waiting: 0, bytes: 0, expired: 0, dropped: 0 }
            : { waiting: 14, bytes: 3100, oldestMs: 4000, expired: 0, dropped: 0 },
      ...(quiet || cut ? {} : { latency: { p50: 31.4, p95: 78, p99: 140, samples: 9887 } }),
      waited: buckets.map(({ packets }, i) =>
        packets ? { waiting: 3, oldestMs: i >= 21 && i < 25 ? 42 * minute - (i - 21) * 9 * minute : 2000 + ((i * 7) % 9) * 900 } : null,
      ),
    }),
    trafficOver: async (asked) => spanOf(asked, now(), quiet),
    log: (limit) => ({ at: now(), entries: logOf(begun, mesh, scene).slice(0, limit) }),
  };
}

function bucketsOf(begun: number, quiet: boolean, scene: SceneName): TrafficToday['buckets'] {
  const dayStart = Math.floor(begun / day) * day;
  const next = random(5);
  const until = scene === 'stale' ? begun - 14 * minute : begun;
  return Array.from({ length: 144 }, (_, i) => {
    const start = dayStart + i * 10 * minute;
    if (start > until) return { start };
    // Off for repair between three and half past.
    if (i >= 18 && i < 21) return { start };
    if (quiet) return { start, packets: { devices: 0, betweenNodes: 0, reports: 0 } };
    const hourOf = i / 6;
    const load = 60 + 110 * Math.exp(-((hourOf - 7.6) ** 2) / 3) + 90 * Math.exp(-((hourOf - 12.7) ** 2) / 6) + 150 * Math.exp(-((hourOf - 18.7) ** 2) / 5);
    const burst = i === 21 ? 2.6 : 1;
    const [devices, betweenNodes, reports] = [load * (0.8 + next() * 0.5), 45 + next() * 25, (28 + next() * 14) * burst];
    return { start, packets: { devices: Math.round(devices * burst), betweenNodes: Math.round(betweenNodes), reports: Math.round(reports) } };
  });
}

function logOf(begun: number, mesh: TopologyView, scene: SceneName): Log['entries'] {
  const other = (i: number) => mesh.nodes[i] ?? mesh.nodes[0]!;
  const entry = (id: number, ago: number, kind: Log['entries'][number]['kind'], detail: string, extra: object = {}) => ({
    id,
    at: begun - ago,
    kind,
    detail,
    ...(saidOf(detail) && { said: saidOf(detail) }),
    ...extra,
  });
  const started = entry(1, 12 * day + 5 * hour, 'started', 'EnergyMesh 0.1.0 started');
  if (scene === 'alone') return [entry(2, 9 * minute, 'login', 'Logged in from 192.168.1.20'), started];
  return [
    ...(scene === 'no-gateway' ? [entry(11, 42 * minute, 'gateway-lost', 'No way to a gateway')] : []),
    ...(scene === 'backend-cut'
      ? [entry(11, 3 * minute, 'backend-down', 'The backend mqtts://backend.millbrook.example:8883 cannot be reached: timed out')]
      : []),
    entry(10, 2 * minute, 'login', 'Logged in from 192.168.1.20'),
    entry(9, 31 * minute, 'route-changed', `To ${other(1).name} by way of ${other(2).name}`, { node: other(2).id, nodeName: other(2).name }),
    entry(8, 31 * minute + 1800, 'neighbour-down', 'dead', { node: other(4).id, nodeName: other(4).name, healedMs: 1800 }),
    entry(7, 2 * hour, 'device-disconnected', 'heat-pump'),
    entry(6, 3 * hour, 'neighbour-up', 'Linked over mesh0', { node: other(3).id, nodeName: other(3).name }),
    entry(5, 9 * hour, 'gateway-found', `By way of ${other(2).name}`, { node: other(1).id, nodeName: other(1).name }),
    entry(4, 9 * hour + 42 * minute, 'gateway-lost', 'No way to a gateway', { healedMs: 42 * minute }),
    entry(3, 26 * hour, 'refused', 'A login from 192.168.1.77 was refused: wrong'),
    started,
  ];
}
