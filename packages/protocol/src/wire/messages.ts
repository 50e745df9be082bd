import type { Incarnation, NodeId, Stream, Traffic, TrafficClass } from '../ids.ts';
import type { EntryRun, Floor, GatewayOffer } from '../io.ts';
import type { VouchRequest as Asked } from '../receipts/ports.ts';

/** Kinds of frames on a link. Unknown kinds are skipped by length. docs/protocol.md §4.2 */
export const kind = {
  hello: 1,
  records: 2,
  digest: 3,
  summary: 4,
  request: 5,
  bundle: 6,
  ack: 7,
  drop: 8,
  credit: 9,
  heartbeat: 10,
  bye: 11,
  vouchRequest: 12,
  voucher: 13,
} as const;

/** Feature bits of a hello: what this node understands beyond version 1, and `spare`: this link is not in its flooding core. docs/protocol.md §4.3 */
export const feature = { deflate: 1 << 0, sealed: 1 << 1, spare: 1 << 2 } as const;

/** §3.3 The first frame of every connection, and the keep-alive of the urgent one. */
export interface Hello {
  readonly kind: typeof kind.hello;
  readonly incarnation: Incarnation;
  readonly features: number;
  /** u32 counting this connection's hellos. */
  readonly sequence: number;
  /** The sender's monotonic clock in microseconds, modulo 2^32. */
  readonly sentMicros: number;
  /** Echo: `sentMicros` of the last hello heard here, and how long ago that was, in microseconds; 0 and 0 before the first. */
  readonly echoMicros: number;
  readonly echoAgeMicros: number;
  /** How soon the next hello comes, in milliseconds. */
  readonly intervalMs: number;
  /** The sender's cost for this link, in 1/100 ms; 0 when not known yet. docs/protocol.md §5.2 */
  readonly cost: number;
  /** The highest incarnation that the sender has seen of the receiver; 0 for none. */
  readonly yourIncarnation: Incarnation;
  /** Hash over the link-state database: 16 hex digits. docs/protocol.md §5.6 */
  readonly database: string;
  /** Number of the newest community document the sender has. */
  readonly community: number;
}

/** A flooded record; `type` says how to read `body`. docs/protocol.md §5.3 */
export interface FloodRecord {
  readonly type: (typeof recordType)[keyof typeof recordType];
  readonly origin: NodeId;
  readonly incarnation: Incarnation;
  /** u32; a newer (incarnation, sequence) replaces. For the community document: its number, with incarnation 0 and origin of zeros. */
  readonly sequence: number;
  /** How old the record is, in seconds, grown by each holder's monotonic clock. Not signed. */
  readonly ageSeconds: number;
  readonly body: Uint8Array;
  /** 64 bytes over type..sequence and body; empty for community documents, which carry the CA's own signature. */
  readonly signature: Uint8Array;
}
export const recordType = { identity: 1, links: 2, community: 3, tombstone: 4, devices: 5 } as const;

/** Body of a `links` record: the link-state advertisement. docs/protocol.md §5.4 */
export interface LinkState {
  /** X25519, 32 bytes, of this incarnation. */
  readonly agreementKey: Uint8Array;
  readonly gateway: GatewayOffer | undefined;
  readonly devices: number;
  readonly position: { readonly lat: number; readonly lon: number } | undefined;
  /** Cost in 1/100 ms, 1..65535; sorted by node id. */
  readonly neighbours: readonly { readonly node: NodeId; readonly cost: number }[];
}

export interface Records {
  readonly kind: typeof kind.records;
  readonly records: readonly FloodRecord[];
}
/** Hash per bucket (first byte of the origin modulo 64). §5.6 */
export interface Digest {
  readonly kind: typeof kind.digest;
  readonly buckets: readonly string[];
}
export interface RecordKey {
  readonly type: number;
  readonly origin: NodeId;
  readonly incarnation: Incarnation;
  readonly sequence: number;
}
/** What the sender has in the buckets that differ; `mask` is a 64-bit map of the buckets covered, as 16 hex digits. */
export interface Summary {
  readonly kind: typeof kind.summary;
  readonly mask: string;
  readonly keys: readonly RecordKey[];
}
export interface Request {
  readonly kind: typeof kind.request;
  readonly keys: readonly RecordKey[];
}

/** Header of what is carried over several hops. docs/protocol.md §6.1 */
export interface Routed {
  readonly class: TrafficClass;
  readonly hopLimit: number;
  /** Set by a relay whose queue stood too long; echoed by the acknowledgement. */
  readonly congested: boolean;
  /** The node that opens it. */
  readonly destination: NodeId;
  readonly origin: NodeId;
  readonly incarnation: Incarnation;
  /** u48, new at every sending, per (origin, incarnation). */
  readonly transmission: number;
}

/** docs/protocol.md §6.2: what relays see of a bundle, in clear, as associated data of its seal. */
export interface BundleHeader extends Routed {
  readonly kind: typeof kind.bundle;
  readonly encoding: { readonly deflate: boolean; readonly sealed: boolean };
  readonly traffic: Traffic;
  readonly stream: 'backend' | 'node';
  /** Incarnation in which the entries were allocated (an older one for a backlog). */
  readonly entryIncarnation: Incarnation;
  readonly first: number;
  readonly count: number;
  readonly floor: Floor;
}
export interface Bundle extends BundleHeader {
  readonly payload: Uint8Array;
}

/** One entry inside an opened payload. docs/protocol.md §6.4 */
export interface PackedEntry {
  readonly ageMs: number;
  readonly lifetimeMs: number;
  readonly body: Uint8Array;
}

/** End-to-end acknowledgement of runs above the floor, MAC under the pair key. docs/protocol.md §8.4 */
export interface Ack extends Routed {
  readonly kind: typeof kind.ack;
  readonly stream: 'backend' | 'node';
  readonly ackedClass: TrafficClass;
  /** True when the bundles arrived marked congested. */
  readonly sawCongestion: boolean;
  /** The newest transmission that this acknowledges, for the round trip; 0 for none. */
  readonly echoTransmission: number;
  readonly runs: readonly { readonly incarnation: Incarnation; readonly first: number; readonly count: number }[];
  readonly mac: Uint8Array;
}

/** A relay or a receiver tells the origin that it dropped a bundle. Not authenticated end to end: it only hastens a retransmission. docs/protocol.md §8.6 */
export interface Drop extends Routed {
  readonly kind: typeof kind.drop;
  readonly reason: (typeof dropCode)[keyof typeof dropCode];
  readonly droppedTransmission: number;
}
export const dropCode = { noRoute: 1, hopLimit: 2, loop: 3, queueFull: 4, noCredit: 5, receiverFull: 6, noKey: 7 } as const;

/** Receiver's cumulative figures for one connection of a link. docs/protocol.md §7.4 */
export interface Credit {
  readonly kind: typeof kind.credit;
  readonly channel: 'urgent' | 'bulk';
  /** u48: the sender may have sent this many bytes of bundles in all on this connection. */
  readonly grantedBytes: number;
  /** u48: bundles taken from this connection so far, in order: the hop's receipt. */
  readonly receivedBundles: number;
}

/** The deep check, every 60 s. docs/protocol.md §3.6 */
export interface Heartbeat {
  readonly kind: typeof kind.heartbeat;
  readonly uptimeSeconds: number;
  /** Unix seconds as the sender believes, and whether it trusts them. */
  readonly wallSeconds: number;
  readonly wallTrusted: boolean;
  /** Packets carried since start (u48). */
  readonly carried: number;
  readonly queuedBytes: number;
  readonly version: string;
}
export interface Bye {
  readonly kind: typeof kind.bye;
  readonly reason: number;
}

/** A relay asks its next hop to sign for what it took. docs/protocol.md §7.7 */
export interface VouchRequest extends Asked {
  readonly kind: typeof kind.vouchRequest;
}
/** The answer: 64 bytes over the receipt (docs/proofs.md); undefined: refused. */
export interface Voucher {
  readonly kind: typeof kind.voucher;
  readonly epoch: number;
  readonly seq: number;
  readonly signature: Uint8Array | undefined;
}

export type Message = Hello | Records | Digest | Summary | Request | Bundle | Ack | Drop | Credit | Heartbeat | Bye | VouchRequest | Voucher;

/** Why bytes were refused. Values, counted, never thrown. docs/protocol.md §4.5 */
export interface WireError {
  readonly error: WireErrorCode;
  readonly kind?: number;
  readonly at?: number;
}
export type WireErrorCode = 'version' | 'too-long' | 'truncated' | 'trailing' | 'range' | 'reserved' | 'text' | 'order';

export const streamOf = (header: { stream: 'backend' | 'node'; destination: NodeId }): Stream => (header.stream === 'backend' ? 'backend' : header.destination);
export const runOf = (b: BundleHeader): EntryRun => ({
  origin: b.origin,
  incarnation: b.entryIncarnation,
  stream: streamOf(b),
  class: b.class,
  first: b.first,
  count: b.count,
});
