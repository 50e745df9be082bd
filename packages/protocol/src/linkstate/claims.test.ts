import { describe, expect, test } from 'vitest';
import { type DeviceHash, Incarnation, type NodeId } from '../ids.ts';
import { fakeCrypto, idOf, World } from '../node.harness.ts';
import { Millis } from '../units.ts';
import { claimsMax, decodeClaims, encodeClaims, encodeLinkState, signedBytes } from '../wire/index.ts';
import { type FloodRecord, recordType } from '../wire/messages.ts';
import { utf8Encode } from '../wire/utf8.ts';
import { Claims, claimsInAllMax } from './claims.ts';
import { Database } from './database.ts';
import { OwnClaims } from './own-claims.ts';

const hashOf = (n: number): DeviceHash => n.toString(16).padStart(16, '0') as DeviceHash;
const lock = hashOf(0x10c);
const meter = hashOf(0x3e7e4);
const line = (a: number, b: number): number | undefined => (Math.abs(a - b) === 1 ? 2 : undefined);

function claim(w: World, i: number, ...claims: [DeviceHash, number][]): void {
  w.input(i, { type: 'claims', claims: claims.map(([device, counter]) => ({ device, counter })) });
}
const holders = (w: World, device: DeviceHash): (string | undefined)[] =>
  w.places.map(({ node }) => {
    const holder = node.holder(device);
    return holder && `${w.places.findIndex((p) => p.id === holder.node)}:${holder.counter}`;
  });
const told = (w: World, i: number): readonly DeviceHash[][] =>
  w.outputs.flatMap(({ node, output }) => (node === i && output.type === 'claims' ? [[...output.devices]] : []));

describe('who serves a device', () => {
  test('is known to all, the highest counter wins, and it is told once', () => {
    const w = new World({ nodes: 3, delay: line });
    w.until(() => w.whole(), 3000);
    claim(w, 0, [lock, 1], [meter, 1]);
    w.run(1000);
    expect(holders(w, lock)).toEqual(['0:1', '0:1', '0:1']);
    claim(w, 2, [lock, 2]);
    expect(holders(w, lock)[2]).toBe('2:2');
    w.run(1000);
    expect(holders(w, lock)).toEqual(['2:2', '2:2', '2:2']);
    claim(w, 0, [meter, 1]);
    w.run(5000);
    expect(holders(w, lock)).toEqual(['2:2', '2:2', '2:2']);
    expect(holders(w, meter)).toEqual(['0:1', '0:1', '0:1']);
    // The former holder's shorter record was no news, and neither is a refresh.
    w.run(31 * 60_000);
    expect(told(w, 1)).toEqual([[lock, meter], [lock]]);
  });

  test('of equal counters the higher node id wins, everywhere', () => {
    const w = new World({ nodes: 3, delay: line });
    w.until(() => w.whole(), 3000);
    claim(w, 0, [lock, 4]);
    claim(w, 2, [lock, 4]);
    w.run(2000);
    const winner = idOf(0) > idOf(2) ? '0:4' : '2:4';
    expect(holders(w, lock)).toEqual([winner, winner, winner]);
  });

  test('a partition heals to one holder', () => {
    const w = new World({ nodes: 4, delay: line });
    w.until(() => w.whole(), 3000);
    claim(w, 0, [lock, 1]);
    w.run(1000);
    w.cut(1, 2);
    w.run(6000);
    // It moves twice on one side, and comes back to the other.
    claim(w, 3, [lock, 2]);
    claim(w, 0, [lock, 1]);
    w.run(2000);
    claim(w, 3);
    claim(w, 2, [lock, 3]);
    w.run(4000);
    expect(holders(w, lock)).toEqual(['0:1', '0:1', '2:3', '2:3']);
    w.mend(1, 2);
    w.until(() => w.whole(), 40_000);
    w.run(5000);
    expect(holders(w, lock)).toEqual(['2:3', '2:3', '2:3', '2:3']);
  });

  test('a node that restarts claims anew; what it does not claim any more is nobody’s', () => {
    const w = new World({ nodes: 3, delay: line });
    w.until(() => w.whole(), 3000);
    claim(w, 0, [lock, 5], [meter, 2]);
    w.run(1000);
    w.kill(0);
    w.run(1000);
    w.start(0);
    claim(w, 0, [lock, 5]);
    w.run(8000);
    expect(holders(w, lock)).toEqual(['0:5', '0:5', '0:5']);
    expect(holders(w, meter)).toEqual([undefined, undefined, undefined]);
    // With the memory of its claims gone altogether.
    w.kill(0);
    w.run(1000);
    w.start(0);
    w.run(8000);
    expect(holders(w, lock)).toEqual([undefined, undefined, undefined]);
  });

  test('devices that come and go all the time make few records', () => {
    const w = new World({ nodes: 2, delay: line });
    w.until(() => w.whole(), 3000);
    w.run(1000);
    w.watched = idOf(0);
    const before = w.watchedRecords;
    for (let i = 1; i <= 600; i++) {
      claim(w, 0, [lock, i]);
      w.run(100);
    }
    expect(w.watchedRecords - before).toBeLessThan(12);
    w.run(60_000);
    expect(holders(w, lock)[1]).toBe('0:600');
  });
});

describe('records of claims', () => {
  const { identity, links, tombstone, devices } = recordType;
  const record = (type: FloodRecord['type'], incarnation: number, sequence: number, body?: Uint8Array): FloodRecord => {
    const origin = idOf(1);
    const state = encodeLinkState({ agreementKey: new Uint8Array(32), gateway: undefined, devices: 0, position: undefined, neighbours: [] });
    const unsigned = {
      type,
      origin,
      incarnation: Incarnation(incarnation),
      sequence,
      ageSeconds: 0,
      body:
        body ??
        (type === identity
          ? utf8Encode(`${origin} n1`)
          : type === links
            ? state
            : type === devices
              ? encodeClaims([{ device: lock, counter: 3 }])
              : new Uint8Array()),
    };
    return { ...unsigned, signature: fakeCrypto(origin).sign(signedBytes(unsigned)) };
  };
  const make = () => {
    const counts: Record<string, number> = {};
    const log: number[] = [];
    const nothing = (): void => {};
    const db = new Database({
      self: idOf(0),
      incarnation: Incarnation(5),
      crypto: fakeCrypto(idOf(0)),
      expiryMs: 3_600_000,
      recordsMax: 100,
      count: (name) => {
        counts[name] = (counts[name] ?? 0) + 1;
      },
      onLinks: nothing,
      onForgotten: nothing,
      onClaims: (_now, _origin, claims) => log.push(claims.length),
      onDocument: nothing,
      onClash: nothing,
      onBehind: nothing,
    });
    return { db, counts, log, take: (r: FloodRecord, at = 0) => db.accept(Millis(at), r, idOf(9)).at };
  };

  test('that do not parse are refused', () => {
    const { take, counts, log } = make();
    take(record(identity, 1, 1));
    const two = encodeClaims([
      { device: lock, counter: 1 },
      { device: meter, counter: 1 },
    ]);
    const broken = [new Uint8Array(1), Uint8Array.of(4, 1), two.subarray(0, 20), Uint8Array.of(0, 2, ...two.subarray(14), ...two.subarray(2, 14))];
    for (const [i, body] of broken.entries()) expect(take(record(devices, 1, i + 1, body))).toBe('refused');
    expect(counts).toEqual({ 'record-broken': broken.length });
    expect(log).toEqual([]);
  });

  test('wait for the identity beside the links, and end with the life, the links or the node', () => {
    const { db, take, log } = make();
    expect(take(record(links, 1, 1))).toBe('waiting');
    expect(take(record(devices, 1, 1))).toBe('waiting');
    take(record(identity, 1, 1));
    for (const waits of db.released(idOf(1))) expect(take(waits.record)).toBe('taken');
    expect(log).toEqual([1]);
    // The next life has not said yet what it claims.
    expect(take(record(links, 2, 1))).toBe('taken');
    expect(log).toEqual([1, 0]);
    expect(take(record(devices, 1, 2))).toBe('refused');
    expect(db.wants({ type: devices, origin: idOf(1), incarnation: Incarnation(1), sequence: 9 })).toBe(false);
    expect(take(record(devices, 2, 1))).toBe('taken');
    expect(take(record(tombstone, 2, 1))).toBe('taken');
    expect(log).toEqual([1, 0, 1, 0]);
    expect(take(record(devices, 2, 2))).toBe('refused');
    expect(take(record(devices, 3, 1))).toBe('taken');
    db.expire(Millis(3_600_001));
    expect(log).toEqual([1, 0, 1, 0, 1, 0]);
    expect(db.size).toBe(0);
    db.revoke(Millis(0), []);
  });

  test('are dropped with the node that was revoked', () => {
    const { db, take, log } = make();
    take(record(identity, 1, 1));
    take(record(devices, 1, 1));
    db.revoke(Millis(0), [idOf(1)]);
    expect(log).toEqual([1, 0]);
    expect(db.size).toBe(0);
  });
});

describe('the index of claims', () => {
  test('falls back to the next best when a claim goes', () => {
    const claims = new Claims(() => {});
    const [a, b] = ['aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbb'] as NodeId[] as [NodeId, NodeId];
    expect(claims.set(a, [{ device: lock, counter: 2 }])).toEqual([lock]);
    expect(claims.set(b, [{ device: lock, counter: 1 }])).toEqual([]);
    expect(claims.set(a, [{ device: meter, counter: 1 }])).toEqual([lock, meter]);
    expect(claims.holder(lock)).toEqual({ node: b, counter: 1 });
    claims.set(a, []);
    claims.set(b, []);
    expect([claims.holder(lock), claims.holder(meter), claims.size]).toEqual([undefined, undefined, 0]);
  });

  test('holds 65,536 claims; one that went makes room for a later one', () => {
    const counts: Record<string, number> = {};
    const claims = new Claims((name) => {
      counts[name] = (counts[name] ?? 0) + 1;
    });
    const full = (n: number) => Array.from({ length: claimsMax }, (_, i) => ({ device: hashOf(n * claimsMax + i), counter: 1 }));
    for (let n = 0; n < 64; n++) claims.set(idOf(n), full(n));
    expect(claims.size).toBe(claimsInAllMax);
    expect(claims.set(idOf(64), [{ device: lock, counter: 9 }])).toEqual([]);
    expect(counts).toEqual({ 'claims-full': 1 });
    claims.set(idOf(0), full(0).slice(1));
    expect(claims.set(idOf(64), [{ device: lock, counter: 9 }])).toEqual([lock]);
    expect(claims.size).toBe(claimsInAllMax);
  });
});

test('a node that claims nothing says nothing; one that claimed says so, and both end with the same record', () => {
  const published: number[] = [];
  const own = new OwnClaims({
    random: { next: () => 0.5 },
    backoffMsMin: 1000,
    backoffMsMax: 60_000,
    refreshMs: 1_800_000,
    publish: (_now, body) => published.push((decodeClaims(body) as readonly unknown[]).length),
  });
  own.set(Millis(0), []);
  expect(own.wakeAt).toBe(Number.POSITIVE_INFINITY);
  own.set(Millis(0), [{ device: lock, counter: 1 }]);
  own.wake(Millis(199));
  own.wake(Millis(200));
  own.set(Millis(300), []);
  own.set(Millis(400), [{ device: lock, counter: 1 }]);
  own.wake(Millis(5000));
  expect(published).toEqual([1]);
  own.set(Millis(6000), []);
  own.wake(Millis(own.wakeAt));
  own.wake(Millis(own.wakeAt));
  expect(published).toEqual([1, 0, 0]);
});

test('no more than 1,024 claims, in order, each with a counter', () => {
  const many = Array.from({ length: claimsMax }, (_, i) => ({ device: hashOf(i), counter: i + 1 }));
  expect(decodeClaims(encodeClaims(many))).toEqual(many);
  expect(() => encodeClaims([...many, { device: hashOf(claimsMax), counter: 1 }])).toThrow(RangeError);
  expect(() => encodeClaims([many[1]!, many[0]!])).toThrow(RangeError);
  expect(() => encodeClaims([{ device: lock, counter: 0 }])).toThrow(RangeError);
});
