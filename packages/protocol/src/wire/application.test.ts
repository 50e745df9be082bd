import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Incarnation, type NodeId, type TrafficClass } from '../ids.ts';
import { type ApplicationMessage, decodeApplication, encodeApplication, type Publish, transferOverheadBytes, unfitForPublish } from './application.ts';

const text = (min: number, max: number) => fc.string({ unit: 'binary', minLength: min, maxLength: max }).filter((s) => !s.includes('\0') && !/[+#]/.test(s));
const hex64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((n) => n.toString(16).padStart(16, '0'));
const u48 = fc.nat(2 ** 48 - 1);

const published: fc.Arbitrary<Publish> = fc.record(
  {
    kind: fc.constant('publish' as const),
    topic: text(1, 40),
    payload: fc.uint8Array({ maxLength: 100 }),
    qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
    retain: fc.boolean(),
    dup: fc.boolean(),
    client: text(0, 20),
    fingerprint: hex64,
    properties: fc
      .array(fc.tuple(fc.oneof(text(0, 10), fc.constant('__proto__')), text(0, 10)), { maxLength: 5 })
      .map((pairs) => Object.fromEntries(pairs) as Record<string, string>),
  },
  { requiredKeys: ['kind', 'topic', 'payload', 'qos', 'retain', 'dup', 'client', 'properties'] },
);

const id = hex64.filter((n) => n !== '0000000000000000').map((n) => n as NodeId);
const entry = fc.record({
  origin: id,
  incarnation: fc.nat(0xffff_ffff).map(Incarnation),
  stream: id,
  class: fc.nat(3).map((n) => n as TrafficClass),
  sequence: u48.map((n) => n + 1).filter((n) => n < 2 ** 48),
});

const message: fc.Arbitrary<ApplicationMessage> = fc.oneof(
  published,
  fc.tuple(published, entry).map(([p, of]) => ({ ...p, kind: 'transfer' as const, of })),
  fc.record({ kind: fc.constant('attach' as const), counter: u48, leaseSeconds: fc.nat(0xffff_ffff), filters: fc.array(text(1, 20), { maxLength: 8 }) }),
  fc.record({ kind: fc.constant('detach' as const), counter: u48 }),
);

const publish: Publish = {
  kind: 'publish',
  topic: 'em/d1/telemetry',
  payload: new Uint8Array(0),
  qos: 1,
  retain: false,
  dup: false,
  client: 'd1',
  properties: {},
};

describe('application messages', () => {
  test('come back as they were', () => {
    fc.assert(
      fc.property(message, (m) => {
        const decoded = decodeApplication(encodeApplication(m));
        expect(decoded).toEqual(m);
        if (m.kind === 'publish' || m.kind === 'transfer')
          expect(Object.keys((decoded as Publish).properties).sort()).toEqual(Object.keys(m.properties).sort());
      }),
      { numRuns: 500 },
    );
  });

  test('a transfer is so much longer than what it carries, and is of an entry', () => {
    const of = { origin: '0000000000000001' as NodeId, incarnation: Incarnation(1), stream: '0000000000000002' as NodeId, class: 0, sequence: 1 } as const;
    const size = encodeApplication({ ...publish, kind: 'transfer', of }).byteLength;
    expect(size - encodeApplication(publish).byteLength).toBe(transferOverheadBytes);
    expect(() => encodeApplication({ ...publish, kind: 'transfer', of: { ...of, sequence: 0 } })).toThrow(RangeError);
    expect(() => encodeApplication({ ...publish, kind: 'transfer', of: { ...of, stream: '0000000000000000' as NodeId } })).toThrow(RangeError);
  });

  test('random, cut and altered ones never throw', () => {
    fc.assert(
      fc.property(message, fc.nat(), fc.nat(255), fc.nat(), (m, position, value, cut) => {
        const bytes = encodeApplication(m);
        decodeApplication(bytes.subarray(0, cut % (bytes.byteLength + 1)));
        bytes[position % bytes.byteLength] = value;
        decodeApplication(bytes);
      }),
      { numRuns: 2000 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => void decodeApplication(Uint8Array.of(1, 1 + (bytes.length % 3), ...bytes))));
  });

  test('an unknown kind is a value, another version an error', () => {
    expect(decodeApplication(Uint8Array.of(1, 200, 1, 2))).toEqual({ unknown: 200 });
    expect(decodeApplication(Uint8Array.of(2, 1))).toEqual({ error: 'version', at: 0 });
    expect(decodeApplication(Uint8Array.of(1))).toMatchObject({ error: 'truncated' });
  });

  test('broken UTF-8, NUL and wildcards are refused', () => {
    const bytes = encodeApplication(publish);
    const topicAt = 5;
    const withFirst = (value: number) => {
      const copy = bytes.slice();
      copy[topicAt] = value;
      return decodeApplication(copy);
    };
    expect(withFirst(0xff)).toMatchObject({ error: 'text' });
    expect(withFirst(0)).toMatchObject({ error: 'text' });
    expect(withFirst(0x23)).toMatchObject({ error: 'text' });
    expect(withFirst(0x66)).toMatchObject({ topic: 'fm/d1/telemetry' });
  });

  test('a property twice is refused', () => {
    const bytes = encodeApplication({ ...publish, topic: 't', client: '', properties: { a: '1', b: '2' } });
    bytes[bytes.lastIndexOf('b'.charCodeAt(0))] = 'a'.charCodeAt(0);
    expect(decodeApplication(bytes)).toMatchObject({ error: 'order' });
  });

  test('bounds hold in both directions', () => {
    const topic = 'x'.repeat(1024);
    expect(decodeApplication(encodeApplication({ ...publish, topic }))).toMatchObject({ topic });
    expect(() => encodeApplication({ ...publish, topic: `${topic}x` })).toThrow(RangeError);
    expect(() => encodeApplication({ ...publish, topic: '' })).toThrow(RangeError);
    expect(() => encodeApplication({ ...publish, topic: 'a/\ud800' })).toThrow(RangeError);
    expect(() => encodeApplication({ kind: 'attach', counter: 1, leaseSeconds: 180, filters: Array.from({ length: 2049 }, () => 'f') })).toThrow(RangeError);
    const long = encodeApplication({ ...publish, topic });
    long[3] = 4;
    long[4] = 1;
    expect(decodeApplication(long)).toMatchObject({ error: 'too-long' });
  });

  test('what does not fit is named before it is encoded', () => {
    expect(unfitForPublish(publish)).toBeUndefined();
    expect(unfitForPublish({ ...publish, topic: 'ü'.repeat(513) })).toBe('topic');
    expect(unfitForPublish({ ...publish, topic: 'em/+' })).toBe('topic');
    expect(unfitForPublish({ ...publish, client: 'c'.repeat(256) })).toBe('client');
    expect(unfitForPublish({ ...publish, properties: { a: 'x'.repeat(4097) } })).toBe('properties');
  });
});
