import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { type Batch, type ExpiredRows, JournalError, type LoadLimits, type OpenedJournal, type Row, type Table, type TableSummary, tables } from './journal.ts';

const pageBytes = 4096;
/** The write-ahead log is folded back at this many pages; with one batch on top it stays below `walBytes`, which is allocated at every opening. */
const checkpointPages = 256;
const walBytes = 2 * 1024 * 1024;
/** Rows may fill this share of the reserve; the rest covers page headers, half-empty pages and the free list. */
const fillShare = 0.85;
/** Rows removed in one transaction: more would write more pages than the log has space for. */
const removalRowsMax = 512;
/** The file never grows the partition beyond this share of use: docs/decisions/0005-spool.md. */
const partitionShareMax = 0.85;
const reserveBytesMin = 1024 * 1024;
const schemaVersion = 1;
/** The application id of a file: its schema is whole, though it may not have its size yet. */
const unfinishedId = 0x454d5331;
/** A step of growing, in blobs of 64 pages: 8 MiB, about a second on a slow card. Giving them to the free list writes little. */
const stepBlobs = 32;
const freeBlobs = 256;

interface StoredRow {
  row: number;
  incarnation: number;
  sequence: number;
  traffic: number;
  born: number;
  lifetime: number;
  mono: number;
  wall: number;
  trusted: number;
  meta: string | null;
  body: Uint8Array;
}

/**
 * The spool's file: SQLite, WAL, synchronous FULL, grown to its whole size when it is made, so that neither writing nor deleting needs space later
 * (docs/decisions/0005-spool.md). Synchronous: it lives on the worker's thread. Every method throws JournalError.
 */
export class SpoolDatabase {
  readonly opened: OpenedJournal;
  readonly #db: Database.Database;
  readonly #insert: Record<Table, Database.Statement<unknown[]>>;
  readonly #remove: Record<Table, Database.Statement<[number, number]>>;
  readonly #load: Record<Table, Database.Statement<[number, number], StoredRow>>;
  readonly #expired: Record<Table, Database.Statement<[number, number, number], ExpiredRows['rows'][number]>>;
  readonly #note: Database.Statement<[string, string]>;
  readonly #forget: Database.Statement<[string]>;

  private constructor(db: Database.Database, broken: string | undefined) {
    const each = <T>(make: (table: Table) => T) => Object.fromEntries(tables.map((table) => [table, make(table)])) as Record<Table, T>;
    this.#db = db;
    this.#insert = each((table) => db.prepare(`INSERT OR REPLACE INTO ${table} VALUES (?,?,?,?,?,?,?,?,?,?,?)`));
    this.#remove = each((table) => db.prepare(`DELETE FROM ${table} WHERE row BETWEEN ? AND ?`));
    this.#load = each((table) => db.prepare(`SELECT * FROM ${table} WHERE row > ? ORDER BY row LIMIT ?`));
    this.#expired = each((table) =>
      db.prepare(`SELECT row, traffic, length(body) AS bytes FROM ${table} WHERE row > ? AND row <= ? AND lifetime > 0 AND born + lifetime <= ? ORDER BY row`),
    );
    this.#note = db.prepare('INSERT OR REPLACE INTO note VALUES (?,?)');
    this.#forget = db.prepare('DELETE FROM note WHERE key = ?');
    const summaries = each((table) => summary(db, table));
    const last = tables.map((table) => db.prepare<[], { row: number | null }>(`SELECT max(row) AS row FROM ${table}`).get()?.row ?? 0);
    const notes = new Map(
      db
        .prepare<[], { key: string; value: string }>('SELECT key, value FROM note')
        .all()
        .map(({ key, value }) => [key, value] as const),
    );
    this.opened = { tables: summaries, rowMax: Math.max(...last), notes, broken, capacityBytes: Math.floor(pagesOf(db) * pageBytes * fillShare) };
  }

  /** To the end, at once. */
  static open(file: string, reserveBytes: number): SpoolDatabase {
    const opening = SpoolDatabase.opening(file, reserveBytes);
    for (;;) {
      const step = opening.next();
      if (step.done) return step.value;
    }
  }

  /**
   * In steps, since taking the reserve may last minutes on a slow card: between two of them it can be given up (`return`), and the next opening goes on from there, also
   * after a power cut. A file that is no database, or a damaged one, is put aside as `<file>.broken` (one is kept) and replaced.
   */
  static *opening(file: string, reserveBytes: number): Generator<void, SpoolDatabase, void> {
    try {
      let broken: string | undefined;
      if (existsSync(file)) {
        try {
          return new SpoolDatabase(yield* connect(file, reserveBytes), undefined);
        } catch (error) {
          if (!/^SQLITE_(CORRUPT|NOTADB)/.test(codeOf(error))) throw error;
          broken = `${file}.broken`;
          for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true });
          renameSync(file, broken);
        }
      }
      yield* create(file, reserveBytes);
      return new SpoolDatabase(yield* connect(file, reserveBytes), broken);
    } catch (error) {
      throw journalError(error);
    }
  }

  write(batch: Batch): void {
    const removals = batch.removals.flatMap(({ table, first, last }) => {
      const slices: { table: Table; first: number; last: number }[] = [];
      for (let at = first; at <= last; at += removalRowsMax) slices.push({ table, first: at, last: Math.min(last, at + removalRowsMax - 1) });
      return slices;
    });
    let next = 0;
    const step = this.#db.transaction(() => {
      let removed = 0;
      for (let r = removals[next]; r && removed < removalRowsMax; r = removals[++next]) removed += this.#remove[r.table].run(r.first, r.last).changes;
      if (next === removals.length) this.#add(batch);
    });
    guarded(() => {
      do step();
      while (next < removals.length);
    });
  }

  #add({ rows, notes }: Batch): void {
    for (const r of rows) {
      const age = [r.born, r.lifetimeMs, r.acceptedMonotonic, r.acceptedWall, r.wallTrusted ? 1 : 0];
      this.#insert[r.table].run(r.row, r.incarnation, r.sequence, r.traffic, ...age, r.meta ?? null, r.body);
    }
    for (const { key, value } of notes) {
      if (value === undefined) this.#forget.run(key);
      else this.#note.run(key, value);
    }
  }

  load(table: Table, after: number, limits: LoadLimits): Row[] {
    return guarded(() => {
      const rows: Row[] = [];
      let bytes = 0;
      for (const stored of this.#load[table].iterate(after, limits.rowsMax)) {
        rows.push(rowOf(table, stored));
        bytes += stored.body.byteLength;
        if (bytes >= limits.bytesMax) break;
      }
      return rows;
    });
  }

  expired(table: Table, after: number, now: number, span: number): ExpiredRows {
    return guarded(() => {
      const rows = this.#expired[table].all(after, after + span, now);
      const more = this.#load[table].get(after + span, 1);
      return { rows, next: more ? more.row - 1 : undefined };
    });
  }

  close(): void {
    this.#db.close();
  }
}

function* connect(file: string, reserveBytes: number): Generator<void, Database.Database, void> {
  const db = new Database(file);
  let whole = false;
  try {
    // Exclusive before WAL: then no shared-memory file is needed beside the log.
    db.pragma('locking_mode = EXCLUSIVE');
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.pragma(`wal_autocheckpoint = ${checkpointPages}`);
    const found = db.pragma('user_version', { simple: true });
    if (found !== schemaVersion) throw new JournalError('SCHEMA', `the spool's file has schema ${found}, this program knows ${schemaVersion}`);
    yield* grow(db, affordable(file, reserveBytes, pagesOf(db) * pageBytes));
    if (!existsSync(`${file}-wal`) || statSync(`${file}-wal`).size < walBytes) {
      // Allocates the log's space now, while there is some. Without it the file can still be read and the disk may have room later.
      try {
        db.transaction(() => {
          db.prepare('INSERT INTO filler VALUES (1, zeroblob(?))').run(walBytes);
        })();
      } catch {}
      try {
        db.prepare('DELETE FROM filler').run();
        db.pragma('wal_checkpoint(RESTART)');
      } catch {}
    }
    whole = true;
    return db;
  } finally {
    if (!whole) db.close();
  }
}

/**
 * Made under another name and renamed when whole, so there is never a half-made spool. Every step is a durable transaction with a rollback journal: an
 * unfinished file is worth what it has, whatever ended its making.
 */
function* create(file: string, reserveBytes: number): Generator<void, void, void> {
  const unfinished = `${file}.new`;
  const clear = (): void => {
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(unfinished + suffix, { force: true });
  };
  try {
    const bytes = affordable(file, reserveBytes, existsSync(unfinished) ? statSync(unfinished).size : 0);
    if (existsSync(unfinished) && !isOurs(unfinished)) clear();
    const db = new Database(unfinished);
    try {
      db.pragma(`page_size = ${pageBytes}`);
      db.pragma('auto_vacuum = NONE');
      db.pragma('journal_mode = TRUNCATE');
      db.pragma('synchronous = FULL');
      if (db.pragma('application_id', { simple: true }) !== unfinishedId) {
        const columns =
          'row INTEGER PRIMARY KEY, incarnation INTEGER, sequence INTEGER, traffic INTEGER, born REAL, lifetime REAL, mono REAL, wall REAL, trusted INTEGER, meta TEXT, body BLOB';
        db.transaction(() => {
          for (const table of tables) db.exec(`CREATE TABLE ${table} (${columns})`);
          db.exec('CREATE TABLE note (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID; CREATE TABLE filler (row INTEGER PRIMARY KEY, body BLOB)');
          db.pragma(`user_version = ${schemaVersion}`);
          db.pragma(`application_id = ${unfinishedId}`);
        })();
      }
      yield* grow(db, bytes);
    } finally {
      db.close();
    }
    rmSync(`${unfinished}-journal`, { force: true });
    sync(unfinished);
    renameSync(unfinished, file);
    sync(dirname(file));
  } catch (error) {
    // Not after a `return`: what was taken stays for the next time.
    clear();
    throw error;
  }
}

/** What this program began to make, by the mark it made first; a journal that a crash left beside it is rolled back by the look. */
function isOurs(unfinished: string): boolean {
  try {
    const db = new Database(unfinished);
    try {
      return db.pragma('application_id', { simple: true }) === unfinishedId && db.pragma('user_version', { simple: true }) === schemaVersion;
    } finally {
      db.close();
    }
  } catch {
    return false;
  }
}

const pagesOf = (db: Database.Database): number => Number(db.pragma('page_count', { simple: true }));

/** Brings the file to its whole size and leaves the new pages on its free list, from which every later row is served. A smaller setting than before shrinks nothing. */
function* grow(db: Database.Database, bytes: number): Generator<void, void, void> {
  const pages = Math.max(pagesOf(db), Math.ceil(bytes / pageBytes));
  db.pragma(`max_page_count = ${pages}`);
  const insert = db.prepare('INSERT INTO filler (body) VALUES (zeroblob(?))');
  const blobPages = 64;
  const fits = (): boolean => pagesOf(db) + blobPages + 2 < pages;
  const fill = db.transaction((blobs: number) => {
    for (let i = 0; i < blobs && fits(); i++) insert.run((blobPages - 1) * pageBytes);
  });
  // In the log of a spool that is in use a transaction has less room than in the journal of one that is being made.
  const blobs = db.pragma('journal_mode', { simple: true }) === 'wal' ? 1 : stepBlobs;
  const empty = db.prepare('DELETE FROM filler WHERE row IN (SELECT row FROM filler LIMIT ?)');
  try {
    while (fits()) {
      fill(blobs);
      yield;
    }
  } catch (error) {
    db.exec('DELETE FROM filler');
    throw error;
  }
  // Also those of an earlier growing that did not end.
  while (empty.run(freeBlobs).changes > 0) yield;
}

/** How large the file may be: as asked, but within the partition's share. Throws when a file of any use would not fit. */
function affordable(file: string, askedBytes: number, haveBytes: number): number {
  const { bsize, blocks, bavail } = statfsSync(dirname(file));
  const roomBytes = bavail * bsize - blocks * bsize * (1 - partitionShareMax);
  const bytes = Math.min(askedBytes, haveBytes + Math.max(0, roomBytes));
  if (bytes < reserveBytesMin && haveBytes < reserveBytesMin) throw new JournalError('ENOSPC', `the disk has no room for a spool of ${askedBytes} bytes`);
  return bytes;
}

function sync(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** rowBytes of quota.ts. */
const rowBytesSql = 'iif(length(body) + 96 <= 1024, length(body) + 96, (length(body) + 96 + 4031) / 4032 * 4096)';

function summary(db: Database.Database, table: Table): TableSummary {
  const all = db.prepare<[], { rows: number; bytes: number | null }>(`SELECT count(*) AS rows, sum(${rowBytesSql}) AS bytes FROM ${table}`).get();
  const oldest = db.prepare<[], StoredRow>(`SELECT row, incarnation, sequence, born FROM ${table} ORDER BY row LIMIT 1`).get();
  return {
    rows: all?.rows ?? 0,
    bytes: all?.bytes ?? 0,
    oldest: oldest && { row: oldest.row, incarnation: oldest.incarnation, sequence: oldest.sequence, born: oldest.born },
  };
}

const rowOf = (table: Table, s: StoredRow): Row => ({
  table,
  row: s.row,
  incarnation: s.incarnation,
  sequence: s.sequence,
  traffic: s.traffic,
  born: s.born,
  lifetimeMs: s.lifetime,
  acceptedMonotonic: s.mono,
  acceptedWall: s.wall,
  wallTrusted: s.trusted === 1,
  meta: s.meta ?? undefined,
  body: s.body,
});

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';

function guarded<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw journalError(error);
  }
}

function journalError(error: unknown): JournalError {
  if (error instanceof JournalError) return error;
  return new JournalError(codeOf(error), error instanceof Error ? error.message : String(error));
}
