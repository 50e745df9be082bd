import * as z from 'zod';

/**
 * What the dashboard reads and the agent answers. All instants are Unix milliseconds by the agent's clock,
 * all durations milliseconds, all sizes bytes. `at` of an answer is when it was true.
 */
const nodeId = z.string().regex(/^[0-9a-f]{16}$/);
export const quality = z.enum(['strong', 'good', 'weak', 'poor']);
export const position = z.object({ lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) });

/** A sentence of the agent by its code (sentences.ts), for whoever shows it in another language; the English text is always beside it. */
export const said = z.object({ code: z.string(), params: z.record(z.string(), z.string()) });

/** Shown to anybody on the network. */
export const publicCard = z.object({
  name: z.string(),
  community: z.string(),
  nodeId,
  version: z.string(),
  state: z.enum(['unclaimed', 'claimed']),
  /** Setting it up is not at its end: the wizard at /setup has the next step. */
  setup: z.enum(['open', 'done']),
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

/** A map of the operator's own, to be drawn under the mesh. */
export const baseMap = z.discriminatedUnion('state', [
  z.object({ state: z.literal('none') }),
  /** Another tag is another file. */
  z.object({ state: z.literal('ready'), tag: z.string(), bytes: z.number() }),
  z.object({ state: z.enum(['not-pmtiles', 'unreadable']) }),
]);

export const neighbour = z.object({
  id: nodeId,
  name: z.string(),
  segment: z.string(),
  /** Radio hops lie between the two: the link runs over a fallback segment. */
  multiHop: z.boolean(),
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

const mac = z.string().regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/);
/** As the radio itself says, of one peer or client. Rates in Mbit/s, of the radio, not of what gets through. */
const station = {
  mac,
  interface: z.string(),
  signalDbm: z.number().optional(),
  sentMbit: z.number().optional(),
  receivedMbit: z.number().optional(),
  /** What the radio expects to get through. */
  expectedMbit: z.number().optional(),
  bytesIn: z.number().optional(),
  bytesOut: z.number().optional(),
  connectedMs: z.number().optional(),
};
const path = {
  /** Of the way there, 0 to 1: how many of batman-adv's own messages come through (BATMAN_IV). */
  wayQuality: z.number().min(0).max(1).optional(),
  /** The same as a rate (BATMAN_V). */
  wayKbit: z.number().optional(),
};
const radioPeer = z.object({
  ...station,
  ...path,
  /** The node behind it, where a link shows that. */
  node: nodeId.optional(),
  name: z.string().optional(),
  /** By batman-adv's last message from it; absent where batman-adv does not run. */
  alive: z.boolean().optional(),
  lastSeen: z.number().optional(),
});
export const radioLink = z.object({
  node: nodeId,
  name: z.string(),
  kind: z.enum(['radio', 'hops', 'tunnel', 'cable', 'other']),
  interface: z.string().optional(),
  /** Radio hops lie between the two. */
  multiHop: z.boolean(),
  ...path,
  /** Of kind radio. */
  peer: radioPeer.optional(),
  /** Of kind hops: the first radio on the way, and when its other end was last heard. */
  nextHop: mac.optional(),
  lastSeen: z.number().optional(),
  /** Of kind tunnel. */
  handshakeAt: z.number().optional(),
  /** Of kind cable. */
  speedMbit: z.number().optional(),
});
export const radioInterface = z.object({
  name: z.string(),
  use: z.enum(['mesh', 'access point', 'station', 'batman', 'wireguard', 'wired']),
  up: z.boolean(),
  /** The cable is in, or the radio has joined. */
  carrier: z.boolean(),
  ssid: z.string().optional(),
  channel: z.number().optional(),
  transmitDbm: z.number().optional(),
  speedMbit: z.number().optional(),
  bytesIn: z.number().optional(),
  bytesOut: z.number().optional(),
});
/** What lies beneath the links. Lists hold 256 at most. */
export const radio = z.object({
  at: z.number(),
  /** none: nobody reads radios on this machine. stale: the reader has stopped; the rest is what it said last. */
  state: z.enum(['none', 'unreadable', 'fresh', 'stale']),
  /** Of an unreadable one: what is wrong, and what to do. */
  why: z.string().optional(),
  whySaid: said.optional(),
  /** When the radios said this. */
  saidAt: z.number().optional(),
  country: z.string().optional(),
  links: z.array(radioLink),
  /** Heard by radio, linked or not. */
  peers: z.array(radioPeer),
  interfaces: z.array(radioInterface),
  clients: z.array(z.object({ ...station, key: z.enum(['SAE', 'WPA2']).optional() })),
  /** Meshes on the air while this node is in none, the strongest first. */
  heard: z.array(z.object({ id: z.string(), signalDbm: z.number(), channel: z.number().optional(), secured: z.boolean(), stations: z.number() })),
  /** Nodes that batman-adv reaches, over one hop or more. */
  reached: z.array(z.object({ mac, nextHop: mac, ...path, alive: z.boolean(), lastSeen: z.number() })),
  gateways: z.array(z.object({ mac, nextHop: mac, ...path, best: z.boolean(), downKbit: z.number(), upKbit: z.number() })),
  tunnels: z.array(
    z.object({ interface: z.string(), endpoint: z.string().optional(), handshakeAt: z.number().optional(), bytesIn: z.number(), bytesOut: z.number() }),
  ),
  /** Frames that batman-adv forwarded by itself since it came up: none of them is a packet that this node relayed. */
  forwarded: z.object({ frames: z.number(), bytes: z.number(), dropped: z.number(), managementBytes: z.number() }).optional(),
  /** In words: what each radio can do, and what to do about it. Empty advice: all is well. */
  check: z.object({
    radios: z.array(z.object({ interface: z.string(), canMesh: z.boolean(), canAccessPoint: z.boolean(), words: z.string(), driver: z.string().optional() })),
    advice: z.array(z.string()),
    /** The same by their codes, one by one. */
    adviceSaid: z.array(said.nullable()).optional(),
  }),
  /** What could not be read, in words. */
  problems: z.array(z.string()),
});

const problem = z.object({ field: z.string(), text: z.string(), said: said.optional() });
export const networkProblems = z.object({ problems: z.array(problem) });
export const networkChoices = z.object({ countries: z.array(z.string()), channels: z.array(z.number()) });
/** This node's network as the privileged helper tells it; passphrases read "set". docs/network.md */
export const network = z.object({
  at: z.number(),
  /** There is a helper that takes changes. */
  available: z.boolean(),
  phase: z.enum(['unconfigured', 'applying', 'waiting', 'confirmed', 'reverting']).optional(),
  /** In force, and goes back by itself unless it is confirmed in this time. */
  waiting: z.object({ id: z.string(), secondsLeft: z.number() }).optional(),
  state: z.record(z.string(), z.unknown()).optional(),
  /** The last one asked for since the agent started. Of passphrases: "set" was in force, "new" is given with it, left out is kept. */
  change: z
    .object({
      id: z.string(),
      ofSeconds: z.number(),
      before: z.record(z.string(), z.unknown()).optional(),
      asked: z.record(z.string(), z.unknown()),
    })
    .optional(),
  /** Where this node's page is found: its name, and the addresses (IPv4) that this machine has now. */
  reach: z.object({ name: z.string(), addresses: z.array(z.string()), port: z.number() }),
  /** The newest first. */
  recent: z.array(
    z.object({
      id: z.string().optional(),
      result: z.enum(['waiting', 'confirmed', 'unchanged', 'refused', 'failed', 'reverted']),
      reason: z.string(),
      reasonSaid: said.optional(),
      problems: z.array(problem),
    }),
  ),
  /** Public keys of this node's tunnels, for their other ends. */
  tunnels: z.array(z.object({ name: z.string(), publicKey: z.string() })),
});

/** Who is logged in. */
export const sessions = z.object({
  at: z.number(),
  sessions: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['claimant', 'operator']),
      /** The session that asks. */
      own: z.boolean(),
      createdAt: z.number(),
      lastUsedAt: z.number(),
      /** As the browser names itself; may be empty. */
      agent: z.string(),
    }),
  ),
});

export const device = z.object({
  id: z.string(),
  role: z.enum(['donor', 'recipient', 'meter', 'lock']),
  connected: z.boolean(),
  lastSeen: z.number().optional(),
  packetsToday: z.number(),
});
export const devices = z.object({ at: z.number(), devices: z.array(device) });

const perTraffic = z.object({ devices: z.number(), betweenNodes: z.number(), reports: z.number() });
const trafficTotals = z.object({
  packets: perTraffic,
  bytes: perTraffic,
  up: z.number(),
  down: z.number(),
  /** From node to node. */
  between: z.number(),
  byClass: z.array(z.object({ class: z.number(), packets: z.number(), bytes: z.number() })),
});
const percentiles = z.object({ p50: z.number(), p95: z.number(), p99: z.number(), samples: z.number() });
export const trafficToday = z.object({
  at: z.number(),
  dayStart: z.number(),
  timeZone: z.string(),
  /** 144 buckets of 10 minutes from dayStart; undefined where this node was not running (a gap), zeros where nothing was carried. */
  buckets: z.array(z.object({ start: z.number(), packets: perTraffic.optional(), bytes: perTraffic.optional() })),
  totals: trafficTotals,
  backlog: z.object({ waiting: z.number(), bytes: z.number(), oldestMs: z.number().optional(), expired: z.number(), dropped: z.number() }),
  /** End-to-end round trip of this node's own packets to the backend. */
  latency: percentiles.optional(),
  /** What waited here today, by the same buckets: the oldest packet's age at its worst; absent where nobody looked (before this start, and to come). */
  waited: z.array(z.object({ oldestMs: z.number(), waiting: z.number() }).nullable()),
});

const spanMsMax = 36 * 24 * 3_600_000;
const instant = z.number().min(0).max(8.64e15);
/** The last 7 or 30 days, this one included, by days; or what lies between two instants, in slots as fine as fit a screen. */
export const trafficAsked = z.union([
  z.object({ last: z.enum(['week', 'month']) }),
  z
    .object({ from: instant, to: instant })
    .refine(({ from, to }) => from < to, { path: ['to'], error: 'to: must be later than from' })
    .refine(({ from, to }) => to - from <= spanMsMax, { path: ['from'], error: 'from: at most 36 days before to; older figures are not kept' }),
]);
export const trafficSpan = z.object({
  at: z.number(),
  from: z.number(),
  to: z.number(),
  timeZone: z.string(),
  slot: z.enum(['minute', 'ten-minutes', 'hour', 'day']),
  /** One after the other; a day has 23 to 25 hours. Without figures: this node did not run in it, or it is to come. */
  slots: z.array(
    z.object({
      start: z.number(),
      end: z.number(),
      /** For how much of it this node ran, of what has passed. */
      ran: z.number().min(0).max(1),
      packets: perTraffic.optional(),
      bytes: perTraffic.optional(),
    }),
  ),
  totals: trafficTotals,
  /** Round trip of this node's own packets to the backend, right to 6 %; of whole days only, and where any was measured. */
  latency: percentiles.optional(),
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
    'phone-paired',
    'phone-removed',
    'device-connected',
    'device-disconnected',
    'refused',
  ]),
  node: nodeId.optional(),
  nodeName: z.string().optional(),
  detail: z.string(),
  said: said.optional(),
  healedMs: z.number().optional(),
});
export const log = z.object({ at: z.number(), entries: z.array(logEntry) });

/** What the node counted since its start, refusals above all, by name: `<part>.<what>`. */
export const counters = z.object({ at: z.number(), counters: z.record(z.string(), z.number()) });

export type PublicCard = z.infer<typeof publicCard>;
export type Status = z.infer<typeof status>;
export type TopologyView = z.infer<typeof topology>;
export type BaseMapState = z.infer<typeof baseMap>;
export type Neighbours = z.infer<typeof neighbours>;
export type Nearby = z.infer<typeof nearby>;
export type SessionsNow = z.infer<typeof sessions>;
export type Devices = z.infer<typeof devices>;
export type RadioBeneath = z.infer<typeof radio>;
export type NetworkChoices = z.infer<typeof networkChoices>;
export type NetworkOfNode = z.infer<typeof network>;
export type TrafficToday = z.infer<typeof trafficToday>;
export type TrafficAsked = z.infer<typeof trafficAsked>;
export type TrafficSpan = z.infer<typeof trafficSpan>;
export type Log = z.infer<typeof log>;
export type CountersNow = z.infer<typeof counters>;
