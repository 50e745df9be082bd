import type { Incarnation, NodeId, Traffic, TrafficClass } from '../ids.ts';
import type { EntryRun, Floor } from '../io.ts';
import { type Ack, type Bundle, type Drop, kind, runOf } from '../wire/messages.ts';

/** What a relay counts of a bundle; kept till the next hop's receipt, without holding on to the bundle's bytes. */
export interface Cargo {
  readonly run: EntryRun;
  readonly traffic: Traffic;
  /** Of the payload as carried. */
  readonly bytes: number;
  readonly floor: Floor;
}

/** A frame on its way through this node. */
export interface Parcel {
  readonly bytes: Uint8Array;
  readonly class: TrafficClass;
  readonly destination: NodeId;
  readonly origin: NodeId;
  readonly incarnation: Incarnation;
  readonly transmission: number;
  /** Undefined for acknowledgements and drop notices: these are neither queued nor receipted, and nothing is said of their loss. */
  readonly cargo: Cargo | undefined;
}

export function parcelOf(message: Bundle | Ack | Drop, bytes: Uint8Array): Parcel {
  return {
    bytes,
    class: message.class,
    destination: message.destination,
    origin: message.origin,
    incarnation: message.incarnation,
    transmission: message.transmission,
    cargo:
      message.kind === kind.bundle ? { run: runOf(message), traffic: message.traffic, bytes: message.payload.byteLength, floor: message.floor } : undefined,
  };
}

/** A frame that must wait no longer points into the read buffer it came in: a small frame would keep all of that alive. */
export function settled(parcel: Parcel): Parcel {
  return parcel.bytes.buffer.byteLength > 2 * parcel.bytes.byteLength ? { ...parcel, bytes: parcel.bytes.slice() } : parcel;
}
