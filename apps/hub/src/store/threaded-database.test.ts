import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrationsFolder, startsMsMax } from '../hub.fixture.ts';
import type { Row } from '../ingest/row.ts';
import { addEvent, allFigures, newestEvents } from './members.ts';
import { telemetryPage } from './messages.ts';
import { ThreadedDatabase } from './threaded-database.ts';

let root: string;
let database: ThreadedDatabase;
const death = Promise.withResolvers<Error>();
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'hub-thread-'));
  database = await ThreadedDatabase.open({ folder: join(root, 'db'), migrationsFolder }, death.resolve);
}, startsMsMax);
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

const row = (sequence: number): Row => ({
  ...{ table: 'telemetry', entryId: `aaaaaaaaaaaaaaaa.1.1.${sequence}`, node: null, receivedAt: 1000, ageMs: 5, payload: Buffer.from([0, 39, 255]) },
  ...{ device: "o'meter", kind: 'telemetry', fingerprint: null, dup: false, late: false, via: null },
});
const event = (kind: string) => ({ at: 1, kind, detail: '' });
const kinds = async () => (await newestEvents(database.db, 10)).map((one) => one.kind);

test('groups of writes, statements and transactions go to the thread and back', async () => {
  await database.write({ rows: [row(1), row(2), row(2)], changes: [], enrolled: ["o'meter"] });
  const kept = await telemetryPage(database.db, { since: 0, limit: 10 });
  expect(kept.map(({ entryId, device, enrolled, payload }) => [entryId?.at(-1), device, enrolled, [...payload]])).toEqual([
    ['1', "o'meter", true, [0, 39, 255]],
    ['2', "o'meter", true, [0, 39, 255]],
  ]);
  expect((await allFigures(database.db)).get('duplicates')).toBe(1);
  expect(await database.db.transaction(async (session) => addEvent(session, event('committed')))).toBe(undefined);
  expect(await kinds()).toEqual(['committed']);
});

test('a transaction has the engine to itself, and one that throws leaves nothing', async () => {
  const [begun, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const first = database.db.transaction(async (session) => {
    await addEvent(session, event('first'));
    begun.resolve();
    await go.promise;
    await addEvent(session, event('first again'));
  });
  await begun.promise;
  const second = database.db.transaction((session) => addEvent(session, event('second')));
  const write = database.write({ rows: [row(3)], changes: [], enrolled: [] });
  go.resolve();
  await Promise.all([first, second, write]);
  const failing = database.db.transaction(async (session) => {
    await addEvent(session, event('never'));
    throw new Error('changed my mind');
  });
  await expect(failing).rejects.toThrow('changed my mind');
  await expect(database.db.execute(sql`select 1 / 0`)).rejects.toThrow();
  expect(await kinds()).toEqual(['second', 'first again', 'first', 'committed']);
});

test('when the engine panics the thread ends and says so, and what waits is refused', async () => {
  const log = join(root, 'db', 'pg_wal');
  await rename(log, `${log}.gone`);
  const outcomes = await Promise.allSettled([
    database.db.execute(sql`select pg_switch_wal()`),
    database.db.execute(sql`insert into events (at, kind, detail) select 1, 'lost', repeat('x', 1000) from generate_series(1, 20000)`),
    database.db.execute(sql`select 1`),
  ]);
  expect(outcomes.at(-1)!.status).toBe('rejected');
  expect((await death.promise).message).toContain('PANIC');
  await expect(database.write({ rows: [row(4)], changes: [], enrolled: [] })).rejects.toThrow('PANIC');
});
