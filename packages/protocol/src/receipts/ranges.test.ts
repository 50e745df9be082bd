import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../vectors/keys.ts';
import { Incarnation, NodeId, type TrafficClass } from '../ids.ts';
import { bundlesRootOf, decodeRanges, type EntryRange, encodeRanges, mergeRanges, packetsIn } from './ranges.ts';

/** Single entries, each once, of few origins: so that many of them follow each other. */
const entries = fc
  .uniqueArray(
    fc.tuple(
      fc.constantFrom('00000000000000a1', 'ff000000000000b2'),
      fc.integer({ min: 1, max: 2 }),
      fc.constantFrom(0, 1, 3),
      fc.integer({ min: 1, max: 60 }),
    ),
    {
      minLength: 1,
      maxLength: 200,
      selector: (one) => one.join(' '),
    },
  )
  .map((list) => list.map(([origin, incarnation, cls, first]): EntryRange => one(origin, incarnation, cls as TrafficClass, first)));
const one = (origin: string, incarnation: number, cls: TrafficClass, first: number): EntryRange => ({
  origin: NodeId(origin),
  incarnation: Incarnation(incarnation),
  class: cls,
  first,
  count: 1,
});

describe('ranges', () => {
  test('have one form, whatever the order in which entries came', () => {
    fc.assert(
      fc.property(entries, fc.infiniteStream(fc.nat()), (list, order) => {
        const merged = mergeRanges(list);
        expect(packetsIn(merged)).toBe(list.length);
        const shuffled = list.map((range) => ({ range, at: order.next().value as number })).sort((a, b) => a.at - b.at);
        expect(mergeRanges(shuffled.map(({ range }) => range))).toEqual(merged);
        expect(mergeRanges(merged)).toEqual(merged);
        expect(decodeRanges(encodeRanges(merged))).toEqual(merged);
        expect(bundlesRootOf(sha256, merged)).toHaveLength(32);
      }),
    );
  });

  test('an entry twice is a bug of the caller', () => {
    fc.assert(
      fc.property(entries, fc.nat(), (list, at) => {
        expect(() => mergeRanges([...list, list[at % list.length]!])).toThrow(RangeError);
      }),
    );
    expect(() => mergeRanges([{ ...one('00000000000000a1', 1, 0, 5), count: 3 }, one('00000000000000a1', 1, 0, 6)])).toThrow(RangeError);
  });

  test('that are not merged are not encoded', () => {
    const two = [one('00000000000000a1', 1, 0, 5), one('00000000000000a1', 1, 0, 6)];
    expect(() => encodeRanges(two)).toThrow(RangeError);
    expect(() => encodeRanges([])).toThrow(RangeError);
    expect(() => encodeRanges([{ ...two[0]!, count: 257 }])).toThrow(RangeError);
  });

  test('broken bytes are an error, and what is none encodes to itself', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const read = decodeRanges(bytes);
        if (!('error' in read)) expect(encodeRanges(read)).toEqual(bytes);
      }),
    );
  });
});
