import { type Incarnation, type NodeId, type Pages, pageOf, settlingEpochs, unitePages } from '@energymesh/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { migrationsFolder, startsMsMax } from '../../hub.fixture.ts';
import type { Row } from '../../ingest/row.ts';
import { type Database, type OpenDatabase, openDatabase, type Session } from '../database.ts';
import { putDevice, removeDevice } from '../members.ts';
import { devices, telemetry } from '../schema.ts';
import { writeGathered } from '../writes.ts';
import { arrivedOf, sumUpArrivals } from './arrivals.ts';
import { allHomes, disputedHomes, dropHomes, homesOf, nameHome, undecidedOf } from './homes.ts';
import { rewardArrivals, rewardHomes, rewardNotes, rewardQuotas, rewardUndecided } from './schema.ts';

let database: OpenDatabase;
beforeAll(async () => {
  database = await openDatabase({ folder: undefined, migrationsFolder });
}, startsMsMax);
afterAll(() => database[Symbol.asyncDispose]());
const next = new Map<string, number>();
beforeEach(async () => {
  next.clear();
  for (const table of [telemetry, rewardArrivals, rewardQuotas, rewardNotes, rewardUndecided, rewardHomes, devices]) await database.db.delete(table);
});

const [a, b, c] = ['a', 'b', 'c'].map((digit) => digit.repeat(16) as NodeId) as [NodeId, NodeId, NodeId];
const hour = 3_600_000;
const deviceQuota = 10;
const pageFrom = (origin: NodeId): string => pageOf({ origin, incarnation: 1 as Incarnation, class: 1 });

/** Packets of a device in an hour, in the order in which they come. */
async function bring(epoch: number, ...brought: readonly (readonly [NodeId, number, string?])[]): Promise<void> {
  const rows = brought.flatMap(([origin, count, device = 'meter-1']) =>
    Array.from({ length: count }, (_, i): Row => {
      const sequence = (next.get(origin) ?? 0) + 1;
      next.set(origin, sequence);
      return {
        ...{ table: 'telemetry', entryId: `${pageFrom(origin)}.${sequence}`, node: origin, receivedAt: epoch * hour + 1000 + i, ageMs: 5 },
        ...{ payload: Buffer.from('x'), device, kind: 'telemetry', fingerprint: null, dup: false, late: false, via: null },
      };
    }),
  );
  await database.db.transaction((session) => writeGathered(session, { rows, changes: [], enrolled: ['meter-1', 'meter-2'] }));
}
const sumUp = (over: number, db: Database = database.db) => sumUpArrivals(db, { epochSeconds: 3600, deviceQuota, now: 100 * hour, over });
const counted = async (origin: NodeId, now = true): Promise<{ counts: readonly number[]; elsewhere: readonly number[]; quota: readonly number[] }> => {
  const page = pageFrom(origin);
  const of = (pages: Pages): readonly number[] => pages.get(page) ?? [];
  const arrived = await arrivedOf(database.db, [page], { from: 0 });
  const undecided = await undecidedOf(database.db, [page], { from: 0, deviceQuota });
  const counts = now ? unitePages(arrived.counts, undecided.counts) : arrived.counts;
  return { counts: of(counts), elsewhere: of(unitePages(arrived.elsewhere, undecided.waits)), quota: of(arrived.quota) };
};
const home = async (device = 'meter-1') => (await homesOf(database.db, [device])).get(device)?.home;

/** A day at one node. */
async function settle(): Promise<number> {
  for (let epoch = 100; epoch < 100 + settlingEpochs; epoch++) await bring(epoch, [a, 4]);
  await sumUp(100 + settlingEpochs);
  return 100 + settlingEpochs;
}

describe('what comes from devices', () => {
  test('counts before its hour is over, and after it, where nobody else speaks for the device', async () => {
    await bring(100, [a, 3]);
    await sumUp(100);
    expect(await counted(a)).toMatchObject({ counts: [1, 4], elsewhere: [] });
    expect(await counted(a, false)).toMatchObject({ counts: [] });
    await sumUp(101);
    expect(await counted(a, false)).toMatchObject({ counts: [1, 4] });
    expect(await home()).toEqual({ node: a, hours: [3] });
    expect(await database.db.select().from(rewardUndecided)).toEqual([]);
  });

  test('counts for nobody while two speak for a new device, and people are shown that', async () => {
    await bring(100, [a, 3], [b, 9]);
    await sumUp(100);
    expect([await counted(a), await counted(b)]).toMatchObject([
      { counts: [], elsewhere: [1, 4] },
      { counts: [], elsewhere: [1, 10] },
    ]);
    await sumUp(101);
    expect([await counted(a), await counted(b)]).toMatchObject([
      { counts: [], elsewhere: [1, 4] },
      { counts: [], elsewhere: [1, 10] },
    ]);
    expect(await disputedHomes(database.db, 100, 10)).toEqual([{ device: 'meter-1', home: undefined, epoch: 100, disputed: 100, disputedBy: [a, b] }]);
    await nameHome(database.db, 'meter-1', a, 101);
    await bring(101, [b, 9], [a, 3]);
    await sumUp(101);
    expect([await counted(a), await counted(b)]).toMatchObject([{ counts: [4, 7] }, { counts: [] }]);
  });

  test('counts at home whatever others say, and they take nothing of the quota', async () => {
    const epoch = await settle();
    await bring(epoch, [b, 10], [c, 500], [a, 12]);
    await sumUp(epoch);
    const before = { counts: [1, 4 * settlingEpochs + 11], quota: [4 * settlingEpochs + 11, 4 * settlingEpochs + 13] };
    expect(await counted(a, false)).toMatchObject(before);
    await sumUp(epoch + 1);
    expect(await counted(a, false)).toMatchObject(before);
    expect([await counted(b), await counted(c)]).toMatchObject([
      { counts: [], elsewhere: [1, 11] },
      { counts: [], elsewhere: [1, 11], quota: [11, 501] },
    ]);
    expect(await home()).toMatchObject({ node: a });
  });

  test('counts elsewhere at the usual rate, once the hour is over and its home was silent', async () => {
    const epoch = await settle();
    await bring(epoch, [b, 9], [a, 5, 'meter-2']);
    await sumUp(epoch);
    expect(await counted(b)).toMatchObject({ counts: [], elsewhere: [1, 10] });
    await sumUp(epoch + 1);
    expect(await counted(b)).toMatchObject({ counts: [1, 5], elsewhere: [5, 10] });
    expect(await home()).toMatchObject({ node: a, guest: { node: b, epochs: 1 } });
    expect(await home('meter-2')).toEqual({ node: a, hours: [5] });
  });
});

test('what is written too late for its hour is of the next one', async () => {
  await bring(100, [a, 3]);
  await sumUp(101);
  await bring(100, [a, 2]);
  await sumUp(101);
  expect(await counted(a)).toMatchObject({ counts: [1, 6] });
  await sumUp(102);
  expect(await home()).toMatchObject({ hours: [3, 2] });
});

test('hours in which the hub was away are decided one after the other, and those without anything change nothing', async () => {
  await bring(100, [a, 3]);
  await bring(101, [a, 3], [b, 3]);
  await bring(160, [b, 3]);
  await sumUp(500);
  expect(await home()).toEqual({ node: b, hours: [3] });
  expect(await allHomes(database.db, 10)).toMatchObject([{ device: 'meter-1', epoch: 160, disputed: 101 }]);
});

test('a hub that is killed while it decides decides the same, once', async () => {
  await bring(100, [a, 3]);
  let transactions = 0;
  const killed = {
    transaction: (work: (session: Session) => Promise<unknown>) =>
      database.db.transaction(async (session) => {
        const result = await work(session);
        if (++transactions === 2) throw new Error('killed');
        return result;
      }),
  } as unknown as Database;
  await expect(sumUp(101, killed)).rejects.toThrow('killed');
  expect(await home()).toBeUndefined();
  await sumUp(101);
  await sumUp(101);
  expect(await home()).toEqual({ node: a, hours: [3] });
  expect(await counted(a, false)).toMatchObject({ counts: [1, 4] });
});

test('a clock that was a year ahead holds nothing up', async () => {
  await sumUp(9000);
  await bring(100, [a, 3]);
  await sumUp(100);
  await sumUp(101);
  expect(await home()).toEqual({ node: a, hours: [3] });
});

test('where a device belonged is forgotten with the device', async () => {
  await bring(100, [a, 3], [a, 3, 'meter-2']);
  await sumUp(101);
  await putDevice(database.db, { id: 'meter-1', role: 'meter', salt: 'AA', verifier: 'AA' }, 1, undefined);
  await dropHomes(database.db, 100);
  expect(await allHomes(database.db, 10)).toHaveLength(2);
  await dropHomes(database.db, 200);
  expect(await allHomes(database.db, 10)).toMatchObject([{ device: 'meter-1' }]);
  await removeDevice(database.db, 'meter-1');
  expect(await allHomes(database.db, 10)).toEqual([]);
});
