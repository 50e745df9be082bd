import type { ProtocolConfig } from './config.ts';
import type { ConnId, Incarnation, NodeId } from './ids.ts';
import type { Channel, GatewayOffer, Output } from './io.ts';
import type { Ports } from './ports.ts';
import type { Millis } from './units.ts';

/** What every part of a node is given. Outputs are collected by `emit` during one `handle` call and returned in order. */
export interface Surroundings {
  readonly self: NodeId;
  readonly incarnation: Incarnation;
  readonly config: ProtocolConfig;
  readonly ports: Ports;
  readonly emit: (output: Output) => void;
}

/** The neighbour table as forwarding needs it. */
export interface LinkView {
  /** Queues the encoded frame on that connection; false when the link is not up. */
  send(node: NodeId, channel: Channel, frame: Uint8Array): boolean;
  isUp(node: NodeId): boolean;
  /** Towards the node; undefined when not known. */
  bytesPerSecond(node: NodeId): number | undefined;
  /** Class 0 flowed: the busy hello interval applies. */
  touch(now: Millis, node: NodeId): void;
}

/** The routing table as forwarding and custody need it. */
export interface RouteView {
  /** Next hop towards a node; undefined when there is none. Never `self`. */
  nextHop(destination: NodeId): NodeId | undefined;
  /** Sum of link costs on the way there, milliseconds; undefined when unreachable, 0 for self. */
  costMs(destination: NodeId): number | undefined;
  /** The gateway this node uses for the backend (maybe itself); sticky. */
  gateway(): NodeId | undefined;
  /** Reachable gateways, best first. */
  gateways(): readonly { readonly node: NodeId; readonly offer: GatewayOffer; readonly costMs: number }[];
  /** Of the newest advertisement. */
  agreement(node: NodeId): { readonly incarnation: Incarnation; readonly agreementKey: Uint8Array } | undefined;
  /** The edges (as "a-b" with a < b) on the current path to a node: custody sends again when one of them vanishes. */
  pathTo(destination: NodeId): readonly NodeId[];
}

export type { ConnId };
