import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { migrationsFolder, startsMsMax } from '../hub.fixture.ts';
import type { Row } from '../ingest/row.ts';
import { type OpenDatabase, openDatabase } from './database.ts';
import { addEvent, allDeviceFigures, allFigures, newestEvents } from './members.ts';
import { dropOld, telemetryPage, writeBatch } from './messages.ts';
import { deviceFigures, events, expired, figures, reports, telemetry } from './schema.ts';

let database: OpenDatabase;
beforeAll(async () => {
  database = await openDatabase({ folder: undefined, migrationsFolder });
}, startsMsMax);
afterAll(() => database[Symbol.asyncDispose]());
beforeEach(async () => {
  for (const table of [telemetry, reports, expired, figures, deviceFigures, events]) await database.db.delete(table);
});

const day = 86_400_000;
const node = 'aaaaaaaaaaaaaaaa';
const row = (sequence: number | null, more: Partial<Extract<Row, { table: 'telemetry' }>> = {}): Row => ({
  table: 'telemetry',
  entryId: sequence === null ? null : `${node}.1.1.${sequence}`,
  node,
  receivedAt: 1000,
  ageMs: 5,
  payload: Buffer.from([0, 1, 255]),
  device: 'meter-1',
  kind: 'telemetry',
  fingerprint: null,
  dup: false,
  via: null,
  late: false,
  ...more,
});
const write = (rows: readonly Row[]) => database.db.transaction((session) => writeBatch(session, rows, (device) => device.startsWith('meter')));
const figure = async (name: string) => (await allFigures(database.db)).get(name) ?? 0;

test('duplicates within a batch and across batches are counted, not kept; messages without an id are kept as they come', async () => {
  await write([row(1), row(1), row(2), row(null), row(null)]);
  await write([row(2), row(3)]);
  expect([await figure('received'), await figure('duplicates'), await figure('without-id')]).toEqual([7, 2, 2]);
  const kept = await telemetryPage(database.db, { since: 0, limit: 100 });
  expect(kept.map((entry) => entry.entryId)).toEqual([`${node}.1.1.1`, `${node}.1.1.2`, null, null, `${node}.1.1.3`]);
  expect(Buffer.from(kept[0]!.payload)).toEqual(Buffer.from([0, 1, 255]));
});

test('devices that are not enrolled are kept, marked, and share one figure', async () => {
  await write([row(1), row(2, { device: 'invented-1' }), row(3, { device: 'invented-2' })]);
  expect(await allDeviceFigures(database.db)).toMatchObject([
    { device: '?', received: 2, uniqueCount: 2 },
    { device: 'meter-1', received: 1, uniqueCount: 1 },
  ]);
  expect((await telemetryPage(database.db, { since: 0, limit: 100 })).map((entry) => entry.enrolled)).toEqual([true, false, false]);
});

test('a message sent again with DUP is dropped for an equal one of the last 24 h, and for nothing else', async () => {
  const print = { fingerprint: 'abcdef01' };
  await write([row(1, print)]);
  await write([row(2, { ...print, dup: true }), row(3, print), row(4, { fingerprint: 'abcdef02', dup: true })]);
  expect((await telemetryPage(database.db, { since: 0, limit: 100 })).map((entry) => entry.entryId?.at(-1))).toEqual(['1', '3', '4']);
  expect([await figure('resent'), await figure('duplicates')]).toEqual([1, 1]);
  await write([row(5, { ...print, dup: true, receivedAt: 1000 + day + 1 })]);
  expect(await figure('resent')).toBe(1);
});

test('a batch that fails leaves nothing, not even figures', async () => {
  const broken = { ...row(2), device: 'meter-\u0000' } as Row;
  await expect(write([row(1), broken])).rejects.toThrow();
  expect(await telemetryPage(database.db, { since: 0, limit: 100 })).toEqual([]);
  expect(await figure('received')).toBe(0);
});

test('old messages go, and telemetry beyond its bound', async () => {
  await write([
    row(1, { receivedAt: 0 }),
    row(2, { receivedAt: 40 * day }),
    { table: 'reports', subject: node, entryId: `${node}.1.2.1`, node, receivedAt: 0, ageMs: 0, payload: Buffer.from('{}') },
  ]);
  expect(await dropOld(database.db, { days: 30, rowsMax: 1000 }, 40 * day)).toBe(2);
  const many = Array.from({ length: 30 }, (_, i) => row(100 + i, { receivedAt: 40 * day }));
  await write(many);
  await dropOld(database.db, { days: 30, rowsMax: 10 }, 40 * day);
  expect((await telemetryPage(database.db, { since: 0, limit: 100 })).length).toBe(10);
  expect(await figure('received')).toBe(32);
});

test('events keep the newest', async () => {
  for (const kind of ['a', 'b']) await addEvent(database.db, { at: 1, kind, detail: '' });
  expect((await newestEvents(database.db, 10)).map((event) => event.kind)).toEqual(['b', 'a']);
});
