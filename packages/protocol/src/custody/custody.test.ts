import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { traffic } from '../ids.ts';
import type { DeliveredEntry } from '../io.ts';
import { encode } from '../wire/index.ts';
import { type Ack, dropCode, kind } from '../wire/messages.ts';
import { type Frame, id, Rig, runsOf, total } from './rig.harness.ts';

const line = {
  edges: [
    [1, 2],
    [2, 3],
    [3, 4],
  ],
  gateways: [4],
} as const;

/** "1-5 9" for 1 2 3 4 5 9: short enough to read when it is not what was expected. */
function runsIn(values: readonly number[]): string {
  const out: [number, number][] = [];
  for (const n of values) {
    const last = out.at(-1);
    if (last && last[1] + 1 === n) last[1] = n;
    else out.push([n, n]);
  }
  return out.map(([a, b]) => (a === b ? `${a}` : `${a}-${b}`)).join(' ');
}
const numbers = (rig: Rig, n: number): number[] => rig.node(n).delivered.map((entry) => entry.id.sequence);
const sequences = (rig: Rig, n: number): string => runsIn(numbers(rig, n));
const ascending = (values: readonly number[]): string => runsIn([...values].sort((a, b) => a - b));
const upTo = (count: number, from = 1): number[] => Array.from({ length: count }, (_, i) => from + i);
const lateOnes = (rig: Rig, n: number): number => rig.node(n).delivered.filter((entry) => entry.late).length;
const isBundle = ({ message }: Frame): boolean => message.kind === kind.bundle;
const isAck = ({ message }: Frame): boolean => message.kind === kind.ack;

test('10,000 entries over three hops with a tenth of the frames lost arrive exactly once, in order or marked late', () => {
  const rig = new Rig({ ...line, seed: 7 });
  rig.lose = ({ from, message }) => from === id(2) && message.kind !== kind.credit && rig.random.next() < 0.1;
  for (let submitted = 0, turn = 0; submitted < 10_000 && turn < 1000; turn++) {
    const room = Math.min(500, 10_000 - submitted, rig.node(1).custody.room('backend', 1));
    rig.submit(1, submitted + 1, room);
    submitted += room;
    rig.run(500);
  }
  rig.run(300_000);
  expect(ascending(numbers(rig, 4))).toBe('1-10000');
  const onTime = rig.node(4).delivered.filter((entry) => !entry.late);
  expect(runsIn(onTime.map((entry) => entry.id.sequence))).toBe(ascending(onTime.map((entry) => entry.id.sequence)));
  expect(onTime.length).toBeGreaterThan(9000);
  expect(total(rig.node(1).released())).toBe(10_000);
  expect(rig.node(1).count('retransmitted')).toBeGreaterThan(0);
});

test('without loss everything arrives in order, batched, each hop crossed once', () => {
  const rig = new Rig(line);
  rig.submit(1, 1, 2000);
  rig.run(1000);
  expect(sequences(rig, 4)).toBe('1-2000');
  expect(total(rig.node(1).released())).toBe(2000);
  expect(rig.frames.filter((f) => isBundle(f) && f.from === id(1)).length).toBeLessThan(20);
  expect(rig.node(1).count('retransmitted')).toBe(0);
});

test('an entry submitted while nothing is under way does not linger; those after it go together', () => {
  const rig = new Rig(line);
  rig.submit(1, 1, 10);
  const counts = (): number[] => rig.frames.filter((f) => isBundle(f) && f.from === id(1)).map((f) => ('count' in f.message ? f.message.count : 0));
  expect(counts()).toEqual([1]);
  rig.run(4);
  expect(counts()).toEqual([1, 9]);
});

test('lost acknowledgements are made good by the next: nothing is delivered twice', () => {
  const rig = new Rig({ ...line, seed: 3 });
  rig.lose = (frame) => isAck(frame) && frame.from === id(4) && rig.random.next() < 0.5;
  for (let i = 0; i < 100; i++) {
    rig.submit(1, 1 + i * 20, 20);
    rig.run(10);
  }
  rig.run(300_000);
  expect(sequences(rig, 4)).toBe('1-2000');
  expect(total(rig.node(1).released())).toBe(2000);
});

test('a gateway that restarts with entries under way gets them again at once, in the order from the floor', () => {
  const rig = new Rig({ ...line, answerMs: 200 });
  rig.submit(1, 1, 50);
  rig.run(100);
  expect(sequences(rig, 4)).toBe('1-50');
  expect(rig.node(1).released()).toEqual([]);
  rig.restart(4);
  rig.node(4).delivered.length = 0;
  rig.run(400);
  expect(sequences(rig, 4)).toBe('1-50');
  expect(lateOnes(rig, 4)).toBe(0);
  expect(total(rig.node(1).released())).toBe(50);
});

test('an origin that restarts submits its backlog under the old incarnation; what was acknowledged is acknowledged again', () => {
  const rig = new Rig(line);
  rig.lose = isAck;
  rig.submit(1, 1, 30);
  rig.run(100);
  rig.lose = () => false;
  const former = rig.node(1).incarnation;
  rig.restart(1);
  rig.run(50);
  rig.submit(1, 1, 40, { incarnation: former });
  rig.submit(1, 1, 10);
  rig.run(500);
  const positions = rig.node(4).delivered.map((entry) => [entry.id.incarnation, entry.id.sequence]);
  expect(positions).toEqual([...upTo(40).map((n) => [1, n]), ...upTo(10).map((n) => [2, n])]);
  expect(lateOnes(rig, 4)).toBe(0);
  expect(total(rig.node(1).released())).toBe(50);
});

const twoGateways = {
  edges: [
    [1, 2],
    [2, 3],
    [2, 4],
  ],
  gateways: [3, 4],
} as const;

test('when the chosen gateway dies its entries are sealed anew for the other, and new ones wait their turn', () => {
  const rig = new Rig({ ...twoGateways, answerMs: undefined });
  rig.submit(1, 1, 40);
  rig.run(100);
  expect(sequences(rig, 3)).toBe('1-40');
  rig.answer = (node, entries) => rig.after(1, () => rig.with(node, () => node.custody.delivered(rig.now, runsOf(entries))));
  rig.kill(3);
  rig.submit(1, 41, 10);
  rig.run(200);
  expect(sequences(rig, 4)).toBe('1-50');
  expect(total(rig.node(1).released())).toBe(50);
  expect(
    rig
      .node(1)
      .of('released')
      .every((o) => o.by === id(4)),
  ).toBe(true);
});

test('a gateway that no longer offers the backend but is alive loses its entries to the other', () => {
  const rig = new Rig({ ...twoGateways, answerMs: undefined });
  rig.submit(1, 1, 5);
  rig.run(100);
  rig.offer(3, false);
  rig.answer = (node, entries) => rig.after(1, () => rig.with(node, () => node.custody.delivered(rig.now, runsOf(entries))));
  rig.run(200);
  expect(sequences(rig, 4)).toBe('1-5');
  expect(total(rig.node(1).released())).toBe(5);
});

test('an entry older than its lifetime is reported, not delivered, and the floor passes it', () => {
  const rig = new Rig(line);
  rig.lose = isBundle;
  rig.submit(1, 1, 3, { lifetimeMs: 5000, ageMs: 4000 });
  rig.submit(1, 4, 2);
  rig.run(2000);
  rig.lose = () => false;
  rig.run(20_000);
  expect(rig.node(1).expired()).toEqual([{ origin: id(1), incarnation: 1, stream: 'backend', class: 1, first: 1, count: 3 }]);
  expect(sequences(rig, 4)).toBe('4-5');
  expect(rig.node(4).delivered[0]?.late).toBe(false);
  expect(total(rig.node(1).released())).toBe(2);
});

test('an entry that expires while it waits for a gap at the receiver is dropped there and counted', () => {
  const rig = new Rig({ ...line, config: { retransmitMsMin: 3000 } });
  rig.lose = (frame) => isBundle(frame) && 'first' in frame.message && frame.message.first === 1;
  rig.submit(1, 1, 1);
  rig.submit(1, 2, 1, { lifetimeMs: 1000 });
  rig.run(10_000);
  expect(sequences(rig, 4)).toBe('');
  expect(rig.node(4).count('expired-on-the-way') + rig.node(4).count('settled-elsewhere')).toBe(1);
  expect(total(rig.node(1).expired())).toBe(1);
});

test('what waits behind a gap goes out after 2 s; what fills the gap later is late', () => {
  const rig = new Rig({ ...line, config: { retransmitMsMin: 5000 } });
  rig.lose = (frame) => isBundle(frame) && frame.from === id(2) && 'first' in frame.message && frame.message.first === 1;
  rig.submit(1, 1, 1);
  rig.submit(1, 2, 4);
  rig.run(1900);
  expect(sequences(rig, 4)).toBe('');
  rig.run(200);
  expect(sequences(rig, 4)).toBe('2-5');
  rig.lose = () => false;
  rig.run(10_000);
  expect(rig.node(4).delivered.map((entry) => [entry.id.sequence, entry.late])).toEqual([...[2, 3, 4, 5].map((n) => [n, false]), [1, true]]);
});

test('a forged acknowledgement is counted and changes nothing', () => {
  const rig = new Rig({ ...line, answerMs: undefined });
  rig.submit(1, 1, 5);
  rig.run(100);
  const forged: Ack = {
    kind: kind.ack,
    class: 0,
    hopLimit: 9,
    congested: false,
    destination: id(1),
    origin: id(4),
    incarnation: rig.node(4).incarnation,
    transmission: 99,
    stream: 'backend',
    ackedClass: 1,
    sawCongestion: false,
    echoTransmission: 0,
    runs: [{ incarnation: rig.node(1).incarnation, first: 1, count: 5 }],
    mac: new Uint8Array(16),
  };
  rig.inject(1, id(2), 'urgent', encode(forged));
  expect(rig.node(1).count('forged-ack')).toBe(1);
  expect(rig.node(1).released()).toEqual([]);
});

test('a bundle that was altered on the way, or is not sealed, is counted and not delivered', () => {
  const rig = new Rig({ ...line, answerMs: undefined });
  rig.submit(1, 1, 1);
  const bundle = rig.frames[0]!.message;
  if (bundle.kind !== kind.bundle) throw new Error('expected a bundle');
  rig.inject(4, id(3), 'bulk', encode({ ...bundle, first: 7 }));
  rig.inject(4, id(3), 'bulk', encode({ ...bundle, encoding: { deflate: false, sealed: false } }));
  expect(rig.node(4).count('forged')).toBe(1);
  expect(rig.node(4).count('unsealed')).toBe(1);
  expect(rig.node(4).delivered).toEqual([]);
  expect(rig.frames.some(isAck)).toBe(false);
});

test('what the application refuses is delivered again, in order, when it can take it', () => {
  const rig = new Rig(line);
  let takes = false;
  const settle = rig.answer;
  rig.answer = (node, entries) => {
    if (takes) settle(node, entries);
    else rig.after(1, () => rig.with(node, () => node.custody.undelivered(rig.now, runsOf(entries), 'backend-gone')));
  };
  rig.submit(1, 1, 20);
  rig.run(2000);
  takes = true;
  rig.node(4).delivered.length = 0;
  rig.run(10_000);
  expect(sequences(rig, 4)).toBe('1-20');
  expect(lateOnes(rig, 4)).toBe(0);
  expect(total(rig.node(1).released())).toBe(20);
});

test("a gateway's own entries take the same way without a frame", () => {
  const rig = new Rig(line);
  rig.submit(4, 1, 100);
  rig.run(50);
  expect(sequences(rig, 4)).toBe('1-100');
  expect(total(rig.node(4).released())).toBe(100);
  expect(rig.frames).toEqual([]);
  const carried = rig.node(4).carried();
  expect(carried.every((o) => o.next === 'backend' && o.own)).toBe(true);
  expect(carried.reduce((sum, o) => sum + o.run.count, 0)).toBe(100);
});

test('entries for one node travel as those for the backend do, each stream with its own sequence', () => {
  const rig = new Rig(line);
  rig.submit(4, 1, 10, { stream: id(1), class: 0, traffic: traffic.betweenNodes });
  rig.submit(4, 1, 10, { stream: id(2), class: 0, traffic: traffic.betweenNodes });
  rig.run(100);
  expect(sequences(rig, 1)).toBe('1-10');
  expect(sequences(rig, 2)).toBe('1-10');
  expect(rig.node(1).delivered[0]?.id).toEqual({ origin: id(4), incarnation: 1, stream: id(1), class: 0, sequence: 1 });
  expect(total(rig.node(4).released())).toBe(20);
});

test('a full buffer expels; room is told when half of it is free, and expelled ones may come back', () => {
  const rig = new Rig({ ...line, config: { sendBufferEntriesMax: 100 }, answerMs: 50 });
  rig.submit(1, 1, 120);
  const expelled = rig.node(1).of('expelled');
  expect(expelled.map((o) => [o.run.first, o.reason])).toEqual(upTo(20, 101).map((n) => [n, 'full']));
  expect(rig.node(1).custody.room('backend', 1)).toBe(0);
  rig.run(1000);
  expect(rig.node(1).of('room')).toEqual([{ type: 'room', stream: 'backend', class: 1 }]);
  rig.submit(1, 101, 20);
  rig.run(1000);
  expect(sequences(rig, 4)).toBe('1-120');
  expect(lateOnes(rig, 4)).toBe(0);
});

test('a receiver at its bound refuses with a notice and takes the rest later', () => {
  const rig = new Rig({ ...line, config: { receiveEntriesMax: 50, bundleEntriesMax: 10 }, answerMs: 300 });
  rig.submit(1, 1, 200);
  rig.run(100);
  expect(rig.node(4).delivered.length).toBeLessThanOrEqual(60);
  expect(rig.node(4).count('receiver-full')).toBeGreaterThan(0);
  rig.run(120_000);
  expect(ascending(numbers(rig, 4))).toBe('1-200');
  expect(total(rig.node(1).released())).toBe(200);
});

test('a receiver bounds the bytes it holds as well', () => {
  const rig = new Rig({ ...line, config: { receiveEntriesMax: 20, flightBytesMin: 300_000 }, answerMs: 300 });
  for (let n = 1; n <= 10; n++) rig.submit(1, n, 1, { body: new Uint8Array(20_000) });
  rig.run(100);
  expect(rig.node(4).delivered.length).toBe(3);
  rig.run(60_000);
  expect(ascending(numbers(rig, 4))).toBe('1-10');
});

test('a drop notice hastens the retransmission; one about nothing under way is ignored', () => {
  const rig = new Rig(line);
  rig.lose = (frame) => isBundle(frame) && frame.from === id(2);
  rig.submit(1, 1, 5);
  rig.run(20);
  rig.lose = () => false;
  const sent = rig.frames.find(isBundle)!.message;
  if (sent.kind !== kind.bundle) throw new Error('expected a bundle');
  const notice = { kind: kind.drop, class: 0, hopLimit: 5, congested: false, destination: id(1), origin: id(2), incarnation: rig.node(2).incarnation } as const;
  rig.inject(1, id(2), 'urgent', encode({ ...notice, transmission: 77, reason: dropCode.queueFull, droppedTransmission: sent.transmission }));
  rig.inject(1, id(2), 'urgent', encode({ ...notice, transmission: 78, reason: dropCode.queueFull, droppedTransmission: 12345 }));
  expect(rig.node(1).count('drop-notices')).toBe(1);
  expect(rig.node(1).count('drop-unknown')).toBe(1);
  rig.run(100);
  expect(sequences(rig, 4)).toBe('1');
});

test('each hop counts an entry as carried once, however often it was sent', () => {
  const rig = new Rig({ ...line, seed: 11 });
  rig.lose = (frame) => frame.from === id(3) && (isBundle(frame) || isAck(frame)) && rig.random.next() < 0.3;
  for (let i = 0; i < 50; i++) {
    rig.submit(1, 1 + i * 10, 10);
    rig.run(40);
  }
  rig.run(120_000);
  expect(rig.node(1).count('retransmitted')).toBeGreaterThan(0);
  for (const n of [1, 2, 3]) {
    const carried = rig.node(n).carried();
    expect(carried.reduce((sum, o) => sum + o.run.count, 0)).toBe(500);
    expect(carried.every((o) => o.next === id(n + 1) && o.own === (n === 1))).toBe(true);
  }
  const delivered: DeliveredEntry[] = rig.node(4).delivered;
  expect(
    rig
      .node(4)
      .carried()
      .reduce((sum, o) => sum + o.run.count, 0),
  ).toBe(delivered.length);
});

test('batches are compressed where it makes them smaller', () => {
  const compression = {
    deflate: (plain: Uint8Array) => new Uint8Array(deflateRawSync(plain)),
    inflate: (bytes: Uint8Array) => new Uint8Array(inflateRawSync(bytes)),
  };
  const rig = new Rig({ ...line, compression });
  rig.submit(1, 1, 300);
  rig.run(100);
  expect(sequences(rig, 4)).toBe('1-300');
  const sent = rig.frames.flatMap((f) => (f.from === id(1) && f.message.kind === kind.bundle ? [f.message] : []));
  expect(sent.map((b) => [b.count, b.encoding.deflate])).toEqual([
    [1, true],
    [299, true],
  ]);
  expect(sent[1]?.payload.byteLength).toBeLessThan(299 * 20);
});

test('when the path in use breaks, what was on it is sent again at once over the other', () => {
  const rig = new Rig({
    edges: [
      [1, 2],
      [2, 4],
      [1, 3],
      [3, 5],
      [5, 4],
    ],
    gateways: [4],
    latencyMs: 50,
  });
  rig.submit(1, 1, 50);
  rig.run(70);
  rig.cut(2, 4);
  rig.run(400);
  expect(sequences(rig, 4)).toBe('1-50');
  expect(rig.node(1).count('timeouts')).toBe(0);
  expect(rig.node(1).count('retransmitted')).toBeGreaterThan(0);
});

test('a link that is too slow is kept full without timeouts: its queue marks, and the origin sends no more than comes through', () => {
  const rig = new Rig({ ...line, bytesPerMs: 100, config: { queueSojournMs: 20, creditBytesMin: 16 * 1024 } });
  let next = 1;
  for (let seconds = 0; seconds < 30; seconds++) {
    const count = rig.node(1).custody.room('backend', 1);
    rig.submit(1, next, count, { body: new Uint8Array(200) });
    next += count;
    rig.run(1000);
  }
  const arrived = rig.node(4).delivered.length;
  expect(arrived * 200).toBeGreaterThan(0.85 * 30_000 * 100);
  expect(rig.frames.some((f) => f.message.kind === kind.ack && f.message.sawCongestion)).toBe(true);
  expect(rig.node(1).count('timeouts')).toBe(0);
  expect(rig.node(1).count('retransmitted')).toBeLessThan(arrived / 50);
});
