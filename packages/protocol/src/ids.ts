/**
 * Node id: the first 8 bytes of SHA-256 over the node's Ed25519 public key, as 16 lower-case hex digits.
 * It stands for the node on the wire and as key of every table; the first binding to a public key wins. docs/protocol.md §2.1
 */
export type NodeId = string & { readonly __brand: 'NodeId' };

/** Which device, without saying its name: the first 8 bytes of SHA-256 over its id's UTF-8, as 16 lower-case hex digits. docs/protocol.md §5.9 */
export type DeviceHash = string & { readonly __brand: 'DeviceHash' };

/** One connection (a TLS socket in the agent, a pipe in the simulator); never reused within a process. */
export type ConnId = number & { readonly __brand: 'ConnId' };
export const ConnId = (value: number): ConnId => value as ConnId;

/** Incarnation: u32, durably increased before the first frame after every start. docs/protocol.md §2.2 */
export type Incarnation = number & { readonly __brand: 'Incarnation' };
export const Incarnation = (value: number): Incarnation => value as Incarnation;

const HEX16 = /^[0-9a-f]{16}$/;
export function NodeId(text: string): NodeId {
  if (!HEX16.test(text)) throw new TypeError(`node id: expected 16 lower-case hex digits, got "${text.slice(0, 40)}"`);
  return text as NodeId;
}

/** The class of an entry: 0 time-sensitive, 1 telemetry, 2 metrics and receipts, 3 bulk. docs/protocol.md §7.1 */
export type TrafficClass = 0 | 1 | 2 | 3;
export const trafficClasses = [0, 1, 2, 3] as const;

/** What an entry is to the community, beside its class: counted apart. docs/protocol.md §7.2 */
export const traffic = { device: 0, betweenNodes: 1, report: 2 } as const;
export type Traffic = (typeof traffic)[keyof typeof traffic];

/** Where a sequence of entries goes: the backend (by any gateway), or one node. docs/protocol.md §8.1 */
export type Stream = 'backend' | NodeId;

/**
 * Entry id: unique for life as (origin, incarnation, stream, class, sequence); never reused for other bytes.
 * `sequence` is a u48 counting from 1 per (incarnation, stream, class). docs/protocol.md §8.1
 */
export interface EntryId {
  readonly origin: NodeId;
  readonly incarnation: Incarnation;
  readonly stream: Stream;
  readonly class: TrafficClass;
  readonly sequence: number;
}
