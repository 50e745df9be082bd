import type { TrafficClass } from '../ids.ts';
import { Reader, Writer } from '../wire/cursor.ts';
import type { WireError } from '../wire/messages.ts';
import { compareRanges, type EntryRange, followsIn, rangeBytes, rangeFault } from './ranges.ts';

/** What a count can say: longer runs stand as several ranges. */
const countMax = 0xffff;

/** Everything that is in any of the ranges, once: sorted, disjoint, and merged as far as a count reaches. */
export function uniteRanges(ranges: readonly EntryRange[]): EntryRange[] {
  const united: EntryRange[] = [];
  for (const range of [...ranges].sort(compareRanges)) {
    const last = united.at(-1);
    const end = last !== undefined && followsIn(last, range) ? last.first + last.count : 0;
    if (last === undefined || range.first > end) united.push(range);
    else if (range.first + range.count > end) united[united.length - 1] = { ...last, count: range.first + range.count - last.first };
  }
  return united.flatMap(split);
}

function split(range: EntryRange): EntryRange[] {
  const parts: EntryRange[] = [];
  for (let done = 0; done < range.count; done += countMax) parts.push({ ...range, first: range.first + done, count: Math.min(countMax, range.count - done) });
  return parts;
}

/** Ranges one after the other, as many as there are. They have to be sorted and disjoint: RangeError. docs/proofs.md §4.4 */
export function encodeRangeList(ranges: readonly EntryRange[]): Uint8Array {
  const writer = new Writer(ranges.length * rangeBytes);
  for (const [i, range] of ranges.entries()) {
    const fault = faultOf(range, ranges[i - 1]);
    if (fault !== undefined) throw new RangeError(`ranges: ${fault}`);
    writer.hex64(range.origin).u32(range.incarnation).u8(range.class).u48(range.first).u16(range.count);
  }
  return writer.done();
}

/** Never throws. */
export function decodeRangeList(bytes: Uint8Array): EntryRange[] | WireError {
  const reader = new Reader(bytes);
  const ranges: EntryRange[] = [];
  for (let left = bytes.byteLength; left > 0 && reader.error === undefined; left -= rangeBytes) {
    const range = { origin: reader.id(), incarnation: reader.incarnation(), class: reader.u8() as TrafficClass, first: reader.u48(), count: reader.u16() };
    const fault = reader.error === undefined ? faultOf(range, ranges.at(-1)) : undefined;
    if (fault !== undefined) reader.fail(fault);
    ranges.push(range);
  }
  return reader.error === undefined ? ranges : reader.wireError();
}

function faultOf(range: EntryRange, last: EntryRange | undefined): 'range' | 'order' | undefined {
  const fault = rangeFault(range);
  if (fault !== undefined || last === undefined) return fault;
  if (followsIn(last, range)) return range.first >= last.first + last.count ? undefined : 'order';
  return compareRanges(last, range) < 0 ? undefined : 'order';
}
