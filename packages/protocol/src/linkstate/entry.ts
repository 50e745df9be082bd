import type { Incarnation, NodeId } from '../ids.ts';
import type { Millis } from '../units.ts';
import { hex32, putU32 } from '../wire/cursor.ts';
import { digestBuckets } from '../wire/index.ts';
import type { FloodRecord } from '../wire/messages.ts';
import type { Piece } from './memory.ts';

/** A record as it is kept: encoded once, sent on as it stands but for its age. */
export interface Entry {
  readonly type: FloodRecord['type'];
  readonly origin: NodeId;
  readonly bucket: number;
  incarnation: Incarnation;
  sequence: number;
  /** Its encoding; nothing once it was taken out of the database. */
  readonly piece: Piece;
  /** On this node's monotonic clock; may lie before its start. */
  bornAt: Millis;
  hashHigh: number;
  hashLow: number;
}

/** Where the age stands in an encoded record. docs/protocol.md §5.3 */
export const ageOffset = 18;
export const bodyLengthOffset = 22;

/** A record without origin (the community document) has this one. */
export const nobody = '0000000000000000' as NodeId;

export const bucketOf = (origin: NodeId): number => Number.parseInt(origin.slice(0, 2), 16) % digestBuckets;

/** Newer by (incarnation, sequence). docs/protocol.md §5.3 */
export const isNewer = (a: { incarnation: number; sequence: number }, b: { incarnation: number; sequence: number }): boolean =>
  a.incarnation > b.incarnation || (a.incarnation === b.incarnation && a.sequence > b.sequence);

const key = new Uint8Array(17);

/** What the database hash adds up: type u8, origin, incarnation u32, sequence u32. docs/protocol.md §5.6 */
export function keyBytes(type: number, origin: NodeId, incarnation: number, sequence: number): Uint8Array {
  key[0] = type;
  putU32(key, 1, hex32(origin, 0));
  putU32(key, 5, hex32(origin, 8));
  putU32(key, 9, incarnation);
  putU32(key, 13, sequence);
  return key;
}

export const hex64 = (high: number, low: number): string => (high >>> 0).toString(16).padStart(8, '0') + (low >>> 0).toString(16).padStart(8, '0');

/** The entry's encoding: a view, not to be kept. */
export const bytesOf = ({ piece }: Entry): Uint8Array => piece.block.subarray(piece.at, piece.at + piece.size);
