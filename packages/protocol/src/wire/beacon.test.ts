import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Incarnation } from '../ids.ts';
import { type Beacon, beaconBytes, beaconMacInput, decodeBeacon, encodeBeacon } from './beacon.ts';

const beacon: Beacon = { nonce: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), port: 7600, incarnation: Incarnation(3), mac: new Uint8Array(16).fill(9) };

test('a beacon comes back as it was', () => {
  expect(encodeBeacon(beacon)).toHaveLength(beaconBytes);
  expect(decodeBeacon(encodeBeacon(beacon))).toEqual(beacon);
});

test('the MAC covers everything before it', () => {
  const input = beaconMacInput(beacon);
  expect(beaconMacInput({ ...beacon, port: 7601 })).not.toEqual(input);
  expect(beaconMacInput({ ...beacon, incarnation: Incarnation(4) })).not.toEqual(input);
  expect(beaconMacInput({ ...beacon, nonce: new Uint8Array(8) })).not.toEqual(input);
});

test('what else arrives on the port is refused', () => {
  const bytes = encodeBeacon(beacon);
  expect(decodeBeacon(bytes.subarray(0, 31))).toMatchObject({ error: 'truncated' });
  expect(decodeBeacon(Uint8Array.of(...bytes, 0))).toMatchObject({ error: 'trailing' });
  expect(decodeBeacon(Uint8Array.of(2, ...bytes.subarray(1)))).toMatchObject({ error: 'version' });
  expect(decodeBeacon(Uint8Array.of(1, 1, ...bytes.subarray(2)))).toMatchObject({ error: 'reserved' });
  expect(decodeBeacon(Uint8Array.of(1, 0, 0, 0, ...bytes.subarray(4)))).toMatchObject({ error: 'range' });
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (random) => void decodeBeacon(random)));
});
