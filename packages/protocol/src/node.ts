import type { ProtocolConfig } from './config.ts';
import type { Incarnation, NodeId, Stream, TrafficClass } from './ids.ts';
import type { Input, NeighbourView, Output, Topology } from './io.ts';
import type { Ports } from './ports.ts';
import type { Millis } from './units.ts';

export interface MeshNodeOptions {
  readonly node: NodeId;
  readonly incarnation: Incarnation;
  /** The node's own certificate, flooded as its identity record. */
  readonly certificate: Uint8Array;
  readonly name: string;
  readonly config: ProtocolConfig;
  readonly ports: Ports;
  readonly now: Millis;
}

/** One node of the mesh: inputs in, outputs out; no socket, no timer, no clock, no promise. */
export interface MeshNodeApi {
  handle(now: Millis, input: Input): Output[];
  /** When `handle(now, { type: 'wake' })` is wanted next; `never` when nothing is pending. */
  readonly wakeAt: Millis;
  /** How many more entries `submit` takes for this stream and class before it expels. */
  room(stream: Stream, cls: TrafficClass): number;
  neighbours(): readonly NeighbourView[];
  topology(): Topology;
  /** Counted wire errors, drops and refusals by name. */
  counters(): Readonly<Record<string, number>>;
}
