import { expect, test } from 'vitest';
import { type Frame, id, Rig, total } from '../custody/rig.harness.ts';
import { Incarnation, type TrafficClass, traffic } from '../ids.ts';
import { encode } from '../wire/index.ts';
import { type Bundle, type Drop, dropCode, kind } from '../wire/messages.ts';

const line = {
  edges: [
    [1, 2],
    [2, 3],
  ],
  gateways: [3],
} as const;

const bundleOf = (o: Partial<Bundle> = {}): Bundle => ({
  kind: kind.bundle,
  class: 1,
  hopLimit: 32,
  congested: false,
  destination: id(3),
  origin: id(1),
  incarnation: Incarnation(1),
  transmission: 1,
  encoding: { deflate: false, sealed: true },
  traffic: traffic.device,
  stream: 'backend',
  entryIncarnation: Incarnation(1),
  first: 1,
  count: 1,
  floor: { incarnation: Incarnation(1), sequence: 1 },
  payload: new Uint8Array(100),
  ...o,
});
const inject = (rig: Rig, n: number, from: number, bundle: Bundle): void => rig.inject(n, id(from), bundle.class === 0 ? 'urgent' : 'bulk', encode(bundle));
const drops = (rig: Rig, from: number): Drop[] => rig.frames.flatMap((f) => (f.from === id(from) && f.message.kind === kind.drop ? [f.message] : []));
const bundles = (rig: Rig, from: number, to: number): Bundle[] =>
  rig.frames.flatMap((f) => (f.from === id(from) && f.to === id(to) && f.message.kind === kind.bundle ? [f.message] : []));
const isCredit = ({ message }: Frame): boolean => message.kind === kind.credit;

test('a relay sends on what it got, with one hop less and nothing else changed', () => {
  const rig = new Rig(line);
  inject(rig, 2, 1, bundleOf({ payload: Uint8Array.of(1, 2, 3) }));
  expect(bundles(rig, 2, 3)).toEqual([bundleOf({ payload: Uint8Array.of(1, 2, 3), hopLimit: 31 })]);
});

test('at the end of its hop limit a bundle is dropped and its origin told', () => {
  const rig = new Rig(line);
  inject(rig, 2, 1, bundleOf({ hopLimit: 1, transmission: 9 }));
  expect(bundles(rig, 2, 3)).toEqual([]);
  expect(drops(rig, 2)).toMatchObject([{ destination: id(1), reason: dropCode.hopLimit, droppedTransmission: 9 }]);
  expect(rig.node(2).of('event')).toMatchObject([{ event: { kind: 'dropped', reason: 'hop-limit', run: { origin: id(1), first: 1 } } }]);
});

test('a transmission may pass twice; the third sight ends its loop', () => {
  const rig = new Rig(line);
  for (let i = 0; i < 3; i++) inject(rig, 2, 1, bundleOf({ transmission: 5, hopLimit: 32 - i }));
  inject(rig, 2, 1, bundleOf({ transmission: 6 }));
  expect(bundles(rig, 2, 3).map((b) => b.transmission)).toEqual([5, 5, 6]);
  expect(drops(rig, 2)).toMatchObject([{ reason: dropCode.loop, droppedTransmission: 5 }]);
});

test('without a route a bundle waits a moment for one, then is dropped with a notice', () => {
  const rig = new Rig({ ...line, convergeMs: 60 });
  rig.cut(2, 3);
  rig.run(60);
  inject(rig, 2, 1, bundleOf({ transmission: 1 }));
  rig.run(30);
  rig.join(2, 3);
  rig.run(65);
  expect(bundles(rig, 2, 3).map((b) => b.transmission)).toEqual([1]);
  rig.cut(2, 3);
  rig.run(61);
  inject(rig, 2, 1, bundleOf({ transmission: 2 }));
  rig.run(99);
  expect(drops(rig, 2)).toEqual([]);
  rig.run(2);
  expect(drops(rig, 2)).toMatchObject([{ reason: dropCode.noRoute, droppedTransmission: 2 }]);
});

test('what waits for a route is bounded', () => {
  const rig = new Rig({ ...line, config: { queueBytesMax: 1000 } });
  rig.cut(2, 3);
  rig.run(30);
  for (let n = 1; n <= 10; n++) inject(rig, 2, 1, bundleOf({ transmission: n }));
  expect(drops(rig, 2).map((d) => d.droppedTransmission)).toEqual([7, 8, 9, 10]);
});

test('notices and acknowledgements without a route vanish without a notice about them', () => {
  const rig = new Rig(line);
  rig.cut(2, 3);
  rig.run(30);
  rig.inject(2, id(1), 'urgent', encode({ ...bundleOf(), kind: kind.drop, reason: dropCode.loop, droppedTransmission: 1 }));
  rig.run(200);
  expect(rig.node(2).count('notice-lost')).toBe(1);
  expect(drops(rig, 2)).toEqual([]);
});

/** Node 3 never reports what it took. */
function starved(config: Partial<Rig['config']> = {}): Rig {
  const rig = new Rig({ ...line, config });
  const from = rig.node(3).forwarder;
  from.onFrame = () => {};
  return rig;
}

test('bulk waits for credit, but never longer than its bound', () => {
  const rig = starved({ creditBytesMin: 1000 });
  for (let n = 1; n <= 10; n++) inject(rig, 2, 1, bundleOf({ transmission: n }));
  expect(bundles(rig, 2, 3).length).toBe(6);
  expect(rig.node(2).forwarder.queues(id(3))[1]).toEqual({ class: 1, frames: 4, bytes: 4 * 162 });
  rig.run(1999);
  expect(drops(rig, 2)).toEqual([]);
  rig.run(2);
  expect(drops(rig, 2).map((d) => [d.droppedTransmission, d.reason])).toEqual([7, 8, 9, 10].map((n) => [n, dropCode.noCredit]));
  expect(rig.node(2).forwarder.queues(id(3))[1]?.frames).toBe(0);
});

test('a bundle larger than all credit goes when nothing else is on the way', () => {
  const rig = new Rig({ ...line, config: { creditBytesMin: 1000 } });
  for (let n = 1; n <= 3; n++) inject(rig, 2, 1, bundleOf({ transmission: n, payload: new Uint8Array(5000) }));
  expect(bundles(rig, 2, 3).length).toBe(1);
  rig.run(100);
  expect(bundles(rig, 2, 3).length).toBe(3);
});

test('at the bound of a queue the newest is dropped with a notice', () => {
  const rig = starved({ creditBytesMin: 200, queueBytesMax: 500 });
  for (let n = 1; n <= 6; n++) inject(rig, 2, 1, bundleOf({ transmission: n }));
  expect(drops(rig, 2).map((d) => [d.droppedTransmission, d.reason])).toEqual([
    [5, dropCode.queueFull],
    [6, dropCode.queueFull],
  ]);
});

test('class 0 passes bulk that waits, and is bounded too when the neighbour stops reading', () => {
  const rig = starved({ creditBytesMin: 200 });
  for (let n = 1; n <= 4; n++) inject(rig, 2, 1, bundleOf({ transmission: n }));
  for (let n = 5; n <= 20; n++) inject(rig, 2, 1, bundleOf({ transmission: n, class: 0, payload: new Uint8Array(20_000) }));
  const sent = bundles(rig, 2, 3).filter((b) => b.class === 0);
  expect(sent.length).toBe(13);
  expect(rig.node(2).forwarder.queues(id(3))[0]?.frames).toBe(3);
});

test('full classes share the bulk connection 4 : 2 : 1', () => {
  const rig = new Rig({ ...line, config: { creditBytesMin: 64_000, creditBytesMax: 64_000 }, bytesPerMs: 1000 });
  const classes: TrafficClass[] = [1, 2, 3];
  for (let n = 1; n <= 450; n++) inject(rig, 2, 1, bundleOf({ transmission: n, class: classes[n % 3]!, payload: new Uint8Array(4000) }));
  rig.run(700);
  const sent = bundles(rig, 2, 3).slice(20);
  const share = (cls: TrafficClass): number => sent.filter((b) => b.class === cls).length / sent.length;
  expect(share(1)).toBeCloseTo(4 / 7, 1);
  expect(share(2)).toBeCloseTo(2 / 7, 1);
  expect(share(3)).toBeCloseTo(1 / 7, 1);
});

test('a queue that stands too long marks what leaves it', () => {
  const rig = new Rig({ ...line, config: { creditBytesMin: 5000, creditBytesMax: 5000 }, bytesPerMs: 20 });
  for (let n = 1; n <= 100; n++) inject(rig, 2, 1, bundleOf({ transmission: n, payload: new Uint8Array(500) }));
  rig.run(10_000);
  const marked = bundles(rig, 2, 3).map((b) => b.congested);
  expect(marked.slice(0, 8).some(Boolean)).toBe(false);
  expect(marked.filter(Boolean).length).toBeGreaterThan(30);
});

test('when a link goes, what waited for it takes another way; what was sent is left to the origin', () => {
  const rig = new Rig({
    edges: [
      [1, 2],
      [2, 3],
      [2, 4],
      [4, 5],
      [3, 5],
    ],
    gateways: [5],
    config: { creditBytesMin: 400 },
  });
  rig.node(3).forwarder.onFrame = () => {};
  for (let n = 1; n <= 6; n++) inject(rig, 2, 1, bundleOf({ transmission: n, destination: id(5) }));
  expect(bundles(rig, 2, 3).map((b) => b.transmission)).toEqual([1, 2]);
  rig.cut(2, 3);
  rig.run(30);
  rig.run(100);
  expect(bundles(rig, 2, 4).map((b) => b.transmission)).toEqual([3, 4, 5, 6]);
});

test("the hop's receipt counts entries as carried, and a receipt for more than was sent counts nothing", () => {
  const rig = new Rig(line);
  rig.submit(1, 1, 20);
  rig.run(2);
  expect(rig.node(1).carried()).toEqual([]);
  rig.run(50);
  const carried = rig.node(1).carried();
  expect(total(carried.map((o) => o.run))).toBe(20);
  expect(carried.every((o) => o.own && o.next === id(2) && o.traffic === traffic.device && o.bytes >= 40 * o.run.count)).toBe(true);
  rig.inject(1, id(2), 'urgent', encode({ kind: kind.credit, channel: 'bulk', grantedBytes: 1e9, receivedBundles: 1000 }));
  expect(rig.node(1).count('credit-false')).toBe(1);
  expect(rig.node(1).count('carried')).toBe(20);
});

test('reports go by the urgent connection, and one covers many bundles', () => {
  const rig = new Rig(line);
  for (let i = 0; i < 10; i++) {
    rig.submit(1, 1 + i * 10, 10);
    rig.run(1);
  }
  rig.run(100);
  const reports = rig.frames.filter((f) => isCredit(f) && f.from === id(2) && f.to === id(1));
  expect(reports.every((f) => f.channel === 'urgent')).toBe(true);
  expect(reports.length).toBeLessThanOrEqual(4);
});

test('frames of a node that has no link are counted and not taken', () => {
  const rig = new Rig(line);
  inject(rig, 1, 3, bundleOf({ destination: id(2), origin: id(3) }));
  expect(rig.node(1).count('frame-without-link')).toBe(1);
});

test('a waiting frame keeps none of the read buffer that it came in', () => {
  const rig = new Rig({ ...line, config: { creditBytesMin: 200 } });
  for (let n = 1; n <= 3; n++) {
    const frame = encode(bundleOf({ transmission: n }));
    const slab = new Uint8Array(64 * 1024);
    slab.set(frame, 100);
    rig.inject(2, id(1), 'bulk', slab.subarray(100, 100 + frame.byteLength));
    slab.fill(0xff);
  }
  expect(rig.node(2).forwarder.queues(id(3))[1]?.frames).toBe(2);
  rig.run(100);
  expect(bundles(rig, 2, 3).map((b) => b.transmission)).toEqual([1, 2, 3]);
});
