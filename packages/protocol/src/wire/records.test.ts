import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Incarnation, NodeId } from '../ids.ts';
import { decode, encode } from './codec.ts';
import { decodeLinkState, encodeLinkState } from './linkstate.ts';
import { type FloodRecord, kind, type LinkState, recordType } from './messages.ts';
import { decodeRecord, encodeRecord, recordBytes, signedBytes } from './records.ts';

const record: FloodRecord = {
  type: recordType.links,
  origin: NodeId('00000000000000a1'),
  incarnation: Incarnation(3),
  sequence: 9,
  ageSeconds: 12.7,
  body: Uint8Array.of(1, 2, 3),
  signature: new Uint8Array(64).fill(5),
};
const max = 1000;

describe('records', () => {
  test('come back with the age rounded down, alone and in a frame', () => {
    expect(decodeRecord(encodeRecord(record), max)).toEqual({ ...record, ageSeconds: 12 });
    expect(decode(encode({ kind: kind.records, records: [record, record] }))).toMatchObject({ records: [{ ageSeconds: 12 }, { sequence: 9 }] });
    expect(recordBytes(record)).toBe(encodeRecord(record).byteLength);
  });

  test('the age is not signed, all else is', () => {
    expect(signedBytes({ ...record, ageSeconds: 99 } as FloodRecord)).toEqual(signedBytes(record));
    for (const changed of [{ type: recordType.tombstone }, { origin: NodeId('00000000000000a2') }, { incarnation: Incarnation(4) }, { sequence: 10 }]) {
      expect(signedBytes({ ...record, ...changed })).not.toEqual(signedBytes(record));
    }
    expect(signedBytes({ ...record, body: Uint8Array.of(1, 2, 4) })).not.toEqual(signedBytes(record));
  });

  test('of unknown types are left out of a frame, their neighbours stay', () => {
    const frame = encode({ kind: kind.records, records: [record, { ...record, sequence: 10 }] });
    frame[10] = 200;
    expect(decode(frame)).toMatchObject({ records: [{ sequence: 10 }] });
    const alone = encodeRecord(record);
    alone[0] = 200;
    expect(decodeRecord(alone, max)).toMatchObject({ error: 'range' });
  });

  test('beyond the bound or without a signature are refused', () => {
    expect(decodeRecord(encodeRecord({ ...record, body: new Uint8Array(1001) }), max)).toMatchObject({ error: 'too-long' });
    expect(() => encodeRecord({ ...record, signature: new Uint8Array(0) })).toThrow(RangeError);
    const bytes = encodeRecord(record);
    bytes[1] = 63;
    expect(decodeRecord(bytes, max)).toMatchObject({ error: 'range' });
    bytes[0] = recordType.community;
    bytes[1] = 64;
    expect(decodeRecord(bytes, max)).toMatchObject({ error: 'range' });
  });

  test('random bytes never throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => void decodeRecord(bytes, max)));
  });
});

const state: LinkState = {
  agreementKey: new Uint8Array(32).fill(1),
  gateway: { backendMs: 12.34, load: 3 },
  devices: 17,
  position: { lat: -45.1234567, lon: 170.7654321 },
  neighbours: [
    { node: NodeId('00000000000000a1'), cost: 1 },
    { node: NodeId('00000000000000a2'), cost: 65535 },
  ],
};

describe('link state', () => {
  test('comes back as it was, with and without the optional parts', () => {
    const parts = fc.record({
      gateway: fc.option(fc.record({ backendMs: fc.nat(100_000).map((n) => n / 100), load: fc.nat(255) }), { nil: undefined }),
      position: fc.option(
        fc.record({ lat: fc.integer({ min: -9e8, max: 9e8 }).map((n) => n / 1e7), lon: fc.integer({ min: -18e8, max: 18e8 }).map((n) => n / 1e7) }),
        { nil: undefined },
      ),
      devices: fc.nat(0xffff),
    });
    fc.assert(
      fc.property(parts, (p) => {
        expect(decodeLinkState(encodeLinkState({ ...state, ...p }))).toEqual({ ...state, ...p });
      }),
    );
  });

  test('what a later version appends is ignored', () => {
    const body = Uint8Array.of(...encodeLinkState(state), 1, 2, 3);
    body[0]! |= 0x80;
    expect(decodeLinkState(body)).toEqual(state);
  });

  test('neighbours out of order, twice or without a cost are refused', () => {
    const body = encodeLinkState(state);
    const last = body.byteLength - 10;
    const altered = (at: number, value: number) => {
      const copy = body.slice();
      copy[at] = value;
      return decodeLinkState(copy);
    };
    expect(altered(last + 7, 0xa1)).toMatchObject({ error: 'order' });
    expect(altered(last + 7, 0xa0)).toMatchObject({ error: 'order' });
    expect(altered(last - 1, 0)).toMatchObject({ error: 'range' });
    expect(() => encodeLinkState({ ...state, neighbours: state.neighbours.toReversed() })).toThrow(RangeError);
  });

  test('a position off the globe is refused, random bytes never throw', () => {
    const body = encodeLinkState({ ...state, gateway: undefined });
    new DataView(body.buffer).setInt32(35, 1_000_000_000);
    expect(decodeLinkState(body)).toMatchObject({ error: 'range' });
    fc.assert(fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => void decodeLinkState(bytes)));
  });
});
