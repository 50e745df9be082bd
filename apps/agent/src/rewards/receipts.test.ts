import {
  type EntryRange,
  leafKeyOf,
  type NeighbourView,
  type NodeId,
  type Opening,
  openingFault,
  packetsIn,
  proofMessage,
  revealFault,
  sampleIndexes,
  type VouchRequest,
} from '@energymesh/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VirtualClock } from '../clock.fixture.ts';
import { Key, plainVerify } from '../key.fixture.ts';
import type { ReceiptRow, SightingRow } from '../reward-book.ts';
import { range } from '../reward-world.fixture.ts';
import { carriedOf, openingsOf, proofOf, treeOf } from './closing.ts';
import { strict } from './hub.fixture.ts';
import { ReceiptJournal } from './journal.ts';
import { partsOfEpoch, Sightings } from './sightings.ts';
import { domainOf, sha256 } from './terms.ts';
import { receiptBytes, Vouching } from './vouching.ts';

const node = new Key('node');
const neighbour = new Key('neighbour');
const hub = new Key('hub');
const terms = { network: 'a network', contract: `C${'A'.repeat(55)}`, hubKey: hub.hex, epochSeconds: 3600, rpc: [] };
const keys = { publicKey: (id: NodeId) => (id === neighbour.id ? neighbour.raw : undefined) };
const request = (seq: number, ranges: readonly EntryRange[] = [range(seq * 1000, 10)], epoch = 100): VouchRequest => ({ epoch, seq, ranges });
const signed = (of: VouchRequest, by = neighbour, relay = node) => by.sign(receiptBytes(domainOf(terms), { relay: relay.raw, next: by.raw, request: of }));

function journal(over: { rowsMax?: number; fails?: () => boolean; lastProved?: number } = {}) {
  const clock = new VirtualClock();
  const rows: ReceiptRow[] = [];
  const errors: unknown[] = [];
  const book = {
    addReceipts: (more: readonly ReceiptRow[]) => {
      if (over.fails?.()) throw new Error('the disk is full');
      rows.push(...more);
    },
    receiptCount: () => rows.length,
    packetsOf: (epoch: number) => rows.filter((row) => row.epoch === epoch).reduce((sum, row) => sum + row.packets, 0),
    lastProved: () => over.lastProved,
  };
  const { rowsMax } = over;
  const of = new ReceiptJournal({
    terms,
    ownKey: node.raw,
    keys,
    verify: strict,
    book,
    clock,
    onStoreError: (error) => errors.push(error),
    ...(rowsMax !== undefined && { rowsMax }),
  });
  const take = (what: VouchRequest, signature = signed(what)): boolean => of.take({ next: neighbour.id as NodeId, request: what, signature });
  return { of, clock, rows, errors, take };
}

describe('a node dates and signs receipts', () => {
  const of = (now: number, trusted = true, paid = true) =>
    new Vouching({
      terms: () => (paid ? terms : undefined),
      reading: () => ({ now, trusted }),
      ownKey: neighbour.raw,
      keys: { publicKey: (id) => (id === node.id ? node.raw : undefined) },
      sign: neighbour.sign,
    });
  const at = 100 * 3_600_000 + 5000;

  test('by its own clock, which it has to trust, and only where somebody pays', () => {
    expect(of(at).epoch()).toEqual({ epoch: 100, second: 5 });
    expect(of(at, false).epoch()).toBeUndefined();
    expect(of(at, true, false).epoch()).toBeUndefined();
    expect(of(at, false).vouch(node.id as NodeId, request(1))).toBeUndefined();
  });

  test('for its epoch and those next to it, for nodes whose key it knows', () => {
    for (const [epoch, is] of [
      [98, false],
      [99, true],
      [100, true],
      [101, true],
      [102, false],
    ] as const) {
      const signature = of(at).vouch(node.id as NodeId, request(1, undefined, epoch));
      expect(signature !== undefined, String(epoch)).toBe(is);
    }
    expect(of(at).vouch('0000000000000001' as NodeId, request(1))).toBeUndefined();
    expect(
      plainVerify(
        neighbour.raw,
        receiptBytes(domainOf(terms), { relay: node.raw, next: neighbour.raw, request: request(1) }),
        of(at).vouch(node.id as NodeId, request(1))!,
      ),
    ).toBe(true);
  });

  test('for one contract on one network', () => {
    expect(domainOf(terms).contractId).toEqual(new Uint8Array(32));
  });
});

describe('the journal', () => {
  test('keeps what next hops and the hub signed, and writes it within a second', () => {
    const { of, clock, rows, take } = journal();
    expect(take(request(1))).toBe(true);
    expect(of.takeHubs(request(2), signed(request(2), hub))).toBe(true);
    expect(of.packetsOf(100)).toBe(20);
    expect(rows).toEqual([]);
    clock.advance(1000);
    expect(rows.map(({ next, seq, packets }) => ({ next, seq, packets }))).toEqual([
      { next: neighbour.hex, seq: 1, packets: 10 },
      { next: hub.hex, seq: 2, packets: 10 },
    ]);
    expect(of.packetsOf(100)).toBe(20);
    of[Symbol.dispose]();
    expect(clock.pending).toBe(0);
  });

  test('takes nothing that the contract would not: forged, for another, by one of small order, or by nobody it knows', () => {
    const { of, rows, take } = journal();
    expect(take(request(1), signed(request(2)))).toBe(false);
    expect(take(request(1), signed(request(1), hub))).toBe(false);
    expect(take(request(1), signed(request(1), neighbour, hub))).toBe(false);
    // R of small order: OpenSSL takes some of these, the ledger none.
    expect(take(request(1), new Uint8Array(64))).toBe(false);
    expect(of.take({ next: '0000000000000001' as NodeId, request: request(1), signature: signed(request(1)) })).toBe(false);
    of.flush();
    expect(rows).toEqual([]);
    expect(of.counters).toMatchObject({ forged: 5, kept: 0 });
  });

  test('takes nothing for an epoch whose proof is made, also after a restart', () => {
    const { of, take } = journal();
    of.close(100);
    expect(take(request(1))).toBe(false);
    expect(take(request(1, undefined, 101))).toBe(true);
    const again = journal({ lastProved: 100 });
    expect(again.take(request(1))).toBe(false);
    expect(again.of.counters).toMatchObject({ late: 1 });
  });

  test('holds on to what the disk refuses, within a bound, and writes it later', () => {
    let full = true;
    const { of, clock, rows, errors, take } = journal({ fails: () => full });
    for (let seq = 1; seq <= 1030; seq++) take(request(seq));
    expect(of.counters).toMatchObject({ kept: 1024, full: 6 });
    expect(of.flush()).toBe(false);
    expect(errors.length).toBeGreaterThan(0);
    full = false;
    clock.advance(2000);
    expect(rows).toHaveLength(1024);
  });

  test('is bounded, and has room again when hours are settled', () => {
    const { of, rows, take } = journal({ rowsMax: 2 });
    expect([1, 2, 3].map((seq) => take(request(seq)))).toEqual([true, true, false]);
    of.flush();
    rows.length = 0;
    of.forgot();
    expect(take(request(4))).toBe(true);
  });
});

const anyRows = fc
  .array(
    fc.record({
      by: fc.constantFrom(neighbour, hub),
      seq: fc.integer({ min: 1, max: 1000 }),
      first: fc.integer({ min: 1, max: 500 }),
      count: fc.integer({ min: 1, max: 60 }),
    }),
    { maxLength: 40 },
  )
  .map((all) => [...new Map(all.map((one) => [`${one.by.hex}${one.seq}`, one])).values()])
  .map((all) =>
    all.map(({ by, seq, first, count }): ReceiptRow => {
      const of = request(seq, [range(first, count)]);
      return { epoch: 100, next: by.hex, seq, packets: count, ranges: Buffer.from(encode(of.ranges)), signature: Buffer.from(signed(of, by)) };
    }),
  );
const encode = (ranges: readonly EntryRange[]): Uint8Array => {
  const bytes = Buffer.alloc(2 + ranges.length * 21);
  bytes.writeUInt16BE(ranges.length);
  for (const [i, { origin, incarnation, class: cls, first, count }] of ranges.entries()) {
    const at = 2 + i * 21;
    bytes.write(origin, at, 'hex');
    bytes.writeUInt32BE(incarnation, at + 8);
    bytes.writeUInt8(cls, at + 12);
    bytes.writeUIntBE(first, at + 13, 6);
    bytes.writeUInt16BE(count, at + 19);
  }
  return bytes;
};

const inPages = (rows: readonly ReceiptRow[], size: number): ReceiptRow[][] =>
  Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => rows.slice(i * size, (i + 1) * size));

describe("an epoch's tree, proof and openings", () => {
  test('are made page by page: everything else has its turn in between, and they are read when they are needed', async () => {
    const rows = fc.sample(
      anyRows.filter((all) => all.length > 2),
      1,
    )[0]!;
    const steps: string[] = [];
    function* pages() {
      for (const row of rows) {
        steps.push('page');
        yield [row];
      }
    }
    const breathe = async () => void steps.push('breath');
    await treeOf(pages(), breathe);
    const between = rows.slice(1).flatMap(() => ['page', 'breath']);
    expect(steps).toEqual(['page', ...between]);
    steps.splice(0);
    await carriedOf(pages(), breathe);
    expect(steps.slice(0, 1 + between.length)).toEqual(['page', ...between]);
  });

  test('show every packet of it, by receipts that the contract takes', async () => {
    await fc.assert(
      fc.asyncProperty(anyRows, fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.integer({ min: 1, max: 9 }), async (rows, seed, size) => {
        const built = await treeOf([rows]);
        expect(built.tree.packets).toBe(rows.reduce((sum, { packets }) => sum + packets, 0));
        expect((await treeOf(inPages(rows, size))).tree.root).toEqual(built.tree.root);
        const proof = proofOf(terms, node.raw, 100, built.tree, node.sign);
        expect(proof.timestamp).toBe(360_000);
        expect(plainVerify(node.raw, proofMessage(domainOf(terms), proof), proof.signature)).toBe(true);
        if (rows.length === 0) return;
        const indexes = sampleIndexes(sha256, seed, 4, proof.packetCount);
        const of = { domain: domainOf(terms), relay: node.raw, epoch: 100, merkleRoot: proof.merkleRoot, packetCount: proof.packetCount, mayVouch: () => true };
        for (const [i, opening] of openingsOf(built, indexes).entries())
          expect(revealFault({ sha256, verify: strict }, of, opening, indexes[i]!)).toBeUndefined();
      }),
      { numRuns: 30 },
    );
  });

  test('leave a damaged row out instead of failing', async () => {
    const rows = fc.sample(
      anyRows.filter((all) => all.length > 2),
      1,
    )[0]!;
    const damaged = [{ ...rows[0]!, ranges: Buffer.from('00', 'hex') }, ...rows.slice(1)];
    expect((await treeOf([damaged])).leaves).toHaveLength(rows.length - 1);
  });

  test('tell the hub per next hop what it signed for; what two receipts cover counts once', async () => {
    await fc.assert(
      fc.asyncProperty(anyRows, fc.integer({ min: 1, max: 9 }), async (rows, size) => {
        const carried = await carriedOf(inPages(rows, size));
        expect(carried).toEqual(await carriedOf([rows]));
        expect(carried.map(({ next }) => next)).toEqual([...new Set(rows.map(({ next }) => next))]);
        for (const { next, ranges } of carried) {
          const entries = new Set(
            rows.filter((row) => row.next === next).flatMap((row) => Array.from({ length: row.packets }, (_, i) => row.ranges.readUIntBE(15, 6) + i)),
          );
          expect(packetsIn(ranges)).toBe(entries.size);
        }
      }),
    );
  });

  test("do not stand in one another's place", async () => {
    const rows = fc.sample(
      anyRows.filter((all) => all.length > 3),
      1,
    )[0]!;
    const built = await treeOf([rows]);
    const [opening] = openingsOf(built, [0]) as [Opening];
    expect(openingFault(sha256, opening, { merkleRoot: built.tree.root, packetCount: built.tree.packets }, 0)).toBeUndefined();
    expect(openingFault(sha256, opening, { merkleRoot: built.tree.root, packetCount: built.tree.packets }, built.tree.packets - 1)).toBe('index');
    expect(leafKeyOf(sha256, opening.leaf)).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe('sightings', () => {
  function watching(epochSeconds = 3600) {
    const clock = new VirtualClock(Date.UTC(2026, 10, 22, 12));
    const saved = new Map<string, SightingRow>();
    let trusted = true;
    let neighbours: Partial<NeighbourView>[] = [];
    const open = () =>
      new Sightings({
        clock,
        epochSeconds,
        epoch: () => {
          const seconds = Math.floor(clock.wall() / 1000);
          return trusted ? { epoch: Math.floor(seconds / epochSeconds), second: seconds % epochSeconds } : undefined;
        },
        neighbours: () => neighbours as NeighbourView[],
        book: {
          saveSightings: (rows) => rows.forEach((row) => void saved.set(`${row.epoch}/${row.node}`, row)),
          sightingsOf: (epoch) => [...saved.values()].filter((row) => row.epoch === epoch),
        },
        onStoreError: () => {},
      });
    return {
      clock,
      saved,
      open,
      hear: (...of: [string, number][]) => (neighbours = of.map(([id, rttMs]) => ({ node: id as NodeId, rttMs, lastHeard: clock.monotonic() as never }))),
      doubt: () => (trusted = false),
    };
  }
  const bits = (row: SightingRow | undefined): number => [...BigInt(`0x${row?.minutes ?? '0'}`).toString(2)].filter((bit) => bit === '1').length;

  test('note each minute in which a neighbour was heard, and its round trips', () => {
    const { clock, saved, open, hear } = watching();
    using _ = open();
    const epoch = Math.floor(clock.wall() / 3_600_000);
    for (let minute = 0; minute < 60; minute++) {
      // Heard all the time, and in the first half of the hour.
      for (let s = 0; s < 60; s += 10) {
        hear(['00000000000000aa', 20], ...(minute < 30 ? [['00000000000000bb', 0] as [string, number]] : []));
        clock.advance(10_000);
      }
    }
    expect(bits(saved.get(`${epoch}/00000000000000aa`))).toBe(partsOfEpoch);
    expect(bits(saved.get(`${epoch}/00000000000000bb`))).toBe(30);
    expect(saved.get(`${epoch}/00000000000000aa`)).toMatchObject({ samples: 60, rttUsSum: 60 * 20_000 });
    expect(saved.get(`${epoch}/00000000000000bb`)).toMatchObject({ samples: 0, rttUsSum: 0 });
  });

  test('go on after a restart within the hour, and begin anew with the next', () => {
    const { clock, saved, open, hear } = watching();
    const epoch = Math.floor(clock.wall() / 3_600_000);
    const minutes = (count: number) => {
      for (let i = 0; i < count; i++) {
        hear(['00000000000000aa', 20]);
        clock.advance(60_000);
      }
    };
    {
      using _ = open();
      minutes(20);
    }
    {
      using _ = open();
      minutes(50);
    }
    expect(bits(saved.get(`${epoch}/00000000000000aa`))).toBe(60);
    expect(bits(saved.get(`${epoch + 1}/00000000000000aa`))).toBe(10);
  });

  test("also in epochs that are shorter than a heartbeat's sixty", () => {
    const { clock, saved, open, hear } = watching(10);
    using _ = open();
    const epoch = Math.floor(clock.wall() / 10_000);
    for (let s = 0; s < 10; s++) {
      hear(['00000000000000aa', 1]);
      clock.advance(1000);
    }
    expect(bits(saved.get(`${epoch}/00000000000000aa`))).toBeGreaterThanOrEqual(59);
  });

  test('note nothing by a clock that is in doubt, and no more than 64 neighbours', () => {
    const { clock, saved, open, hear, doubt } = watching();
    using watched = open();
    hear(...Array.from({ length: 80 }, (_, i): [string, number] => [i.toString(16).padStart(16, '0'), 1]));
    watched.look();
    expect(saved.size).toBe(64);
    doubt();
    saved.clear();
    clock.advance(600_000);
    expect(saved.size).toBe(0);
  });
});
