import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import type { Batch, Row } from './journal.ts';
import { JournalWorker } from './journal-worker.ts';
import { Spool } from './spool.ts';
import { SpoolDatabase } from './spool-database.ts';
import { SpoolFile } from './spool-file.ts';
import { FakeMesh } from './testing/fake-mesh.ts';
import { VirtualClock } from './testing/virtual-clock.ts';

const megabyte = 1024 * 1024;
const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'em-spool-'));
  cleanups.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
/** Root in a container may still not be allowed to. */
function mayMount(): boolean {
  const dir = mkdtempSync(join(tmpdir(), 'em-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', dir], { stdio: 'ignore' });
    execFileSync('umount', [dir]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
const row = (n: number, body: Uint8Array = Buffer.from(`body ${n}`), over: Partial<Row> = {}): Row => ({
  table: 'up1',
  row: n,
  incarnation: 1,
  sequence: n,
  traffic: 0,
  born: n,
  lifetimeMs: 0,
  acceptedMonotonic: 1,
  acceptedWall: 2,
  wallTrusted: true,
  meta: undefined,
  body,
  ...over,
});
const batch = (over: Partial<Batch>): Batch => ({ rows: [], removals: [], notes: [], ...over });
const limits = { rowsMax: 1000, bytesMax: 1e9 };

describe('the file', () => {
  it('is whole from the start, and neither writing nor deleting makes it grow', () => {
    const file = join(folder(), 'spool.db');
    const db = SpoolDatabase.open(file, 4 * megabyte);
    cleanups.push(() => db.close());
    const size = statSync(file).size;
    const log = statSync(`${file}-wal`).size;
    expect(size).toBeGreaterThan(3.7 * megabyte);
    expect(size).toBeLessThanOrEqual(4 * megabyte);
    let n = 0;
    for (let round = 0; round < 6; round++) {
      const first = n + 1;
      for (let used = 0; used < db.opened.capacityBytes * 0.8; used += 64 * 1000)
        db.write(batch({ rows: Array.from({ length: 64 }, () => row(++n, Buffer.alloc(904))) }));
      db.write(batch({ removals: [{ table: 'up1', first, last: n }] }));
    }
    expect(statSync(file).size).toBe(size);
    expect(statSync(`${file}-wal`).size).toBe(log);
    expect(db.load('up1', 0, limits)).toEqual([]);
  });

  it('says "full" beyond its budget, takes nothing of that batch, and can be emptied then', () => {
    const db = SpoolDatabase.open(join(folder(), 'spool.db'), 2 * megabyte);
    cleanups.push(() => db.close());
    let n = 0;
    const fill = (): void => {
      for (;;) db.write(batch({ rows: Array.from({ length: 50 }, () => row(++n, Buffer.alloc(3000))) }));
    };
    expect(fill).toThrow(expect.objectContaining({ name: 'JournalError', code: 'SQLITE_FULL' }));
    const held = db.load('up1', 0, limits);
    expect(held.length % 50).toBe(0);
    db.write(batch({ removals: [{ table: 'up1', first: 1, last: 100 }] }));
    db.write(batch({ rows: [row(++n)] }));
    expect(db.load('up1', 0, limits)).toHaveLength(held.length - 100 + 1);
  });

  it('reads back what was written, in order, in slices, and says what is the oldest', () => {
    const file = join(folder(), 'spool.db');
    const first = SpoolDatabase.open(file, 2 * megabyte);
    first.write(
      batch({
        rows: [row(1), row(2, undefined, { lifetimeMs: 10 }), row(3), row(4, undefined, { table: 'down', meta: '{"x":1}' })],
        notes: [{ key: 'k', value: 'v' }],
      }),
    );
    expect(first.expired('up1', 0, 5, 10)).toEqual({ rows: [], next: undefined });
    expect(first.expired('up1', 0, 12, 2)).toEqual({ rows: [{ row: 2, traffic: 0, bytes: 6 }], next: 2 });
    first.close();
    const second = SpoolDatabase.open(file, 2 * megabyte);
    cleanups.push(() => second.close());
    expect(second.opened.rowMax).toBe(4);
    expect(second.opened.notes.get('k')).toBe('v');
    expect(second.opened.tables.up1).toMatchObject({ rows: 3, oldest: { row: 1, sequence: 1, born: 1 } });
    expect(second.load('up1', 1, { rowsMax: 1, bytesMax: 1e6 }).map((r) => r.row)).toEqual([2]);
    expect(second.load('down', 0, limits)[0]).toMatchObject({ meta: '{"x":1}', body: Buffer.from('body 4') });
  });

  it('grows with the setting and never shrinks', () => {
    const file = join(folder(), 'spool.db');
    SpoolDatabase.open(file, 2 * megabyte).close();
    const grown = SpoolDatabase.open(file, 3 * megabyte);
    const capacity = grown.opened.capacityBytes;
    grown.close();
    const again = SpoolDatabase.open(file, 2 * megabyte);
    cleanups.push(() => again.close());
    expect(capacity).toBeGreaterThan(2.2 * megabyte);
    expect(again.opened.capacityBytes).toBe(capacity);
  });

  it('takes its reserve in steps that can be given up, and goes on from there the next time', () => {
    const dir = folder();
    const file = join(dir, 'spool.db');
    const unfinished = `${file}.new`;
    const first = SpoolDatabase.opening(file, 40 * megabyte);
    for (let i = 0; i < 2; i++) expect(first.next().done).toBe(false);
    first.return(undefined as never);
    expect(existsSync(file)).toBe(false);
    const had = statSync(unfinished).size;
    expect(had).toBeGreaterThan(15 * megabyte);

    // A power cut: nobody closed what was under way.
    const second = SpoolDatabase.opening(file, 40 * megabyte);
    expect(second.next().done).toBe(false);
    expect(statSync(unfinished).size).toBeGreaterThan(had + 7 * megabyte);
    const elsewhere = join(dir, 'after-the-cut', 'spool.db');
    mkdirSync(dirname(elsewhere));
    for (const suffix of ['.new', '.new-journal']) copyFileSync(file + suffix, elsewhere + suffix);
    second.return(undefined as never);
    const third = SpoolDatabase.opening(elsewhere, 40 * megabyte);
    third.next();
    expect(statSync(`${elsewhere}.new`).size).toBeGreaterThan(had + 15 * megabyte);
    third.return(undefined as never);

    const plain = SpoolDatabase.open(join(dir, 'plain.db'), 40 * megabyte);
    const db = SpoolDatabase.open(elsewhere, 40 * megabyte);
    cleanups.push(() => {
      plain.close();
      db.close();
    });
    expect(Math.abs(db.opened.capacityBytes - plain.opened.capacityBytes)).toBeLessThan(megabyte);
    expect(readdirSync(dirname(elsewhere)).sort()).toEqual(['spool.db', 'spool.db-wal']);
    db.write(batch({ rows: [row(1)] }));
  });

  it('begins anew when what was left unfinished is not its own', () => {
    const file = join(folder(), 'spool.db');
    writeFileSync(`${file}.new`, 'half of something else'.repeat(1000));
    const db = SpoolDatabase.open(file, 2 * megabyte);
    cleanups.push(() => db.close());
    expect(db.opened).toMatchObject({ broken: undefined, rowMax: 0 });
    expect(existsSync(`${file}.new`)).toBe(false);
  });

  it('a growing that did not end is ended by the next opening', () => {
    const file = join(folder(), 'spool.db');
    SpoolDatabase.open(file, 2 * megabyte).close();
    const grows = SpoolDatabase.opening(file, 20 * megabyte);
    for (let i = 0; i < 20; i++) expect(grows.next().done).toBe(false);
    grows.return(undefined as never);
    const db = SpoolDatabase.open(file, 2 * megabyte);
    cleanups.push(() => db.close());
    expect(db.opened.capacityBytes).toBeGreaterThan(4 * megabyte);
    let n = 0;
    for (let used = 0; used < db.opened.capacityBytes * 0.9; used += 64 * 1000)
      db.write(batch({ rows: Array.from({ length: 64 }, () => row(++n, Buffer.alloc(904))) }));
  });

  it('puts a broken file aside and begins a new one', () => {
    const file = join(folder(), 'spool.db');
    writeFileSync(file, 'this is no database, and it is long enough to be looked at as one'.repeat(100));
    const db = SpoolDatabase.open(file, 2 * megabyte);
    cleanups.push(() => db.close());
    expect(db.opened.broken).toBe(`${file}.broken`);
    expect(readFileSync(`${file}.broken`, 'utf8')).toContain('no database');
    db.write(batch({ rows: [row(1)] }));
  });

  if (mayMount())
    it('on a disk that others have filled: deletes and writes within its reserve, and never dies', () => {
      const dir = folder();
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', dir]);
      cleanups.push(() => void execFileSync('umount', [dir]));
      const file = join(dir, 'spool.db');
      const db = SpoolDatabase.open(file, 4 * megabyte);
      expect(() => writeFileSync(join(dir, 'others'), Buffer.alloc(16 * megabyte))).toThrow('ENOSPC');
      let n = 0;
      for (let round = 0; round < 3; round++) {
        const first = n + 1;
        for (let i = 0; i < 40; i++) db.write(batch({ rows: Array.from({ length: 64 }, () => row(++n, Buffer.alloc(904))) }));
        db.write(batch({ removals: [{ table: 'up1', first, last: n - 10 }] }));
      }
      db.close();
      // Closing removed the log, whose space the others may take: the file still opens, and what cannot be written is "full".
      try {
        writeFileSync(join(dir, 'more'), Buffer.alloc(16 * megabyte));
      } catch {}
      const again = SpoolDatabase.open(file, 4 * megabyte);
      expect(again.load('up1', 0, limits)).toHaveLength(30);
      expect(() => again.write(batch({ rows: Array.from({ length: 64 }, () => row(++n, Buffer.alloc(904))) }))).toThrow(
        expect.objectContaining({ name: 'JournalError' }),
      );
      rmSync(join(dir, 'more'));
      again.write(batch({ rows: [row(++n)] }));
      again.close();
      const fresh = join(dir, 'second.db');
      writeFileSync(join(dir, 'again'), Buffer.alloc(2 * megabyte));
      expect(() => SpoolDatabase.open(fresh, 4 * megabyte)).toThrow(expect.objectContaining({ code: 'ENOSPC' }));
      expect(existsSync(fresh)).toBe(false);
    });
});

describe('the thread', () => {
  const open = (dir: string): JournalWorker => {
    const journal = new JournalWorker({ file: join(dir, 'spool.db'), reserveBytes: 2 * megabyte });
    cleanups.push(() => journal.close());
    return journal;
  };

  it('keeps what it said is durable, through a crash', async () => {
    const dir = folder();
    const journal = open(dir);
    await journal.open();
    await journal.write(batch({ rows: [row(1), row(2, Buffer.alloc(5000, 7))] }));
    const unsure = journal.write(batch({ rows: [row(3)] }));
    await journal.kill();
    await expect(unsure).rejects.toMatchObject({ name: 'JournalError', code: 'WORKER' });
    // The same object starts a new thread, and a batch of unknown fate may be written again.
    await journal.write(batch({ rows: [row(3)] }));
    const rows = await journal.load('up1', 0, limits);
    expect(rows.map((r) => r.row)).toEqual([1, 2, 3]);
    expect(Buffer.from(rows[1]!.body).equals(Buffer.alloc(5000, 7))).toBe(true);
  });

  it('is closed while it takes its reserve, and takes the rest when it is opened again', async () => {
    const dir = folder();
    const data = { file: join(dir, 'spool.db'), reserveBytes: 64 * megabyte };
    const file = new SpoolFile({ journal: new JournalWorker(data), clock: new VirtualClock(), wallTrusted: () => true, logger: pino({ level: 'silent' }) });
    const opened = file.start();
    expect(file.state).toEqual({ at: 'opening' });
    await file.close();
    await opened;
    expect(existsSync(data.file)).toBe(false);
    expect(statSync(`${data.file}.new`).size).toBeGreaterThan(megabyte);
    const again = new JournalWorker(data);
    cleanups.push(() => again.close());
    const [one, two] = await Promise.all([again.open(), again.open()]);
    expect(one.capacityBytes).toBeGreaterThan(50 * megabyte);
    expect(two).toEqual(one);
  });

  it('tells what went wrong by code', async () => {
    const dir = folder();
    const journal = new JournalWorker({ file: join(dir, 'missing', 'spool.db'), reserveBytes: 2 * megabyte });
    cleanups.push(() => journal.close());
    await expect(journal.open()).rejects.toMatchObject({ name: 'JournalError', code: 'ENOENT' });
  });

  it('killed before the commit: nothing acknowledged is lost, and nothing that was lost had been acknowledged', async () => {
    const dir = folder();
    const start = async (incarnation: number) => {
      const journal = open(dir);
      const mesh = new FakeMesh(undefined, incarnation);
      const clock = new VirtualClock();
      const file = new SpoolFile({ journal, clock, wallTrusted: () => true, logger: pino({ level: 'silent' }) });
      const spool = new Spool({ file, mesh, logger: pino({ level: 'silent' }), onLost: () => {} });
      await file.start();
      return { journal, mesh, clock, file, spool };
    };
    const first = await start(1);
    const acknowledged: string[] = [];
    const accept = (text: string): Promise<void> =>
      first.spool.accept({ class: 1, traffic: 0, lifetimeMs: 0, body: Buffer.from(text) }).then(() => void acknowledged.push(text));
    const durable = [accept('a'), accept('b')];
    await first.file.group.flush();
    await Promise.all(durable);
    void accept('c');
    void accept('d');
    const unsure = first.file.group.flush();
    await first.journal.kill();
    await unsure;
    expect(acknowledged).toEqual(['a', 'b']);

    const second = await start(2);
    await expect.poll(() => second.mesh.submitted.length).toBeGreaterThanOrEqual(2);
    const found = second.mesh.submitted.map((s) => Buffer.from(s.body).toString());
    expect(found.slice(0, 2)).toEqual(['a', 'b']);
    expect(second.mesh.submitted.slice(0, 2).map((s) => [s.incarnation, s.sequence])).toEqual([
      [1, 1],
      [1, 2],
    ]);
    await second.file.close();
  });
});
