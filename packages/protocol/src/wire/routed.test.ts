import { describe, expect, test } from 'vitest';
import { Incarnation, NodeId } from '../ids.ts';
import { ackMacInput } from './ack.ts';
import { associatedData, bundleHeaderBytes } from './bundle.ts';
import { decode, encode } from './codec.ts';
import { type Ack, type Bundle, type Drop, dropCode, kind } from './messages.ts';
import { markCongested, nonceOf, patchHop, peekRouted } from './routed.ts';

const bundle: Bundle = {
  kind: kind.bundle,
  class: 0,
  hopLimit: 32,
  congested: false,
  destination: NodeId('00000000000000d1'),
  origin: NodeId('00000000000000a1'),
  incarnation: Incarnation(7),
  transmission: 2 ** 40 + 5,
  encoding: { deflate: true, sealed: true },
  traffic: 1,
  stream: 'node',
  entryIncarnation: Incarnation(6),
  first: 100,
  count: 3,
  floor: { incarnation: Incarnation(5), sequence: 2 ** 33 },
  payload: Uint8Array.of(1, 2, 3, 4),
};
const ack: Ack = {
  kind: kind.ack,
  class: 2,
  hopLimit: 32,
  congested: false,
  destination: bundle.origin,
  origin: bundle.destination,
  incarnation: Incarnation(9),
  transmission: 1,
  stream: 'node',
  ackedClass: 0,
  sawCongestion: true,
  echoTransmission: bundle.transmission,
  runs: [
    { incarnation: Incarnation(6), first: 100, count: 3 },
    { incarnation: Incarnation(6), first: 103, count: 1 },
    { incarnation: Incarnation(7), first: 1, count: 9 },
  ],
  mac: new Uint8Array(16).fill(0xaa),
};
const drop: Drop = {
  kind: kind.drop,
  class: 0,
  hopLimit: 32,
  congested: false,
  destination: bundle.origin,
  origin: NodeId('00000000000000b1'),
  incarnation: Incarnation(4),
  transmission: 77,
  reason: dropCode.noCredit,
  droppedTransmission: bundle.transmission,
};

/** `frame` with `bytes` at `at`, decoded. */
function altered(frame: Uint8Array, at: number, ...bytes: number[]) {
  const copy = frame.slice();
  copy.set(bytes, at);
  return decode(copy);
}

describe('a relay', () => {
  test('sees what it needs without decoding', () => {
    for (const message of [bundle, ack, drop]) {
      const { class: cls, hopLimit, congested, destination, origin, incarnation, transmission } = message;
      expect(peekRouted(encode(message))).toEqual({ kind: message.kind, class: cls, hopLimit, congested, destination, origin, incarnation, transmission });
    }
    expect(peekRouted(encode({ kind: kind.bye, reason: 0 }))).toBeUndefined();
    expect(peekRouted(encode(drop).subarray(0, 39))).toBeUndefined();
  });

  test('forwards the bytes it received, with hop limit and congested bit changed in place', () => {
    const frame = encode(bundle);
    patchHop(frame, 31);
    markCongested(frame);
    expect(decode(frame)).toEqual({ ...bundle, hopLimit: 31, congested: true });
    expect(frame).toEqual(encode({ ...bundle, hopLimit: 31, congested: true }));
  });

  test('leaves what seal and MAC vouch for as it was', () => {
    const frame = encode(bundle);
    const before = associatedData(frame);
    expect(associatedData(bundle)).toEqual(before);
    expect(before).toHaveLength(bundleHeaderBytes);
    patchHop(frame, 3);
    markCongested(frame);
    expect(associatedData(frame)).toEqual(before);

    const acked = encode(ack);
    const input = ackMacInput(acked);
    expect(ackMacInput(ack)).toEqual(input);
    patchHop(acked, 3);
    markCongested(acked);
    expect(ackMacInput(acked)).toEqual(input);
  });

  test('does not change a frame by asking what is vouched for, also in a Node Buffer', () => {
    for (const message of [bundle, ack]) {
      const frame = Buffer.from(encode({ ...message, congested: true }));
      const before = Buffer.from(frame).toString('hex');
      associatedData(frame);
      ackMacInput(frame);
      expect(frame.toString('hex')).toBe(before);
    }
  });

  test('cannot change anything else unseen', () => {
    const frame = encode(bundle);
    const before = associatedData(frame);
    for (let at = 0; at < bundleHeaderBytes; at++) {
      if (at === 9 || (at >= 4 && at < 8)) continue;
      for (let bit = at === 3 ? 1 : 0; bit < 8; bit++) {
        const copy = frame.slice();
        copy[at]! ^= 1 << bit;
        expect(associatedData(copy), `bit ${bit} at ${at}`).not.toEqual(before);
      }
    }
  });
});

test('the nonce is incarnation and transmission as they stand in the frame', () => {
  expect(nonceOf(bundle)).toEqual(encode(bundle).slice(28, 40));
  expect(nonceOf(bundle)).toHaveLength(12);
});

describe('routed frames out of range', () => {
  const frame = encode(bundle);
  test('class, reserved bits and ids', () => {
    expect(altered(frame, 8, 4)).toMatchObject({ error: 'range', kind: kind.bundle });
    expect(altered(frame, 2, 1)).toMatchObject({ error: 'reserved' });
    expect(altered(frame, 3, 2)).toMatchObject({ error: 'reserved' });
    expect(altered(frame, 10, 4)).toMatchObject({ error: 'reserved' });
    expect(altered(frame, 11, 8)).toMatchObject({ error: 'reserved' });
    expect(altered(frame, 11, 3)).toMatchObject({ error: 'range' });
    expect(altered(frame, 39, 1)).toMatchObject({ error: 'reserved' });
    expect(altered(frame, 12, 0, 0, 0, 0, 0, 0, 0, 0)).toMatchObject({ error: 'range' });
    expect(altered(frame, 32, 0, 0, 0, 0, 0, 0)).toMatchObject({ error: 'range' });
  });

  test('the run of a bundle', () => {
    expect(altered(frame, 40, 0, 0, 0, 0, 0, 0)).toMatchObject({ error: 'range' });
    expect(altered(frame, 40, 255, 255, 255, 255, 255, 253)).toMatchObject({ error: 'range' });
    expect(altered(frame, 40, 255, 255, 255, 255, 255, 252)).toMatchObject({ kind: kind.bundle });
    expect(altered(frame, 46, 0, 0)).toMatchObject({ error: 'range' });
    expect(altered(frame, 46, 2, 0)).toMatchObject({ kind: kind.bundle, count: 512 });
    expect(altered(frame, 46, 2, 1)).toMatchObject({ error: 'range' });
    expect(decode(frame, { bundleEntriesMax: 2, recordBytesMax: 10 })).toMatchObject({ error: 'range' });
  });

  test('runs of an acknowledgement out of order, overlapping, too many', () => {
    const run = (incarnation: number, first: number, count: number) => ({ incarnation: Incarnation(incarnation), first, count });
    expect(decode(encode({ ...ack, runs: [run(7, 1, 1), run(6, 5, 1)] }))).toMatchObject({ error: 'order' });
    expect(decode(encode({ ...ack, runs: [run(7, 1, 5), run(7, 5, 1)] }))).toMatchObject({ error: 'order' });
    expect(decode(encode({ ...ack, runs: [run(7, 1, 0)] }))).toMatchObject({ error: 'range' });
    const many = Array.from({ length: 257 }, (_, i) => run(7, 1 + i * 2, 1));
    expect(() => encode({ ...ack, runs: many })).toThrow(RangeError);
    const most = encode({ ...ack, runs: many.slice(1) });
    expect(decode(most)).toMatchObject({ kind: kind.ack });
    expect(altered(most, 48, 1, 1)).toMatchObject({ error: 'range' });
  });

  test('a drop of an unknown reason', () => {
    expect(altered(encode(drop), 40, 0)).toMatchObject({ error: 'range' });
    expect(altered(encode(drop), 40, 8)).toMatchObject({ error: 'range' });
    expect(altered(encode(drop), 41, 1)).toMatchObject({ error: 'reserved' });
  });

  test('encoding them is a bug of the caller', () => {
    expect(() => encode({ ...bundle, transmission: 0 })).toThrow(RangeError);
    expect(() => encode({ ...bundle, transmission: 2 ** 48 })).toThrow(RangeError);
    expect(() => encode({ ...bundle, first: 0 })).toThrow(RangeError);
    expect(() => encode({ ...bundle, destination: NodeId('0000000000000000') })).toThrow(RangeError);
    expect(() => encode({ ...ack, mac: new Uint8Array(15) })).toThrow(RangeError);
  });
});
