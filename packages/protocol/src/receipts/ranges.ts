import type { Incarnation, NodeId, TrafficClass } from '../ids.ts';
import type { Sha256 } from '../ports.ts';
import { tag, tagBytes, tagOf } from '../proof/domain.ts';
import { Reader, u48Max, Writer } from '../wire/cursor.ts';
import type { WireError } from '../wire/messages.ts';

/** Entries of one origin that follow each other, on the stream to the backend. docs/proofs.md §4.2 */
export interface EntryRange {
  readonly origin: NodeId;
  readonly incarnation: Incarnation;
  readonly class: TrafficClass;
  /** First sequence, from 1. */
  readonly first: number;
  readonly count: number;
}

export const rangeBytes = 21;
/** A receipt covers no more: so a sampled leaf is soon checked, and one that is lost costs little. */
export const receiptPacketsMax = 256;

export const compareRanges = (a: EntryRange, b: EntryRange): number =>
  a.origin !== b.origin ? (a.origin < b.origin ? -1 : 1) : a.incarnation - b.incarnation || a.class - b.class || a.first - b.first;

/** Of one origin's one sequence. */
export const followsIn = (a: EntryRange, b: EntryRange): boolean => a.origin === b.origin && a.incarnation === b.incarnation && a.class === b.class;

/** Sorted and with neighbours made one, as receipts have them. Ranges that overlap would count an entry twice: RangeError. */
export function mergeRanges(ranges: readonly EntryRange[]): EntryRange[] {
  const merged: EntryRange[] = [];
  for (const range of [...ranges].sort(compareRanges)) {
    const last = merged.at(-1);
    const end = last !== undefined && followsIn(last, range) ? last.first + last.count : 0;
    if (range.first < end) throw new RangeError(`ranges: entry ${range.first} of ${range.origin} twice`);
    if (last !== undefined && range.first === end) merged[merged.length - 1] = { ...last, count: last.count + range.count };
    else merged.push(range);
  }
  return merged;
}

/** Entries in all ranges together. */
export const packetsIn = (ranges: readonly EntryRange[]): number => ranges.reduce((sum, { count }) => sum + count, 0);

/** n u16, then the ranges; they have to be merged, and 1 to 256 packets together: RangeError. */
export function encodeRanges(ranges: readonly EntryRange[]): Uint8Array {
  const writer = new Writer(2 + ranges.length * rangeBytes);
  const packets = packetsIn(ranges);
  if (packets < 1 || packets > receiptPacketsMax) throw new RangeError(`ranges: ${packets} packets`);
  writer.u16(ranges.length);
  let last: EntryRange | undefined;
  for (const range of ranges) {
    const fault = faultOf(range, last);
    if (fault !== undefined) throw new RangeError(`ranges: ${fault}`);
    writer.hex64(range.origin).u32(range.incarnation).u8(range.class).u48(range.first).u16(range.count);
    last = range;
  }
  return writer.done();
}

/** Why `range` cannot stand behind `last`. */
function faultOf(range: EntryRange, last: EntryRange | undefined): 'range' | 'order' | undefined {
  const fault = rangeFault(range);
  if (fault !== undefined || last === undefined) return fault;
  // Adjacent ones have to be one: two spellings of the same entries would be two roots.
  if (followsIn(last, range)) return range.first > last.first + last.count ? undefined : 'order';
  return compareRanges(last, range) < 0 ? undefined : 'order';
}

/** Whether a range can be at all. */
export const rangeFault = ({ origin, incarnation, class: cls, first, count }: EntryRange): 'range' | undefined =>
  origin === '0000000000000000' || incarnation < 1 || cls > 3 || first < 1 || count < 1 || first + count - 1 > u48Max ? 'range' : undefined;

/** Never throws. */
export function decodeRanges(bytes: Uint8Array): EntryRange[] | WireError {
  const reader = new Reader(bytes);
  const ranges = readRanges(reader);
  reader.end();
  return reader.error === undefined ? ranges : reader.wireError();
}

export function readRanges(reader: Reader): EntryRange[] {
  const count = reader.u16();
  if (count < 1 || count > receiptPacketsMax) reader.fail('range');
  const ranges: EntryRange[] = [];
  for (let i = 0; i < count && reader.error === undefined; i++) {
    const range = { origin: reader.id(), incarnation: reader.incarnation(), class: reader.u8() as TrafficClass, first: reader.u48(), count: reader.u16() };
    const fault = faultOf(range, ranges.at(-1));
    if (fault !== undefined) reader.fail(fault);
    ranges.push(range);
  }
  if (packetsIn(ranges) > receiptPacketsMax) reader.fail('range');
  return ranges;
}

/** SHA-256 over tag and ranges: what a receipt says about which packets. */
export function bundlesRootOf(sha256: Sha256, ranges: readonly EntryRange[]): Uint8Array {
  const encoded = encodeRanges(ranges);
  const input = new Uint8Array(tagBytes + encoded.byteLength);
  input.set(tagOf(tag.ranges));
  input.set(encoded, tagBytes);
  return sha256(input);
}
