import type { ConnId, DeviceHash, EntryId, Incarnation, NodeId, Stream, Traffic, TrafficClass } from './ids.ts';
import type { VouchRequest } from './receipts/ports.ts';
import type { Millis } from './units.ts';
import type { DeviceClaim } from './wire/claims.ts';

/** The two connections of a link: urgent carries hello, control and class 0; bulk carries classes 1 to 3. docs/protocol.md §3.2 */
export type Channel = 'urgent' | 'bulk';

/** A node that a segment's beacon announced; `key` is the driver's (address, port and segment). */
export interface Candidate {
  readonly key: string;
  readonly segment: string;
  /** Known from an earlier handshake at this key. */
  readonly node?: NodeId;
  /** What the segment says of the way there before a link exists: one-way milliseconds. */
  readonly costHintMs?: number;
}

export interface Submission {
  readonly stream: Stream;
  readonly class: TrafficClass;
  readonly traffic: Traffic;
  readonly incarnation: Incarnation;
  /** Allocated by the caller: 1, 2, 3 ... per (incarnation, stream, class). Gaps are allowed, going back is not, except when an unsettled entry is submitted again after `expelled`. */
  readonly sequence: number;
  /** How old the entry already was when submitted. */
  readonly ageMs: number;
  /** Age at which it expires; 0 = never. */
  readonly lifetimeMs: number;
  /** Opaque to the protocol, at most `config.entryBytesMax`. */
  readonly body: Uint8Array;
}

export interface DeliveredEntry {
  readonly id: EntryId;
  readonly traffic: Traffic;
  readonly ageMs: number;
  readonly lifetimeMs: number;
  readonly body: Uint8Array;
  /** Came after a later one of its sequence had been delivered (waited at most 2 s for it). */
  readonly late: boolean;
}

/** A run of sequences of one origin, incarnation, stream and class. */
export interface EntryRun {
  readonly origin: NodeId;
  readonly incarnation: Incarnation;
  readonly stream: Stream;
  readonly class: TrafficClass;
  readonly first: number;
  readonly count: number;
}

/** Every settled entry of (stream, class) is below it: lexicographic by (incarnation, sequence). docs/protocol.md §8.3 */
export interface Floor {
  readonly incarnation: Incarnation;
  readonly sequence: number;
}

export interface GatewayOffer {
  /** Round trip to the backend. */
  readonly backendMs: number;
  /** 0 idle .. 255 full. */
  readonly load: number;
}

export type Input =
  /** A connection finished its handshake; the driver has verified the certificate. */
  | {
      readonly type: 'connected';
      readonly conn: ConnId;
      readonly channel: Channel;
      readonly node: NodeId;
      readonly certificate: Uint8Array;
      readonly dialled: boolean;
      readonly candidate?: string;
      readonly segment: string;
    }
  /** Bytes of a connection's stream, in order, cut anywhere. */
  | { readonly type: 'data'; readonly conn: ConnId; readonly bytes: Uint8Array }
  | { readonly type: 'closed'; readonly conn: ConnId; readonly reason: string }
  | { readonly type: 'candidate'; readonly candidate: Candidate }
  | { readonly type: 'candidateLost'; readonly key: string }
  | { readonly type: 'dialFailed'; readonly key: string; readonly reason: string }
  | { readonly type: 'submit'; readonly submission: Submission }
  /** The floor below which the caller's entries of (stream, class) are settled, counting those that the protocol does not hold. */
  | { readonly type: 'floor'; readonly stream: Stream; readonly class: TrafficClass; readonly floor: Floor }
  /** The receiver's answer to `deliver`: these are durable (spool commit) or with the backend (PUBACK). */
  | { readonly type: 'delivered'; readonly runs: readonly EntryRun[] }
  /** The receiver cannot take these now (backend gone, disk full): forget them unacknowledged, the origin sends again. */
  | { readonly type: 'undelivered'; readonly runs: readonly EntryRun[]; readonly reason: string }
  /** Undefined: this node is no gateway now. */
  | { readonly type: 'gateway'; readonly offer: GatewayOffer | undefined }
  /** Latitude, longitude in degrees. */
  | { readonly type: 'position'; readonly position: { readonly lat: number; readonly lon: number } | undefined }
  /** How many devices this node serves (shown on the map). */
  | { readonly type: 'devices'; readonly count: number }
  /** All devices that this node serves from now on, sorted by hash, none twice, at most 1,024. docs/protocol.md §5.9 */
  | { readonly type: 'claims'; readonly claims: readonly DeviceClaim[] }
  /** A CA-signed community document from outside the mesh (hub, file): flooded when its number is higher than what is known. */
  | { readonly type: 'community'; readonly document: Uint8Array }
  /** The node's own certificate was issued or renewed. */
  | { readonly type: 'certificate'; readonly certificate: Uint8Array }
  /** What a link carries towards its neighbour, as the radio or the tunnel beneath it tells: 1 to `kbpsMax`; undefined: not known (any more). docs/protocol.md §5.2 */
  | { readonly type: 'bandwidth'; readonly link: NodeId; readonly kbps: number | undefined }
  /** Nodes that the community has revoked: their links close, their records are dropped and refused. */
  | { readonly type: 'revoked'; readonly nodes: readonly NodeId[] }
  | { readonly type: 'wake' }
  /** Says goodbye on every link. */
  | { readonly type: 'stop' };

export type CloseReason = 'duplicate' | 'full' | 'dead' | 'protocol-error' | 'revoked' | 'copied-card' | 'goodbye' | 'self' | 'standby';

export type Output =
  | { readonly type: 'send'; readonly conn: ConnId; readonly bytes: Uint8Array }
  | { readonly type: 'close'; readonly conn: ConnId; readonly reason: CloseReason }
  /** Open both connections to a candidate. */
  | { readonly type: 'dial'; readonly key: string }
  /** Beacon at once on every segment. */
  | { readonly type: 'beacon' }
  /** Entries for this node (or, at a gateway, the backend), in order per (origin, class) as far as they are. Answer each with `delivered` or `undelivered`. */
  | { readonly type: 'deliver'; readonly from: NodeId; readonly entries: readonly DeliveredEntry[] }
  /** Acknowledged end to end: the origin's custody ends. Includes runs that only the receiver's floor covers. */
  | { readonly type: 'released'; readonly runs: readonly EntryRun[]; readonly by: NodeId; readonly rttMs: number }
  | { readonly type: 'expired'; readonly runs: readonly EntryRun[] }
  /** The send buffer of (stream, class) was full and `submit` was not taken: submit again after `room`. */
  | { readonly type: 'expelled'; readonly run: EntryRun; readonly reason: 'full' | 'too-big' | 'out-of-order' }
  | { readonly type: 'room'; readonly stream: Stream; readonly class: TrafficClass }
  /** The next hop has it (for a gateway: the backend): one count per entry id and node. docs/protocol.md §8.8 */
  | {
      readonly type: 'carried';
      readonly run: EntryRun;
      readonly traffic: Traffic;
      readonly bytes: number;
      readonly next: NodeId | 'backend';
      readonly own: boolean;
    }
  /** The next hop signed for what it took; the signature is not verified yet. docs/protocol.md §7.7 */
  | { readonly type: 'receipt'; readonly next: NodeId; readonly request: VouchRequest; readonly signature: Uint8Array }
  /** This node is a gateway: the backend's hub may sign for these. */
  | { readonly type: 'receiptWanted'; readonly request: VouchRequest }
  /** These devices have another holder now, or their holder another counter. */
  | { readonly type: 'claims'; readonly devices: readonly DeviceHash[] }
  | { readonly type: 'communityDocument'; readonly document: Uint8Array; readonly number: number }
  /** The network knows this node by a higher incarnation: the driver persists one above it and starts anew. */
  | { readonly type: 'incarnationBehind'; readonly seen: Incarnation }
  | { readonly type: 'event'; readonly event: MeshEvent };

/** For logs, counters and the screen; nothing is decided by them. */
export type MeshEvent =
  | { readonly kind: 'neighbour-up'; readonly node: NodeId; readonly segment: string }
  | { readonly kind: 'neighbour-down'; readonly node: NodeId; readonly reason: string }
  | { readonly kind: 'topology-changed' }
  | { readonly kind: 'route-changed'; readonly gateway: NodeId | undefined; readonly nextHop: NodeId | undefined }
  | { readonly kind: 'wire-error'; readonly from: NodeId | undefined; readonly error: string }
  | { readonly kind: 'dropped'; readonly run: EntryRun | undefined; readonly reason: DropReason }
  | { readonly kind: 'copied-card' }
  | { readonly kind: 'id-clash'; readonly node: NodeId }
  | { readonly kind: 'healed'; readonly parts: readonly NodeId[] };

export type DropReason =
  | 'no-route'
  | 'hop-limit'
  | 'loop'
  | 'queue-full'
  | 'no-credit'
  | 'receiver-full'
  | 'no-key'
  | 'unsealed'
  | 'forged'
  | 'expired'
  | 'stale-incarnation';

// ---- Views: read at any time, plain copies, for the dashboard, reports and the simulator's checkers. ----

export interface NeighbourView {
  readonly node: NodeId;
  readonly name: string;
  readonly segment: string;
  readonly upSince: Millis;
  readonly lastHeard: Millis;
  /** Minimum round trip of the last 60 s on the urgent connection. */
  readonly rttMs: number;
  readonly costMs: number;
  /** Bits per second; undefined: not known. */
  readonly bandwidthBps: number | undefined;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly queues: readonly { readonly class: TrafficClass; readonly frames: number; readonly bytes: number }[];
}

export interface TopologyNode {
  readonly node: NodeId;
  readonly name: string;
  readonly self: boolean;
  readonly gateway: GatewayOffer | undefined;
  readonly devices: number;
  readonly position: { readonly lat: number; readonly lon: number } | undefined;
  readonly reachable: boolean;
  readonly hops: number | undefined;
  readonly costMs: number | undefined;
  readonly nextHop: NodeId | undefined;
  readonly incarnation: Incarnation;
}

export interface TopologyEdge {
  readonly a: NodeId;
  readonly b: NodeId;
  /** As each end advertises it; undefined: that end does not claim the edge. */
  readonly costAMs: number | undefined;
  readonly costBMs: number | undefined;
}

export interface Topology {
  readonly nodes: readonly TopologyNode[];
  readonly edges: readonly TopologyEdge[];
  readonly gateway: NodeId | undefined;
  /** From this node to its gateway, both included; empty when there is none. */
  readonly path: readonly NodeId[];
}
