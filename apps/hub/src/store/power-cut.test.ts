import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrationsFolder } from '../hub.fixture.ts';
import { checkpointIfDue, openDatabase } from './database.ts';
import { ForgetfulDisk } from './power-cut.fixture.ts';
import { figures } from './schema.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'hub-power-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Makes the database once; then runs it on a disk that forgets, and opens what is left at each cut. */
test('whatever was committed is there after a power cut: before, during and after checkpoints', async () => {
  const folder = join(root, 'db');
  await (await openDatabase({ folder, migrationsFolder }))[Symbol.asyncDispose]();
  const disk = new ForgetfulDisk(folder, join(root, 'kept'));
  let cutAfter: { count: number; target: string } | undefined;
  const running = await openDatabase({
    folder,
    migrationsFolder,
    synced: (path) => {
      disk.synced(path);
      if (cutAfter && --cutAfter.count === 0) disk.leave(cutAfter.target);
    },
  });
  const commit = async (name: string) => {
    await running.db.transaction(async (session) => {
      await session.insert(figures).values({ name, value: 1 });
      await session.execute(sql`insert into events (at, kind, detail) select 1, ${name}, repeat('x', 500) from generate_series(1, 200)`);
    });
  };
  await commit('first');
  await commit('second');
  disk.leave(join(root, 'cut-before'));
  cutAfter = { count: 3, target: join(root, 'cut-during') };
  expect(await checkpointIfDue(running.db, 0)).toBe(true);
  await commit('third');
  disk.leave(join(root, 'cut-after'));
  await running[Symbol.asyncDispose]();

  for (const [cut, names] of [
    ['cut-before', ['first', 'second']],
    ['cut-during', ['first', 'second']],
    ['cut-after', ['first', 'second', 'third']],
  ] as const) {
    await using left = await openDatabase({ folder: join(root, cut), migrationsFolder });
    const found = await left.db.select().from(figures);
    expect([cut, found.map(({ name }) => name).sort()]).toEqual([cut, [...names].sort()]);
    const { rows } = await left.db.execute<{ count: string }>(sql`select count(*) from events`);
    expect(Number(rows[0]!.count)).toBe(names.length * 200);
  }
}, 120_000);

test('the log is folded back when it has grown, and not before', async () => {
  await using running = await openDatabase({ folder: join(root, 'db'), migrationsFolder });
  await running.db.execute(sql`checkpoint`);
  expect(await checkpointIfDue(running.db)).toBe(false);
  await running.db.execute(sql`insert into events (at, kind, detail) select 1, 'x', repeat('y', 1000) from generate_series(1, 2000)`);
  expect(await checkpointIfDue(running.db, 1024 * 1024)).toBe(true);
  expect(await checkpointIfDue(running.db, 1024 * 1024)).toBe(false);
}, 60_000);
