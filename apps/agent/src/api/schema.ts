import * as z from 'zod';

/**
 * What the dashboard reads and the agent answers. All instants are Unix milliseconds by the agent's clock,
 * all durations milliseconds, all sizes bytes. `at` of an answer is when it was true.
 */
const nodeId = z.string().regex(/^[0-9a-f]{16}$/);
export const quality = z.enum(['strong', 'good', 'weak', 'poor']);
export const position = z.object({ lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) });

/** Shown to anybody on the network. */
export const publicCard = z.object({
  name: z.string(),
  community: z.string(),
  nodeId,
  version: z.string(),
  state: z.enum(['unclaimed', 'claimed']),
  at: z.number(),
});

export const status = z.object({
  at: z.number(),
  node: z.object({
    id: nodeId,
    name: z.string(),
    fingerprint: z.string(),
    community: z.string(),
    version: z.string(),
    gateway: z.boolean(),
    position: position.optional(),
  }),
  startedAt: z.number(),
  /** This machine's, by its IANA name: `today` begins at its midnight. */
  timeZone: z.string(),
  wellness: z.object({
    well: z.boolean(),
    /** In words, most important first; empty when well. Each names the cause and the next step. */
    problems: z.array(
      z.object({
        code: z.enum(['no-neighbour', 'no-gateway', 'no-backend', 'spool-full', 'disk-full', 'clock-untrusted', 'certificate-stale', 'not-enrolled']),
        since: z.number(),
      }),
    ),
    diskUsedShare: z.number().min(0).max(1).optional(),
    temperatureC: z.number().optional(),
    clockTrusted: z.boolean(),
  }),
  carrying: z.object({
    /** Messages that this node sent on since midnight, of all three types, each once: never repeats, never control frames. */
    packetsToday: z.number(),
    packetsLastMinute: z.number(),
    waiting: z.number(),
    waitingOldestMs: z.number().optional(),
    lost: z.number(),
  }),
  neighbours: z.number(),
  devices: z.object({ connected: z.number(), known: z.number() }),
  gateway: z.object({ id: nodeId, name: z.string(), hops: z.number(), costMs: z.number(), since: z.number() }).optional(),
  backend: z.object({ state: z.enum(['connected', 'connecting', 'unreachable', 'not-a-gateway']), since: z.number(), url: z.string().optional() }),
});

export const topologyNode = z.object({
  id: nodeId,
  name: z.string(),
  self: z.boolean(),
  gateway: z.boolean(),
  online: z.boolean(),
  /** When it was last known to be there; absent: never since this node started. */
  lastSeen: z.number().optional(),
  /** Of a node that is gone: the way from here to it when it was last there. */
  lastWay: z.object({ hops: z.number(), costMs: z.number(), nextHop: nodeId.optional() }).optional(),
  devices: z.number(),
  hops: z.number().optional(),
  costMs: z.number().optional(),
  nextHop: nodeId.optional(),
  position: position.optional(),
});
export const topologyEdge = z.object({
  a: nodeId,
  b: nodeId,
  /** How well each end hears the other; undefined: that end does not claim the link. */
  qualityA: quality.optional(),
  qualityB: quality.optional(),
  costAMs: z.number().optional(),
  costBMs: z.number().optional(),
  bandwidthBps: z.number().optional(),
  stale: z.boolean(),
});
export const topology = z.object({
  at: z.number(),
  self: nodeId,
  nodes: z.array(topologyNode),
  edges: z.array(topologyEdge),
  gateway: nodeId.optional(),
  /** Node ids from this node to its gateway, both included. */
  path: z.array(nodeId),
});

export const neighbour = z.object({
  id: nodeId,
  name: z.string(),
  segment: z.string(),
  upSince: z.number(),
  lastHeard: z.number(),
  latencyMs: z.number(),
  costMs: z.number(),
  bandwidthBps: z.number().optional(),
  quality,
  bytesIn: z.number(),
  bytesOut: z.number(),
  queues: z.array(z.object({ class: z.number().int().min(0).max(3), packets: z.number(), bytes: z.number() })),
});
export const neighbours = z.object({ at: z.number(), neighbours: z.array(neighbour) });

/** Found by mDNS on the local network. */
export const nearbyNode = z.object({
  id: z.string(),
  name: z.string(),
  state: z.string(),
  host: z.string(),
  addresses: z.array(z.string()),
  port: z.number(),
  lastSeen: z.number(),
});
export const nearby = z.object({ at: z.number(), nodes: z.array(nearbyNode) });

export const device = z.object({
  id: z.string(),
  role: z.enum(['donor', 'recipient', 'meter', 'lock']),
  connected: z.boolean(),
  lastSeen: z.number().optional(),
  packetsToday: z.number(),
});
export const devices = z.object({ at: z.number(), devices: z.array(device) });

const perTraffic = z.object({ devices: z.number(), betweenNodes: z.number(), reports: z.number() });
export const trafficToday = z.object({
  at: z.number(),
  dayStart: z.number(),
  timeZone: z.string(),
  /** 144 buckets of 10 minutes from dayStart; undefined where this node was not running (a gap), zeros where nothing was carried. */
  buckets: z.array(z.object({ start: z.number(), packets: perTraffic.optional(), bytes: perTraffic.optional() })),
  totals: z.object({
    packets: perTraffic,
    bytes: perTraffic,
    up: z.number(),
    down: z.number(),
    /** From node to node. */
    between: z.number(),
    byClass: z.array(z.object({ class: z.number(), packets: z.number(), bytes: z.number() })),
  }),
  backlog: z.object({ waiting: z.number(), bytes: z.number(), oldestMs: z.number().optional(), expired: z.number(), dropped: z.number() }),
  /** End-to-end round trip of this node's own packets to the backend. */
  latency: z.object({ p50: z.number(), p95: z.number(), p99: z.number(), samples: z.number() }).optional(),
});

export const logEntry = z.object({
  id: z.number(),
  at: z.number(),
  kind: z.enum([
    'neighbour-up',
    'neighbour-down',
    'route-changed',
    'gateway-lost',
    'gateway-found',
    'backend-up',
    'backend-down',
    'started',
    'claimed',
    'login',
    'device-connected',
    'device-disconnected',
    'refused',
  ]),
  node: nodeId.optional(),
  nodeName: z.string().optional(),
  detail: z.string(),
  healedMs: z.number().optional(),
});
export const log = z.object({ at: z.number(), entries: z.array(logEntry) });

/** What the node counted since its start, refusals above all, by name: `<part>.<what>`. */
export const counters = z.object({ at: z.number(), counters: z.record(z.string(), z.number()) });

export type PublicCard = z.infer<typeof publicCard>;
export type Status = z.infer<typeof status>;
export type TopologyView = z.infer<typeof topology>;
export type Neighbours = z.infer<typeof neighbours>;
export type Nearby = z.infer<typeof nearby>;
export type Devices = z.infer<typeof devices>;
export type TrafficToday = z.infer<typeof trafficToday>;
export type Log = z.infer<typeof log>;
export type CountersNow = z.infer<typeof counters>;
