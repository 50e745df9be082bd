import { expect, test } from 'vitest';
import { defaultConfig } from '../config.ts';
import { Incarnation, traffic } from '../ids.ts';
import type { Submission } from '../io.ts';
import { Millis, never } from '../units.ts';
import { Lane } from './lane.ts';
import { id } from './rig.harness.ts';

const now = Millis(1000);
const at = (sequence: number, incarnation = 2) => ({ incarnation: Incarnation(incarnation), sequence });
const entry = (sequence: number, o: Partial<Submission> = {}): Submission => ({
  stream: 'backend',
  class: 1,
  traffic: traffic.device,
  incarnation: Incarnation(2),
  sequence,
  ageMs: 0,
  lifetimeMs: 0,
  body: new Uint8Array(10),
  ...o,
});
const budget = () => ({ bytes: 0, bytesMax: 1_000_000 });
const laneWith = (...sequences: number[]): Lane => {
  const lane = new Lane(id(1), 'backend', 1, { ...defaultConfig, sendBufferEntriesMax: 10, floorSpanMax: 100 }, budget());
  for (const sequence of sequences) expect(lane.offer(now, entry(sequence))).toBe('taken');
  return lane;
};
let transmission = 0;
function sendAll(lane: Lane): void {
  while (lane.queue.length > 0) lane.fly(now, lane.cut(now), ++transmission, id(9));
}
const ack = (lane: Lane, first: number, count: number, by = 9): number[][] =>
  lane.acknowledge(id(by), Incarnation(2), first, count, () => {}).map((run) => [run.first, run.count]);

test('the floor is the lowest unsettled entry, and with none held the next sequence', () => {
  const lane = laneWith(1, 2, 3, 4);
  expect(lane.floor()).toEqual(at(1));
  sendAll(lane);
  expect(ack(lane, 1, 2)).toEqual([[1, 2]]);
  expect(lane.floor()).toEqual(at(3));
  expect(ack(lane, 4, 1)).toEqual([[4, 1]]);
  expect(lane.floor()).toEqual(at(3));
  expect(ack(lane, 1, 4)).toEqual([[3, 1]]);
  expect(lane.floor()).toEqual(at(5));
  expect(lane.entries).toBe(0);
});

test('the floor never rises above what the caller declared', () => {
  const lane = laneWith();
  expect(lane.floor()).toEqual(at(1, 0));
  lane.declare(at(7));
  expect(lane.floor()).toEqual(at(7));
  expect(lane.offer(now, entry(9))).toBe('taken');
  expect(lane.floor()).toEqual(at(7));
  lane.declare(at(20));
  expect(lane.floor()).toEqual(at(9));
});

test('a floor that was sent never goes back, and nothing below it is taken any more', () => {
  const lane = laneWith(5);
  lane.declare(at(5));
  expect(lane.floorToSend()).toEqual(at(5));
  lane.declare(at(3));
  expect(lane.floorToSend()).toEqual(at(5));
  expect(lane.offer(now, entry(4))).toBe('out-of-order');
});

test('expelled entries hold the floor until they come again or the caller gives them up', () => {
  const lane = laneWith(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  expect(lane.offer(now, entry(11))).toBe('full');
  expect(lane.offer(now, entry(12))).toBe('full');
  sendAll(lane);
  ack(lane, 1, 10);
  expect(lane.takeRoom()).toBe(true);
  expect(lane.offer(now, entry(13))).toBe('taken');
  expect(lane.floor()).toEqual(at(11));
  expect(lane.offer(now, entry(12))).toBe('taken');
  expect([...lane.queue].map((held) => held.sequence)).toEqual([12, 13]);
  expect(lane.floor()).toEqual(at(11));
  lane.declare(at(12));
  expect(lane.floor()).toEqual(at(12));
  expect(lane.offer(now, entry(12))).toBe('out-of-order');
});

test('going back is refused, but for what the declared floor says is unsettled and is not held', () => {
  const lane = laneWith(10);
  expect(lane.offer(now, entry(9))).toBe('out-of-order');
  lane.declare(at(8));
  expect(lane.offer(now, entry(9))).toBe('taken');
  expect(lane.offer(now, entry(9))).toBe('out-of-order');
  expect(lane.offer(now, entry(7))).toBe('out-of-order');
  sendAll(lane);
  expect(lane.offer(now, entry(9))).toBe('out-of-order');
  expect(lane.batches.at(0)?.first).toBe(9);
});

test('no entry is taken that is too far above the floor', () => {
  const lane = laneWith(1);
  expect(lane.offer(now, entry(100))).toBe('taken');
  expect(lane.offer(now, entry(101))).toBe('full');
  sendAll(lane);
  ack(lane, 1, 1);
  expect(lane.takeRoom()).toBe(true);
  expect(lane.offer(now, entry(101))).toBe('taken');
});

test('a bundle holds consecutive entries of one incarnation and traffic, up to its bounds', () => {
  const lane = new Lane(id(1), 'backend', 1, { ...defaultConfig, bundleBytes: 35, bundleEntriesMax: 4 }, budget());
  for (const o of [entry(1), entry(2), entry(4), entry(5, { traffic: traffic.report }), entry(6, { traffic: traffic.report, body: new Uint8Array(100) })])
    lane.offer(now, o);
  for (let n = 7; n <= 16; n++) lane.offer(now, entry(n, { body: new Uint8Array(1) }));
  const cuts: number[][] = [];
  while (lane.queue.length > 0) cuts.push(lane.cut(now).entries.map((held) => held.sequence));
  expect(cuts).toEqual([[1, 2], [4], [5], [6], [7, 8, 9, 10], [11, 12, 13, 14], [15, 16]]);
});

test('entries of a new incarnation wait for the older ones, and a moment for the caller to say so', () => {
  const lane = laneWith(1, 2);
  lane.declare(at(1));
  expect(lane.readyAt(now, 3)).toBe(now);
  lane.fly(now, lane.cut(now), ++transmission, id(9));
  lane.offer(now, entry(1, { incarnation: Incarnation(3) }));
  expect(lane.readyAt(now, 3)).toBe(never);
  ack(lane, 1, 2);
  expect(lane.readyAt(now, 3)).toBe(now + 50);
  lane.declare(at(1, 3));
  expect(lane.readyAt(now, 3)).toBe(now);
});

test('only a node that an entry was sent to can acknowledge it', () => {
  const lane = laneWith(1, 2, 3);
  sendAll(lane);
  expect(ack(lane, 1, 3, 8)).toEqual([]);
  expect(ack(lane, 1, 3, 9)).toEqual([[1, 3]]);
});

test('what is left of a bundle that was acknowledged in part is sent again without holes', () => {
  const lane = laneWith(1, 2, 3, 4, 5, 6);
  sendAll(lane);
  ack(lane, 2, 1);
  ack(lane, 5, 1);
  for (const batch of [...lane.flights.values()]) lane.recall(batch, now);
  const parts: number[][] = [];
  for (let again = lane.firstAgain(); again; again = lane.firstAgain()) {
    parts.push(again.entries.map((held) => held.sequence));
    lane.fly(now, again, ++transmission, id(9));
  }
  expect(parts).toEqual([[1], [3, 4], [6]]);
  expect(ack(lane, 1, 6)).toEqual([
    [1, 1],
    [3, 2],
    [6, 1],
  ]);
});

test('what expires is settled wherever it stands', () => {
  const lane = laneWith();
  for (const n of [1, 2, 3]) lane.offer(now, entry(n, { lifetimeMs: n === 2 ? 100 : 1000 }));
  sendAll(lane);
  lane.offer(now, entry(4, { lifetimeMs: 100 }));
  lane.offer(now, entry(5));
  expect(lane.expiryAt).toBe(1100);
  expect(lane.expire(Millis(1100), () => {}).map((run) => [run.first, run.count])).toEqual([
    [2, 1],
    [4, 1],
  ]);
  expect(lane.expire(Millis(2000), () => {}).map((run) => [run.first, run.count])).toEqual([
    [1, 1],
    [3, 1],
  ]);
  expect([lane.floor(), lane.entries, lane.flights.size, lane.expiryAt]).toEqual([at(5), 1, 0, never]);
});

test('all lanes together are bounded too; class 0 keeps room of its own', () => {
  const shared = { bytes: 0, bytesMax: 100 };
  const bulk = new Lane(id(1), 'backend', 3, defaultConfig, shared);
  const telemetry = new Lane(id(1), 'backend', 1, defaultConfig, shared);
  const urgent = new Lane(id(1), 'backend', 0, defaultConfig, shared);
  expect(bulk.offer(now, entry(1, { body: new Uint8Array(95) }))).toBe('taken');
  expect(telemetry.offer(now, entry(1))).toBe('full');
  expect(urgent.offer(now, entry(1))).toBe('taken');
  expect([telemetry.takeRoom(), telemetry.room]).toEqual([false, 0]);
  sendAll(bulk);
  ack(bulk, 1, 1);
  expect(telemetry.takeRoom()).toBe(true);
  expect(shared.bytes).toBe(10);
});
