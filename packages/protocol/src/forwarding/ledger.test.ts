import { expect, test } from 'vitest';
import { id } from '../custody/rig.harness.ts';
import { Incarnation } from '../ids.ts';
import type { EntryRun } from '../io.ts';
import { Millis } from '../units.ts';
import { CarriedLedger } from './ledger.ts';

const run = (first: number, count: number, o: Partial<EntryRun> = {}): EntryRun => ({
  origin: id(1),
  incarnation: Incarnation(3),
  stream: 'backend',
  class: 1,
  first,
  count,
  ...o,
});
const floorAt = (sequence: number, incarnation = 3) => ({ incarnation: Incarnation(incarnation), sequence });

test('counts each entry once, by origin, incarnation, stream and class', () => {
  const ledger = new CarriedLedger();
  const now = Millis(0);
  expect(ledger.count(now, run(1, 10), undefined)).toEqual([run(1, 10)]);
  expect(ledger.count(now, run(5, 10), undefined)).toEqual([run(11, 4)]);
  expect(ledger.count(now, run(1, 14), undefined)).toEqual([]);
  for (const other of [{ origin: id(2) }, { class: 0 as const }, { stream: id(9) }, { incarnation: Incarnation(4) }]) {
    expect(ledger.count(now, run(1, 10, other), undefined)).toEqual([run(1, 10, other)]);
  }
});

test('a floor takes effect late, so that receipts that lag behind still count', () => {
  const ledger = new CarriedLedger();
  expect(ledger.count(Millis(0), run(20, 10), floorAt(20))).toEqual([run(20, 10)]);
  expect(ledger.count(Millis(10), run(10, 10), floorAt(10))).toEqual([run(10, 10)]);
  expect(ledger.count(Millis(5000), run(30, 1), floorAt(30))).toEqual([run(30, 1)]);
  expect(ledger.count(Millis(5001), run(1, 9), floorAt(30))).toEqual([]);
});

test('entries of an incarnation that a floor has passed count no more', () => {
  const ledger = new CarriedLedger();
  ledger.count(Millis(0), run(1, 10), floorAt(1));
  ledger.count(Millis(10), run(1, 1, { incarnation: Incarnation(4) }), floorAt(1, 4));
  ledger.count(Millis(4000), run(2, 1, { incarnation: Incarnation(4) }), floorAt(2, 4));
  ledger.count(Millis(8000), run(3, 1, { incarnation: Incarnation(4) }), floorAt(3, 4));
  expect(ledger.count(Millis(8001), run(50, 1), undefined)).toEqual([]);
});

test('stays bounded when every other entry goes another way: then the lowest gaps count as carried', () => {
  const ledger = new CarriedLedger();
  for (let n = 1; n <= 2000; n += 2) ledger.count(Millis(n), run(n, 1), undefined);
  expect(ledger.count(Millis(3000), run(2, 1), undefined)).toEqual([]);
  expect(ledger.count(Millis(3000), run(1998, 1), undefined)).toEqual([run(1998, 1)]);
});

test('beyond its number of sequences the one unused longest is forgotten', () => {
  const ledger = new CarriedLedger();
  for (let n = 0; n <= 16_384; n++) ledger.count(Millis(0), run(1, 1, { origin: id(n + 1) }), undefined);
  expect(ledger.count(Millis(0), run(1, 1, { origin: id(16_385) }), undefined)).toEqual([]);
  expect(ledger.count(Millis(0), run(1, 1, { origin: id(1) }), undefined)).toHaveLength(1);
});
