import { unitePages } from '@energymesh/protocol';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { migrationsFolder, startsMsMax } from '../../hub.fixture.ts';
import type { Row } from '../../ingest/row.ts';
import { type Database, type OpenDatabase, openDatabase, type Session } from '../database.ts';
import { telemetry } from '../schema.ts';
import { writeGathered } from '../writes.ts';
import { arrivedOf, dropArrivals, sumUpArrivals } from './arrivals.ts';
import { undecidedOf } from './homes.ts';
import { heardOf } from './hours.ts';
import { writeInbox } from './inbox.ts';
import { rewardArrivals, rewardHeard, rewardHomes, rewardInbox, rewardNotes, rewardQuotas, rewardUndecided } from './schema.ts';

let database: OpenDatabase;
beforeAll(async () => {
  database = await openDatabase({ folder: undefined, migrationsFolder });
}, startsMsMax);
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(async () => {
  for (const table of [telemetry, rewardArrivals, rewardQuotas, rewardHeard, rewardNotes, rewardInbox, rewardUndecided, rewardHomes])
    await database.db.delete(table);
});

const node = 'aaaaaaaaaaaaaaaa';
const page = `${node}.1.1`;
const hour = 3_600_000;
const message = (sequence: number, more: Partial<Extract<Row, { table: 'telemetry' }>> = {}): Row => ({
  ...{ table: 'telemetry', entryId: `${page}.${sequence}`, node, receivedAt: 10 * hour + 90_000, ageMs: 5, payload: Buffer.from('x') },
  ...{ device: 'meter-1', kind: 'telemetry', fingerprint: null, dup: false, late: false, via: null },
  ...more,
});
const write = (rows: readonly Row[]) => database.db.transaction((session) => writeGathered(session, { rows, changes: [], enrolled: ['meter-1', 'meter-2'] }));
const sumUp = (deviceQuota = 1000, over = 10, now = 10 * hour + 120_000) => sumUpArrivals(database.db, { epochSeconds: 3600, deviceQuota, now, over });
const arrived = async (options: Partial<Parameters<typeof arrivedOf>[2]> = {}) => {
  const of = { from: 0, ...options };
  const { counts, quota, unknown } = await arrivedOf(database.db, [page], of);
  const undecided = await undecidedOf(database.db, [page], { ...of, deviceQuota: 1000 });
  return [unitePages(counts, undecided.counts), quota, unknown].map((pages) => pages.get(page) ?? []);
};
const range = (first: number, count: number, more: Parameters<typeof message>[1] = {}) => Array.from({ length: count }, (_, i) => message(first + i, more));

test('what arrived is kept as spans, each entry once, however often it is looked at', async () => {
  await write([...range(1, 5), ...range(8, 3)]);
  expect(await sumUp()).toBe(false);
  expect(await sumUp()).toBe(false);
  await write([...range(4, 4), message(20, { entryId: null })]);
  await sumUp();
  expect(await arrived()).toEqual([[1, 11], [], []]);
});

test('beyond a device’s quota, and of a device that nobody enrolled, it is kept apart', async () => {
  await write([...range(1, 3), ...range(10, 3, { device: 'meter-2' }), ...range(20, 2, { device: 'stranger' })]);
  await sumUp(2);
  await write([...range(4, 1), ...range(13, 1, { device: 'meter-2' })]);
  await sumUp(2);
  expect(await arrived()).toEqual([
    [1, 3, 10, 12],
    [3, 5, 12, 14],
    [20, 22],
  ]);
  // A new hour, a new quota.
  await write(range(30, 2, { receivedAt: 11 * hour }));
  await sumUp(2);
  expect((await arrived({ from: 11 }))[0]).toEqual([30, 32]);
});

test('by the gateway that brought it, where that is known', async () => {
  await write([...range(1, 2, { via: 'b' }), ...range(3, 2, { via: 'c' }), ...range(5, 2)]);
  await sumUp();
  expect((await arrived({ via: 'b' }))[0]).toEqual([1, 3, 5, 7]);
  expect((await arrived())[0]).toEqual([1, 7]);
});

test('a crash loses nothing and counts nothing twice, whatever part it was in', async () => {
  await write(range(1, 1500));
  const killed = {
    transaction: (work: (session: Session) => Promise<unknown>) =>
      database.db.transaction(async (session) => {
        await work(session);
        throw new Error('killed');
      }),
  } as unknown as Database;
  const crash = () => expect(sumUpArrivals(killed, { epochSeconds: 3600, deviceQuota: 1000, now: 10 * hour + 120_000, over: 10 })).rejects.toThrow('killed');
  await crash();
  expect(await arrived()).toEqual([[], [], []]);
  expect(await sumUp()).toBe(true);
  await crash();
  expect(await sumUp()).toBe(false);
  expect(await arrived()).toEqual([[1, 1001], [1001, 1501], []]);
});

test('the hub hears in which sixtieths of an hour something came from a node', async () => {
  await write([message(1), message(2, { receivedAt: 10 * hour + 59 * 60_000 })]);
  await sumUp();
  expect(await heardOf(database.db, { node, epoch: 10 })).toEqual([{ by: 'hub', minutes: (1n << 1n) | (1n << 59n), rttUs: null, samples: 0 }]);
});

test('a hub that begins with rewards leaves old messages alone', async () => {
  await write([...range(1, 5, { receivedAt: hour }), ...range(10, 5)]);
  await sumUp();
  expect((await arrived())[0]).toEqual([10, 15]);
});

test('what is too old is forgotten', async () => {
  await write([...range(1, 2), ...range(5, 2, { receivedAt: 12 * hour })]);
  await sumUp();
  await dropArrivals(database.db, 11);
  expect((await arrived())[0]).toEqual([5, 7]);
});

test('the inbox has room for so many of a node, and drops what is beyond', async () => {
  const said = (i: number) => ({ table: 'rewards', subject: node, node, entryId: `${node}.1.2.${i}`, receivedAt: 1, payload: Buffer.from('{}') }) as const;
  expect(
    await writeInbox(
      database.db,
      Array.from({ length: 4001 }, (_, i) => said(i)),
    ),
  ).toBe(1);
  expect(await writeInbox(database.db, [said(9999), { ...said(1), subject: 'b' }])).toBe(1);
});
