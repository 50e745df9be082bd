import { expect, test } from 'vitest';
import { Incarnation, NodeId, type TrafficClass, traffic } from '../ids.ts';
import type { EntryRun, Floor, Output } from '../io.ts';
import { idOf, World } from '../node.harness.ts';
import { Millis } from '../units.ts';
import { kind, type VouchRequest } from '../wire/messages.ts';
import { Collector } from './collector.ts';
import { Keeper } from './keeper.ts';
import type { ReceiptPort } from './ports.ts';
import { type EntryRange, packetsIn, receiptPacketsMax } from './ranges.ts';

const origin = NodeId('00000000000000aa');
const relay = NodeId('00000000000000bb');
const next = NodeId('00000000000000cc');
const floor: Floor = { incarnation: Incarnation(0), sequence: 0 };
const signature = new Uint8Array(64).fill(7);

const run = (first: number, count: number, of: Partial<EntryRun> = {}): EntryRun => ({
  origin,
  incarnation: Incarnation(1),
  stream: 'backend',
  class: 1,
  first,
  count,
  ...of,
});
const range = (first: number, count: number): EntryRange => ({ origin, incarnation: Incarnation(1), class: 1, first, count });

function collecting(epoch = { epoch: 5, second: 100 } as { epoch: number; second: number } | undefined) {
  const state = { epoch, linked: true };
  const sent: VouchRequest[] = [];
  const out: Output[] = [];
  const counts: Record<string, number> = {};
  const collector = new Collector({
    epoch: () => state.epoch,
    send: (_, frame) => {
      if (state.linked) sent.push(frame);
      return state.linked;
    },
    emit: (output) => out.push(output),
    count: (name, by = 1) => {
      counts[name] = (counts[name] ?? 0) + by;
    },
  });
  return { collector, state, sent, out, counts };
}

test('a request goes after 256 packets or 10 s, whichever is first, and lists adjacent runs as one', () => {
  const { collector, sent } = collecting();
  collector.carried(Millis(0), run(1, 200), traffic.device, next);
  expect(sent).toEqual([]);
  collector.carried(Millis(50), run(201, 100), traffic.device, next);
  expect(sent).toMatchObject([{ epoch: 5, seq: 102_401, ranges: [range(1, 256)] }]);
  collector.wake(Millis(10_049));
  expect(sent).toHaveLength(1);
  expect(collector.wakeAt).toBe(10_050);
  collector.wake(Millis(10_050));
  expect(sent[1]).toMatchObject({ seq: 102_402, ranges: [range(257, 44)] });
});

test('reports, what nodes say to each other, commands, and a clock that is not trusted make no receipts', () => {
  const { collector, state, sent, counts } = collecting();
  collector.carried(Millis(0), run(1, 300), traffic.report, next);
  collector.carried(Millis(0), run(1, 300), traffic.betweenNodes, next);
  collector.carried(Millis(0), run(1, 300, { stream: next }), traffic.device, next);
  state.epoch = undefined;
  collector.carried(Millis(0), run(1, 300), traffic.device, next);
  expect(sent).toEqual([]);
  expect(counts).toEqual({ unvouched: 300 });
});

test('an epoch that ends closes what was gathered in it', () => {
  const { collector, state, sent } = collecting();
  collector.carried(Millis(0), run(1, 10), traffic.device, next);
  state.epoch = { epoch: 6, second: 0 };
  collector.carried(Millis(5), run(11, 10), traffic.device, next);
  collector.wake(Millis(20_000));
  expect(sent.map(({ epoch, ranges }) => [epoch, ranges])).toEqual([
    [5, [range(1, 10)]],
    [6, [range(11, 10)]],
  ]);
});

test('what no answer came to is asked again when the link is back, and given up an epoch later', () => {
  const { collector, state, sent, out, counts } = collecting();
  state.linked = false;
  collector.carried(Millis(0), run(1, 256), traffic.device, next);
  collector.carried(Millis(0), run(257, 256), traffic.device, next);
  state.linked = true;
  collector.linkUp(next);
  expect(sent).toHaveLength(2);
  collector.answered(next, { kind: kind.voucher, epoch: 5, seq: sent[0]!.seq, signature });
  expect(out).toEqual([{ type: 'receipt', next, request: { epoch: 5, seq: sent[0]!.seq, ranges: [range(1, 256)] }, signature }]);
  state.epoch = { epoch: 7, second: 0 };
  collector.linkUp(next);
  expect(sent).toHaveLength(2);
  expect(counts.unvouched).toBe(256);
});

test('answers that nobody asked for count nothing; a refusal gives the packets up', () => {
  const { collector, sent, out, counts } = collecting();
  collector.answered(next, { kind: kind.voucher, epoch: 5, seq: 1, signature });
  collector.carried(Millis(0), run(1, 256), traffic.device, next);
  collector.answered(relay, { kind: kind.voucher, epoch: 5, seq: sent[0]!.seq, signature });
  collector.answered(next, { kind: kind.voucher, epoch: 5, seq: sent[0]!.seq, signature: undefined });
  expect(out).toEqual([]);
  expect(counts).toEqual({ 'voucher-unasked': 2, unvouched: 256 });
});

test('a gateway asks for what the backend took', () => {
  const { collector, out } = collecting();
  collector.carried(Millis(0), run(1, 256), traffic.device, 'backend');
  expect(out).toMatchObject([{ type: 'receiptWanted', request: { epoch: 5, ranges: [range(1, 256)] } }]);
});

test('a node that carries beyond the rate of receipts asks no oftener, and what waits is bounded', () => {
  const { collector, sent, counts } = collecting();
  for (let i = 0; i < 1000; i++) collector.carried(Millis(i), run(1 + i * 256, 256), traffic.device, next);
  expect(sent.length).toBeLessThanOrEqual(128 + 16 + 1);
  expect((counts.unvouched ?? 0) + sent.length * receiptPacketsMax).toBeGreaterThanOrEqual(256_000);
});

function keeping(vouches = true) {
  const counts: Record<string, number> = {};
  const signed: { relay: NodeId; packets: number }[] = [];
  const port: ReceiptPort = {
    epoch: () => ({ epoch: 5, second: 0 }),
    vouch: (of, request) => {
      if (!vouches) return undefined;
      signed.push({ relay: of, packets: packetsIn(request.ranges) });
      return signature;
    },
  };
  const keeper = new Keeper(port, (name) => {
    counts[name] = (counts[name] ?? 0) + 1;
  });
  const ask = (seq: number, ranges: readonly EntryRange[], at = 0, by = relay) =>
    keeper.asked(Millis(at), by, { kind: kind.vouchRequest, epoch: 5, seq, ranges });
  return { keeper, counts, signed, ask };
}

test('a receiver signs for each packet once per neighbour, and for nothing that it did not take', () => {
  const { keeper, counts, signed, ask } = keeping();
  keeper.took(Millis(0), relay, run(1, 50), traffic.device, floor);
  keeper.took(Millis(1), relay, run(40, 20), traffic.device, floor);
  keeper.took(Millis(1), relay, run(100, 5), traffic.report, floor);
  expect(ask(1, [range(1, 60)]).signature).toBeUndefined();
  expect(ask(2, [range(100, 5)]).signature).toBeUndefined();
  expect(ask(3, [range(1, 59)], 0, next).signature).toBeUndefined();
  expect(ask(4, [range(1, 59)]).signature).toEqual(signature);
  expect(ask(5, [range(1, 1)]).signature).toBeUndefined();
  // Sent again after the receipt: nothing new was taken.
  keeper.took(Millis(2), relay, run(1, 59), traffic.device, floor);
  expect(ask(6, [range(1, 59)]).signature).toBeUndefined();
  expect(signed).toEqual([{ relay, packets: 59 }]);
  expect(counts).toEqual({ 'voucher-not-taken': 5, vouched: 1 });
});

test('the same request gets the same answer; a refused epoch leaves the packets to be asked for', () => {
  const { keeper, signed, ask } = keeping();
  keeper.took(Millis(0), relay, run(1, 10), traffic.device, floor);
  expect(ask(1, [range(1, 10)])).toEqual(ask(1, [range(1, 10)]));
  expect(signed).toHaveLength(1);
  const strict = keeping(false);
  strict.keeper.took(Millis(0), relay, run(1, 10), traffic.device, floor);
  expect(strict.ask(1, [range(1, 10)]).signature).toBeUndefined();
  expect(strict.counts).toEqual({ 'voucher-epoch': 1 });
});

test('signing is rate-limited per neighbour', () => {
  const { keeper, counts, ask } = keeping();
  keeper.took(Millis(0), relay, run(1, 1000), traffic.device, floor);
  for (let i = 1; i <= 300; i++) ask(i, [range(i, 1)]);
  expect(counts).toEqual({ vouched: 256, 'voucher-over-rate': 44 });
  expect(ask(400, [range(400, 1)], 1000).signature).toEqual(signature);
});

test('over three hops under loss of a link, every delivered packet is signed for once at each hop', () => {
  const reading = (w: () => World) => ({ epoch: 5, second: Math.floor(w().now / 1000) });
  const world: World = new World({
    nodes: 4,
    delay: (a, b) => (Math.abs(a - b) === 1 ? 5 : undefined),
    receipts: (node) => ({ epoch: () => reading(() => world), vouch: (_, r) => new Uint8Array(64).fill(node * 16 + (r.seq % 7)) }),
  });
  world.run(5000);
  world.input(3, { type: 'gateway', offer: { backendMs: 1, load: 0 } });
  world.run(3000);
  const total = 1000;
  let answered = 0;
  const serve = (): void => {
    for (; answered < world.outputs.length; answered++) {
      const { node, output } = world.outputs[answered]!;
      if (output.type === 'deliver') {
        const runs = output.entries.map(({ id }) => ({ ...id, first: id.sequence, count: 1 }));
        world.input(node, { type: 'delivered', runs });
      }
    }
  };
  for (let sequence = 1; sequence <= total; sequence++) {
    const submission = {
      stream: 'backend',
      class: 1 as TrafficClass,
      traffic: traffic.device,
      incarnation: Incarnation(1),
      sequence,
      ageMs: 0,
      lifetimeMs: 0,
      body: new Uint8Array(20),
    } as const;
    world.input(0, { type: 'submit', submission });
    world.run(20);
    serve();
    if (sequence === 400) world.cut(1, 2);
    if (sequence === 700) world.mend(1, 2);
  }
  for (let i = 0; i < 600; i++) {
    world.run(100);
    serve();
  }
  const counted = (node: number, type: 'receipt' | 'receiptWanted'): number[] => {
    const sequences: number[] = [];
    for (const { node: at, output } of world.outputs) {
      if (at !== node || output.type !== type) continue;
      if (output.type === 'receipt') expect(output.next).toBe(idOf(node + 1));
      for (const { first, count } of output.request.ranges) for (let i = 0; i < count; i++) sequences.push(first + i);
    }
    return sequences.sort((a, b) => a - b);
  };
  const all = Array.from({ length: total }, (_, i) => i + 1);
  expect(counted(0, 'receipt')).toEqual(all);
  expect(counted(1, 'receipt')).toEqual(all);
  expect(counted(2, 'receipt')).toEqual(all);
  expect(counted(3, 'receiptWanted')).toEqual(all);
});
