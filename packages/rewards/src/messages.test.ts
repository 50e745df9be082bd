import { generateKeyPairSync, hash as hashOf, sign, verify } from 'node:crypto';
import { defaultParams, type EntryRange, type Incarnation, type NodeId, packetsIn, uniteRanges } from '@energymesh/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  encodeMessage,
  encodeTold,
  type FromNode,
  messageBytesMax,
  partsMax,
  partsOf,
  rangesOfText,
  rangesPerMessageMax,
  rangesText,
  readFromNode,
  readTold,
  type Told,
} from './index.ts';

const signature = 'ab'.repeat(64);
const hash = 'cd'.repeat(32);
const account = `G${'A'.repeat(55)}`;
const range = (first: number, count = 1, origin = '1111111111111111'): EntryRange => ({
  origin: origin as NodeId,
  incarnation: 1 as Incarnation,
  class: 1,
  first,
  count,
});
const proof = { packetCount: 3, timestamp: 3600, root: hash, signature };

const fromNodes: readonly FromNode[] = [
  { kind: 'vouch', epoch: 7, seq: 1, ranges: rangesText([range(1, 5)]) },
  { kind: 'register', payout: account, nonce: 1, signature },
  {
    kind: 'hour',
    epoch: 7,
    part: 1,
    parts: 1,
    proof,
    carried: [{ next: hash, ranges: rangesText([range(1), range(3)]) }],
    heard: [{ node: '2222222222222222', minutes: '0fffffffffffffff', rttUs: 900, samples: 60 }],
  },
  { kind: 'openings', epoch: 7, openings: ['AAAA'] },
  { kind: 'claim', epochs: [7, 8] },
  { kind: 'appeal', epoch: 7, text: 'The mast was struck by lightning.' },
  { kind: 'propose', nonce: 2, change: { params: { ...defaultParams, samples: 9 } }, signature },
  { kind: 'propose', nonce: 3, change: { hub: { hubKey: hash, anchor: hash, anchorEpoch: 9 } }, signature },
  { kind: 'vote', proposal: 0, yes: false, signature },
  { kind: 'sponsor', address: account },
  { kind: 'cosigned', address: account, hash, envelope: 'AAAA' },
];
const tolds: readonly Told[] = [
  { kind: 'voucher', epoch: 7, seq: 1, ranges: rangesText([range(1, 5)]), signature },
  { kind: 'hour', epoch: 7, state: 'attested', tx: hash, accepted: 8, earning: 3, uptimeBp: 10_000, packets: 3, bp: 11_000, shareBp: 5000, gross: '165' },
  { kind: 'hour', epoch: 7, state: 'refused', why: ['not-arrived', 'TooOld'] },
  { kind: 'challenge', epoch: 7, accepted: 8, value: hash, samples: 8, deadline: 180 },
  { kind: 'asked', about: { kind: 'claim', epochs: [7] }, state: 'done', tx: hash, amount: '165' },
  { kind: 'asked', about: { kind: 'vote', proposal: 1 }, state: 'refused', why: ['NotEligible'] },
  {
    kind: 'cosign',
    address: account,
    unsigned: { source: account, sequence: '12', madeAt: 1, validUntil: 2, feeMaxStroops: '300', envelope: 'AAAA', hash },
  },
  {
    kind: 'standing',
    epoch: 7,
    registered: true,
    payout: account,
    nonce: 1,
    probationUntil: 175,
    caught: 0,
    params: defaultParams,
    vouchers: ['2222222222222222'],
  },
];

const sha256 = (data: Uint8Array): Uint8Array => hashOf('sha256', data, 'buffer');
const hub = generateKeyPairSync('ed25519');
const to = { domain: { networkId: new Uint8Array(32).fill(1), contractId: new Uint8Array(32).fill(2) }, node: new Uint8Array(32).fill(3), sha256 };
const seal = (message: Uint8Array): Uint8Array => sign(null, message, hub.privateKey);
const holds = (message: Uint8Array, signature: Uint8Array): boolean => verify(null, message, hub.publicKey, signature);

describe('messages about rewards', () => {
  test('come back as they were sent, of every kind', () => {
    for (const message of fromNodes) expect(readFromNode(encodeMessage(message))).toEqual(message);
    for (const message of tolds) expect(readTold(encodeTold(message, to, seal), to, holds)).toEqual(message);
  });

  test('are read though a later version says more', () => {
    expect(readTold(encodeTold({ ...tolds[1]!, later: true } as never, to, seal), to, holds)).toEqual(tolds[1]);
  });

  test('are nothing when they are cut, foreign, too long or out of bounds', () => {
    for (const message of fromNodes) {
      const bytes = encodeMessage(message);
      expect(readFromNode(bytes.subarray(0, -1))).toBeUndefined();
      expect(readFromNode(bytes.subarray(1))).toBeUndefined();
    }
    for (const message of tolds) {
      const bytes = encodeTold(message, to, seal);
      for (const cut of [bytes.subarray(0, -1), bytes.subarray(1), bytes.subarray(128), encodeMessage(message as never)])
        expect(readTold(cut, to, holds)).toBeUndefined();
      expect(readTold(Buffer.concat([Buffer.from('x'.repeat(128)), bytes.subarray(128)]), to, holds)).toBeUndefined();
    }
    for (const text of ['', '{}', '[]', 'null', '{"kind":"hour"}', '{"kind":"toString"}', '{"__proto__":{"kind":"claim"}}']) {
      expect(readFromNode(Buffer.from(text))).toBeUndefined();
      expect(readTold(Buffer.from(`${'00'.repeat(64)}${text}`), to, holds)).toBeUndefined();
    }
    const wrong = (of: object, by: object): unknown => readFromNode(Buffer.from(JSON.stringify({ ...of, ...by })));
    expect(wrong(fromNodes[4]!, { epochs: Array.from({ length: 33 }, (_, i) => i) })).toBeUndefined();
    expect(wrong(fromNodes[5]!, { text: 'x'.repeat(501) })).toBeUndefined();
    expect(wrong(fromNodes[6]!, { change: { params: { ...defaultParams, stroopsPer1000: 0 } } })).toBeUndefined();
    expect(wrong(fromNodes[6]!, { change: { params: { ...defaultParams, uptimeLowBp: 9600 } } })).toBeUndefined();
    expect(wrong(fromNodes[2]!, { part: 2 })).toBeUndefined();
    expect(wrong(fromNodes[4]!, { more: 'x'.repeat(messageBytesMax) })).toBeUndefined();
  });

  test('from the hub are forged when they are of another key, changed, told to another or of another contract', () => {
    const message = tolds[1]!;
    const bytes = encodeTold(message, to, seal);
    const changed = Buffer.from(bytes.toString().replace('"epoch":7', '"epoch":8'));
    expect(changed.equals(bytes)).toBe(false);
    expect(readTold(changed, to, holds)).toBe('forged');
    expect(
      readTold(
        encodeTold(message, to, () => new Uint8Array(64)),
        to,
        holds,
      ),
    ).toBe('forged');
    expect(readTold(bytes, { ...to, node: new Uint8Array(32).fill(9) }, holds)).toBe('forged');
    expect(readTold(bytes, { ...to, domain: { ...to.domain, contractId: new Uint8Array(32) } }, holds)).toBe('forged');
  });

  test('never throw, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => new Uint8Array(Buffer.from(text))),
        ),
        (bytes) => {
          readFromNode(bytes);
          readTold(bytes, to, holds);
          rangesOfText(Buffer.from(bytes).toString('base64'));
        },
      ),
    );
  });
});

const anyRange = fc.record({
  origin: fc.constantFrom('1111111111111111', '2222222222222222').map((id) => id as NodeId),
  incarnation: fc.constantFrom(1, 2).map((n) => n as Incarnation),
  class: fc.constantFrom(0 as const, 1 as const),
  first: fc.integer({ min: 1, max: 60 }),
  count: fc.integer({ min: 1, max: 20 }),
});
const entries = (ranges: readonly EntryRange[]): string[] =>
  ranges.flatMap(({ first, count, ...of }) => Array.from({ length: count }, (_, i) => `${of.origin}.${of.incarnation}.${of.class}.${first + i}`));

describe('ranges in a message', () => {
  test('united have every entry once, in one spelling, however they came', () => {
    fc.assert(
      fc.property(fc.array(anyRange, { maxLength: 20 }), (ranges) => {
        const united = uniteRanges(ranges);
        expect(entries(united).sort()).toEqual([...new Set(entries(ranges))].sort());
        expect(uniteRanges([...ranges].reverse())).toEqual(united);
        expect(rangesOfText(rangesText(united))).toEqual(united);
      }),
    );
  });

  test('that are longer than a count can say stand as several', () => {
    const united = uniteRanges([range(1, 65_535), range(65_536, 65_535), range(100, 4)]);
    expect(united).toEqual([range(1, 65_535), range(65_536, 65_535)]);
    expect(rangesOfText(rangesText(united))).toEqual(united);
  });

  test('are refused when they overlap, are out of order, or are no ranges', () => {
    for (const wrong of [[range(1, 3), range(3)], [range(5), range(1)], [range(0)], [range(1, 0)]]) expect(() => rangesText(wrong)).toThrow(RangeError);
    const bytes = Buffer.from(rangesText([range(1), range(3)]), 'base64');
    expect(rangesOfText(Buffer.concat([bytes.subarray(21), bytes.subarray(0, 21)]).toString('base64'))).toBeUndefined();
    expect(rangesOfText(bytes.subarray(0, 40).toString('base64'))).toBeUndefined();
  });
});

describe('an hour in parts', () => {
  const next = (n: number) => n.toString(16).padStart(64, '0');
  const every = (n: number) => Array.from({ length: n }, (_, i) => range(1 + 2 * i));

  test('without anything carried is one message', () => {
    expect(partsOf({ epoch: 7, proof, carried: [], heard: [] })).toEqual([{ kind: 'hour', epoch: 7, part: 1, parts: 1, proof, carried: [], heard: [] }]);
  });

  test('has every range in one of them, each short enough to send', () => {
    const carried = [1, 2, 3].map((n) => ({ next: next(n), ranges: every(2 * rangesPerMessageMax + n) }));
    const heard = Array.from({ length: 64 }, (_, i) => ({
      node: i.toString(16).padStart(16, '0'),
      minutes: '0fffffffffffffff',
      rttUs: 4_000_000_000,
      samples: 60,
    }));
    const parts = partsOf({ epoch: 4_000_000_000, proof, carried, heard });
    expect(parts.map(({ part }) => part)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    for (const part of parts) expect(readFromNode(encodeMessage(part))).toEqual(part);
    for (const { next: of, ranges } of carried) {
      const told = parts.flatMap((part) => part.carried.filter((one) => one.next === of).flatMap((one) => rangesOfText(one.ranges)!));
      expect(told).toEqual(ranges);
    }
    expect(parts.flatMap((part) => part.heard)).toEqual(heard);
  });

  test('with very many next hops still fits, and beyond the last part ranges are left out', () => {
    const hops = Array.from({ length: 200 }, (_, n) => ({ next: next(n), ranges: every(20) }));
    for (const part of partsOf({ epoch: 7, proof, carried: hops, heard: [] })) expect(readFromNode(encodeMessage(part))).toEqual(part);
    const much = partsOf({ epoch: 7, proof, carried: [{ next: next(1), ranges: every(rangesPerMessageMax * (partsMax + 1)) }], heard: [] });
    expect(much).toHaveLength(partsMax);
    expect(much.reduce((sum, part) => sum + packetsIn(rangesOfText(part.carried[0]!.ranges)!), 0)).toBe(rangesPerMessageMax * partsMax);
  });
});
