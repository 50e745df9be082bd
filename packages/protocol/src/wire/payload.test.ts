import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packEntries, packedEntryOverheadMax, unpackEntries } from './payload.ts';

const u48 = fc.nat(2 ** 48 - 1);
const entry = fc.record({ ageMs: u48, lifetimeMs: u48, body: fc.uint8Array({ maxLength: 300 }) });

describe('packed entries', () => {
  test('come back as they were', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 20 }), (entries) => {
        const packed = packEntries(entries);
        expect(unpackEntries(packed, entries.length)).toEqual(entries);
        expect(packed.byteLength).toBeLessThanOrEqual(entries.reduce((sum, e) => sum + e.body.byteLength + packedEntryOverheadMax, 0));
      }),
      { numRuns: 500 },
    );
  });

  test('a count that does not fit is an error', () => {
    const packed = packEntries([{ ageMs: 1.9, lifetimeMs: 300, body: Uint8Array.of(7) }]);
    expect(Array.from(packed)).toEqual([1, 0xac, 0x02, 1, 7]);
    expect(unpackEntries(packed, 2)).toMatchObject({ error: 'truncated' });
    expect(unpackEntries(packed, 0)).toMatchObject({ error: 'trailing' });
  });

  test('numbers in a longer form than needed, or of more than 48 bits, are refused', () => {
    expect(unpackEntries(Uint8Array.of(0x80, 0, 0, 0), 1)).toMatchObject({ error: 'range' });
    expect(unpackEntries(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0, 0), 1)).toMatchObject({ error: 'range' });
    expect(unpackEntries(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0), 1)).toMatchObject({ error: 'range' });
  });

  test('a body above the bound is refused before it is read', () => {
    expect(unpackEntries(Uint8Array.of(0, 0, 11), 1, 10)).toMatchObject({ error: 'too-long' });
  });

  test('random bytes never throw, and a lying count costs nothing', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(65535), (bytes, count) => void unpackEntries(bytes, count)));
    const result = unpackEntries(new Uint8Array(30), 1e9);
    expect(result).toMatchObject({ error: 'truncated' });
  });
});
