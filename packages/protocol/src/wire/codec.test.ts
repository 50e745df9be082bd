import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Incarnation, NodeId, type TrafficClass } from '../ids.ts';
import { decode, encode } from './codec.ts';
import { u48Max } from './cursor.ts';
import { dropCode, kind, type Message, recordType } from './messages.ts';

const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffff_ffff);
const u48 = fc.nat(u48Max);
const hex64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((n) => n.toString(16).padStart(16, '0'));
const node = fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }).map((n) => NodeId(n.toString(16).padStart(16, '0')));
const incarnation = u32.map(Incarnation);
const cls = fc.nat(3).map((n) => n as TrafficClass);
const bytes = (max: number) => fc.uint8Array({ maxLength: max });
const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

const routed = {
  class: cls,
  hopLimit: u8,
  congested: fc.boolean(),
  destination: node,
  origin: node,
  incarnation,
  transmission: fc.integer({ min: 1, max: u48Max }),
};
const stream = fc.constantFrom('backend' as const, 'node' as const);
const run = fc
  .record({ incarnation, first: fc.integer({ min: 1, max: u48Max }), count: fc.integer({ min: 1, max: 0xffff_ffff }) })
  .filter((r) => r.first + r.count <= u48Max);
const runs = fc.array(run, { maxLength: 20 }).map((list) => {
  const sorted = list.toSorted((a, b) => a.incarnation - b.incarnation || a.first - b.first);
  return sorted.filter((r, i) => {
    const next = sorted[i + 1];
    return !next || next.incarnation !== r.incarnation || next.first >= r.first + r.count;
  });
});
const signedRecord = fc.record({
  type: fc.constantFrom(recordType.identity, recordType.links, recordType.tombstone),
  origin: node,
  incarnation,
  sequence: u32,
  ageSeconds: u32,
  body: bytes(200),
  signature: exactly(64),
});
const communityRecord = fc.record({
  type: fc.constant(recordType.community),
  origin: fc.constant(NodeId('0000000000000000')),
  incarnation: fc.constant(Incarnation(0)),
  sequence: u32,
  ageSeconds: u32,
  body: bytes(200),
  signature: exactly(0),
});
/** As many packets as fit, in order, with a gap after each range. */
const vouched = fc
  .array(
    fc.record({ origin: node, incarnation: fc.integer({ min: 1, max: 0xffff_ffff }).map(Incarnation), class: cls, count: fc.integer({ min: 1, max: 12 }) }),
    { minLength: 1, maxLength: 20 },
  )
  .map((list) => {
    const place = (r: { origin: string; incarnation: number; class: number }): string => `${r.origin}${r.incarnation.toString(16).padStart(8, '0')}${r.class}`;
    let first = 1;
    return list
      .toSorted((a, b) => (place(a) < place(b) ? -1 : 1))
      .map((r) => {
        const range = { ...r, first };
        first += r.count + 1;
        return range;
      });
  });
const key = fc.record({ type: u8, origin: node, incarnation, sequence: u32 });

const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({
    kind: fc.constant(kind.hello),
    incarnation: fc.integer({ min: 1, max: 0xffff_ffff }).map(Incarnation),
    features: u32,
    sequence: u32,
    sentMicros: u32,
    echoMicros: u32,
    echoAgeMicros: u32,
    intervalMs: u16,
    cost: u16,
    yourIncarnation: incarnation,
    database: hex64,
    community: u32,
  }),
  fc.record({ kind: fc.constant(kind.records), records: fc.array(fc.oneof(signedRecord, communityRecord), { maxLength: 8 }) }),
  fc.record({ kind: fc.constant(kind.digest), buckets: fc.array(hex64, { minLength: 64, maxLength: 64 }) }),
  fc.record({ kind: fc.constant(kind.summary), mask: hex64, keys: fc.array(key, { maxLength: 20 }) }),
  fc.record({ kind: fc.constant(kind.request), keys: fc.array(key, { maxLength: 20 }) }),
  fc.record({
    kind: fc.constant(kind.bundle),
    ...routed,
    encoding: fc.record({ deflate: fc.boolean(), sealed: fc.boolean() }),
    traffic: fc.constantFrom(0 as const, 1 as const, 2 as const),
    stream,
    entryIncarnation: incarnation,
    first: fc.integer({ min: 1, max: u48Max - 512 }),
    count: fc.integer({ min: 1, max: 512 }),
    floor: fc.record({ incarnation, sequence: u48 }),
    payload: bytes(400),
  }),
  fc.record({
    kind: fc.constant(kind.ack),
    ...routed,
    stream,
    ackedClass: cls,
    sawCongestion: fc.boolean(),
    echoTransmission: u48,
    runs,
    mac: exactly(16),
  }),
  fc.record({ kind: fc.constant(kind.drop), ...routed, reason: fc.constantFrom(...Object.values(dropCode)), droppedTransmission: u48 }),
  fc.record({ kind: fc.constant(kind.credit), channel: fc.constantFrom('urgent' as const, 'bulk' as const), grantedBytes: u48, receivedBundles: u48 }),
  fc.record({
    kind: fc.constant(kind.heartbeat),
    uptimeSeconds: u32,
    wallSeconds: u48,
    wallTrusted: fc.boolean(),
    carried: u48,
    queuedBytes: u48,
    version: fc.string({ unit: 'binary', maxLength: 16 }),
  }),
  fc.record({ kind: fc.constant(kind.bye), reason: u8 }),
  fc.record({ kind: fc.constant(kind.vouchRequest), epoch: u32, seq: u32, ranges: vouched }),
  fc.record({ kind: fc.constant(kind.voucher), epoch: u32, seq: u32, signature: fc.option(exactly(64), { nil: undefined }) }),
);

describe('every kind of message', () => {
  test('comes back as it was', () => {
    fc.assert(
      fc.property(message, (m) => {
        expect(decode(encode(m))).toEqual(m);
      }),
      { numRuns: 1000 },
    );
  });

  test('encodes to the same bytes again after decoding', () => {
    fc.assert(
      fc.property(message, (m) => {
        const frame = encode(m);
        expect(encode(decode(frame) as Message)).toEqual(frame);
      }),
      { numRuns: 300 },
    );
  });

  test('is read alike wherever the frame lies in its memory', () => {
    fc.assert(
      fc.property(message, fc.nat(9), (m, offset) => {
        const frame = encode(m);
        const memory = new Uint8Array(offset + frame.byteLength + 5).fill(0xa5);
        memory.set(frame, offset);
        expect(decode(memory.subarray(offset, offset + frame.byteLength))).toEqual(m);
      }),
      { numRuns: 300 },
    );
  });
});

describe('hostile bytes', () => {
  const isValue = (result: ReturnType<typeof decode>): boolean => 'error' in result || 'skipped' in result || 'kind' in result;

  test('random ones never throw', () => {
    fc.assert(
      fc.property(bytes(300), (b) => isValue(decode(b))),
      { numRuns: 1000 },
    );
  });

  test('random ones behind a valid header never throw', () => {
    fc.assert(
      fc.property(u8, fc.nat(3), bytes(300), (of, flags, body) => {
        const frame = new Uint8Array(8 + body.byteLength);
        frame.set([1, of % 14, 0, flags, 0, 0, body.byteLength >> 8, body.byteLength & 255]);
        frame.set(body, 8);
        return isValue(decode(frame));
      }),
      { numRuns: 3000 },
    );
  });

  test('a cut frame is an error', () => {
    fc.assert(
      fc.property(message, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (m, share) => {
        const frame = encode(m);
        expect(decode(frame.subarray(0, Math.floor(frame.byteLength * share)))).toHaveProperty('error', 'truncated');
      }),
      { numRuns: 500 },
    );
  });

  test('a frame whose body is cut, with the length put right, is an error or another message', () => {
    fc.assert(
      fc.property(message, fc.nat(), (m, cut) => {
        const whole = encode(m);
        const frame = whole.slice(0, 8 + (cut % (whole.byteLength - 7)));
        new DataView(frame.buffer).setUint32(4, frame.byteLength - 8);
        return isValue(decode(frame));
      }),
      { numRuns: 1000 },
    );
  });

  test('a flipped bit gives a value, and what decodes encodes again', () => {
    fc.assert(
      fc.property(message, fc.nat(), fc.nat(7), (m, position, bit) => {
        const frame = encode(m);
        frame[position % frame.byteLength]! ^= 1 << bit;
        const result = decode(frame);
        if ('error' in result || 'skipped' in result) return;
        expect(encode(result).byteLength).toBeLessThanOrEqual(frame.byteLength);
      }),
      { numRuns: 3000 },
    );
  });

  test('an unknown kind is skipped, another version is refused', () => {
    expect(decode(Uint8Array.of(1, 77, 0, 0, 0, 0, 0, 1, 9))).toEqual({ skipped: 77 });
    expect(decode(Uint8Array.of(2, 1, 0, 0, 0, 0, 0, 0))).toEqual({ error: 'version', kind: 1, at: 0 });
    expect(decode(Uint8Array.of(1, 11, 0, 0, 0, 0, 0, 2, 0, 0))).toMatchObject({ error: 'trailing' });
  });
});
