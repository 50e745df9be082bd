import type { MeshPeer, NetworkStatus, Originator, Problem, RadioView, WireguardPeer } from '@energymesh/network';
import type {
  DeliveredEntry,
  DeviceClaim,
  DeviceHash,
  DeviceHolder,
  EntryRun,
  Floor,
  Incarnation,
  MeshEvent,
  NeighbourView,
  NodeId,
  Output,
  Stream,
  Submission,
  Topology,
  TrafficClass,
} from '@energymesh/protocol';

/**
 * The seams between the agent's areas. An area implements or takes one of these; none imports another area.
 * `agent.ts` introduces them to each other.
 */

/** The mesh as relay, metrics and api meet it (implemented by mesh/). All calls are synchronous; outputs arrive through `subscribe` after the call that caused them returned. */
export interface Mesh {
  readonly self: NodeId;
  readonly incarnation: Incarnation;
  submit(submission: Submission): void;
  room(stream: Stream, cls: TrafficClass): number;
  floor(stream: Stream, cls: TrafficClass, floor: Floor): void;
  delivered(runs: readonly EntryRun[]): void;
  undelivered(runs: readonly EntryRun[], reason: string): void;
  /** Undefined: no gateway now. */
  offerGateway(offer: { backendMs: number; load: number } | undefined): void;
  setDevices(count: number): void;
  /** All devices that this node serves from now on, sorted by hash, at most 1,024. */
  setClaims(claims: readonly DeviceClaim[]): void;
  /** Who serves a device, by the claims known here; undefined: nobody. Changes come as outputs of type 'claims'. */
  holder(device: DeviceHash): DeviceHolder | undefined;
  injectCommunityDocument(document: Uint8Array): void;
  neighbours(): readonly NeighbourView[];
  topology(): Topology;
  counters(): Readonly<Record<string, number>>;
  /** Returns the unsubscriber. Handlers must not throw. */
  subscribe(handler: (output: MeshOutput) => void): () => void;
}

/** Keys of the community's nodes, out of the certificates that they flooded (implemented by mesh/). */
export interface NodeKeys {
  /** Ed25519, 32 bytes; undefined: not known here. */
  publicKey(node: NodeId): Uint8Array | undefined;
}

/** Where a neighbour's link runs (implemented by mesh/). */
export interface LinkPlaces {
  /** Undefined: no link with it. */
  place(node: NodeId): LinkPlace | undefined;
  /** What the link carries, as what is beneath it tells: kbit/s; undefined: not known (any more). */
  setBandwidth(node: NodeId, kbps: number | undefined): void;
}
export interface LinkPlace {
  /** The other end's; an IPv6 link-local one has its zone. */
  readonly address: string;
  /** Of this machine, where it is known. */
  readonly interface?: string;
  /** The segment is a fallback: radio hops lie between the two. */
  readonly multiHop: boolean;
}

/** What lies beneath the links (implemented by radio/). */
export interface RadioLayer {
  current(): RadioNow;
  /** Every few seconds where there is a radio layer. Returns the unsubscriber. */
  onChange(handler: () => void): () => void;
}
export type RadioNow =
  /** Nobody reads radios on this machine: links run over cables, tunnels or its loopback. */
  | { readonly at: 'none' }
  /** In words, and what to do. */
  | { readonly at: 'unreadable'; readonly why: string }
  | { readonly at: 'read'; readonly view: RadioView; readonly beneath: ReadonlyMap<NodeId, Beneath> };

/** What carries one link. */
export type Beneath = LinkPlace &
  (
    | { readonly kind: 'radio'; readonly peer?: MeshPeer; readonly tq?: number; readonly throughputKbit?: number }
    /** Over several radio hops; `nextHop` is the first, a MAC address. */
    | { readonly kind: 'hops'; readonly path?: Originator }
    | { readonly kind: 'tunnel'; readonly peer?: WireguardPeer }
    | { readonly kind: 'cable'; readonly speedMbit?: number }
    | { readonly kind: 'other' }
  );

/** Changes of this node's network, by way of the privileged helper (implemented by radio/). docs/network.md */
export interface NetworkChanges {
  status(): NetworkNow;
  /** What is wrong with a state, by field, as `propose` would say it; nothing is placed. */
  check(state: unknown): readonly Problem[];
  /** Returns the change's id. Throws NetworkRefused. */
  propose(state: unknown, confirmWithinSeconds: number): string;
  confirm(id: string): void;
  revert(id: string): void;
}
/** Without any passphrase. */
export interface NetworkNow {
  /** There is a helper that takes changes. */
  readonly available: boolean;
  /** The last change that was asked for since this process started. */
  readonly change?: AskedChange;
  readonly status?: Omit<NetworkStatus, 'waiting' | 'state'> & {
    readonly waiting?: { readonly id: string; readonly secondsLeft: number };
    /** Passphrases read "set". */
    readonly state?: Readonly<Record<string, unknown>>;
  };
}
/** Passphrases read "set" where one was in force, "new" where one is given. */
export interface AskedChange {
  readonly id: string;
  readonly confirmWithinSeconds: number;
  /** Absent: nothing was ever in force. */
  readonly before?: Readonly<Record<string, unknown>>;
  readonly asked: Readonly<Record<string, unknown>>;
}
export class NetworkRefused extends Error {
  readonly why: 'invalid' | 'too-long' | 'no-helper' | 'busy' | 'nothing-waits';
  /** By field, with what to write instead. */
  readonly problems: readonly Problem[];
  constructor(why: NetworkRefused['why'], message: string, problems: readonly Problem[] = []) {
    super(message);
    this.name = 'NetworkRefused';
    this.why = why;
    this.problems = problems;
  }
}

/** Something about setting this node up cannot be done as asked. */
export class SetupRefused extends Error {
  readonly why: 'not-now' | 'invalid' | 'not-fresh' | 'not-confirmed';
  /** By field, with what to write instead. */
  readonly problems: readonly Problem[];
  constructor(why: SetupRefused['why'], message: string, problems: readonly Problem[] = []) {
    super(message);
    this.name = 'SetupRefused';
    this.why = why;
    this.problems = problems;
  }
}

/** Letting others in cannot be done as asked. */
export class PeopleRefused extends Error {
  readonly why: 'no-member' | 'hub-away' | 'hub-old' | 'hub-refused' | 'device-known' | 'no-seal' | 'invalid';
  constructor(why: PeopleRefused['why'], message: string) {
    super(message);
    this.name = 'PeopleRefused';
    this.why = why;
  }
}

/** Something about rewards or the wallet cannot be done as asked. */
export class RewardsRefused extends Error {
  readonly why: 'off' | 'no-wallet' | 'wallet' | 'bad-phrase' | 'bad-input' | 'unreachable' | 'not-registered' | 'no-such' | 'too-many' | 'no-seal';
  constructor(why: RewardsRefused['why'], message: string) {
    super(message);
    this.name = 'RewardsRefused';
    this.why = why;
  }
}

/** The outputs that concern areas outside mesh/. */
export type MeshOutput = Extract<
  Output,
  { type: 'deliver' | 'released' | 'expired' | 'expelled' | 'room' | 'carried' | 'receipt' | 'receiptWanted' | 'claims' | 'communityDocument' | 'event' }
>;
export type { DeliveredEntry, EntryRun, MeshEvent };

/** Community-wide device credentials, out of the newest community document (implemented by identity/). */
export interface DeviceDirectory {
  /** Undefined: unknown device or wrong password. */
  authenticate(username: string, password: Uint8Array): DeviceIdentity | undefined;
  known(): readonly DeviceIdentity[];
  /** Called after the directory changed; the handler asks again for what it holds. */
  onChange(handler: () => void): () => void;
}
export interface DeviceIdentity {
  readonly id: string;
  readonly role: 'donor' | 'recipient' | 'meter' | 'lock';
}

/** What a device published, as the local broker hands it to the relay. */
export interface DevicePublish {
  readonly device: DeviceIdentity;
  readonly clientId: string;
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly dup: boolean;
  readonly retain: boolean;
  /** QoS > 0. */
  readonly packetId: number | undefined;
  /** MQTT 5 content type, correlation data and user properties, passed on. */
  readonly properties: Readonly<Record<string, string>>;
}

/** What the local broker asks of the relay: resolves when the message is in custody (durable here, or acknowledged end to end). */
export interface Intake {
  /** Rejects with IntakeRefused. For QoS 0 it may resolve without custody. */
  accept(publish: DevicePublish, signal: AbortSignal): Promise<void>;
}
export class IntakeRefused extends Error {
  readonly why: 'too-big' | 'no-topic' | 'full' | 'closing';
  constructor(why: 'too-big' | 'no-topic' | 'full' | 'closing', message: string) {
    super(message);
    this.name = 'IntakeRefused';
    this.why = why;
  }
}

/** The local broker as the relay meets it (implemented by relay/broker). */
export interface DeviceDoor {
  /** Delivers to a device's session at QoS 1; resolves on its PUBACK, stays pending while it is away; rejects when `signal` aborts. */
  deliver(device: string, message: { topic: string; payload: Uint8Array; properties?: Readonly<Record<string, string>> }, signal: AbortSignal): Promise<void>;
  /** The device is at another node now: its connections are closed (MQTT 5: session taken over), its sessions and wills forgotten. */
  dismiss(device: string): void;
  connected(): readonly { readonly device: string; readonly since: number }[];
  onChange(handler: (change: { device: string; connected: boolean }) => void): () => void;
}

/** What was carried in one slot of time, of one kind (kept by store/, made by metrics/, shown by api/). */
export interface CounterSum {
  /** Start of the slot, Unix milliseconds. */
  readonly slot: number;
  readonly traffic: number;
  readonly direction: number;
  readonly class: number;
  readonly packets: number;
  readonly bytes: number;
}
/** A span in which this node ran, Unix milliseconds. */
export interface RunSpan {
  readonly startedAt: number;
  readonly seenAt: number;
}

/** Monotonic and wall time in milliseconds, and timers; tests plug in a virtual one. */
export interface Clock {
  monotonic(): number;
  wall(): number;
  /** Returns the canceller. */
  after(ms: number, run: () => void): () => void;
}
