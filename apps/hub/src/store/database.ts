import { access, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import { preparedForMessages } from './messages.ts';
import { prepare } from './prepared.ts';
import * as schema from './schema.ts';
import { preparedForSessions } from './sessions.ts';
import { SyncedFiles, syncedStartParams, syncOne, syncTree } from './synced-files.ts';

export const connect = (client: PGlite) => drizzle({ client, schema });
export type Database = ReturnType<typeof connect>;
/** The database itself or a transaction on it. */
export type Session = Database | Parameters<Parameters<Database['transaction']>[0]>[0];

export interface OpenDatabase extends AsyncDisposable {
  readonly db: Database;
}

/**
 * Opens (or makes) the embedded database and brings its schema up to date. `folder` undefined: in memory, for tests.
 * What is committed is on disk. docs/decisions/0013-hub-durability.md
 */
export async function openDatabase(options: {
  readonly folder: string | undefined;
  readonly migrationsFolder: string;
  /** Told the path of each file that was brought to the disk. */
  readonly synced?: (path: string) => void;
  /** Told what PostgreSQL says when it panics (a failed fsync, a full disk): no statement will ever return any more. */
  readonly panicked?: (text: string) => void;
}): Promise<OpenDatabase> {
  const client = options.folder === undefined ? await PGlite.create('memory://') : await openOnDisk(options.folder, options);
  try {
    const db = connect(client);
    await migrate(db, { migrationsFolder: options.migrationsFolder });
    await prepare(db, [...preparedForMessages, ...preparedForSessions]);
    return { db, [Symbol.asyncDispose]: () => client.close() };
  } catch (error) {
    await client.close();
    throw error;
  }
}

async function openOnDisk(folder: string, options: Pick<Parameters<typeof openDatabase>[0], 'synced' | 'panicked'>): Promise<PGlite> {
  await ensureCluster(folder);
  const fs = new SyncedFiles(folder, options.synced);
  const said: string[] = [];
  const onStderr = (text: string) => {
    if (said.push(text) > 10) said.shift();
    if (text.includes(' PANIC:  ')) options.panicked?.(text);
    return true;
  };
  const client = await PGlite.create({ fs, startParams: syncedStartParams, onStderr }).catch((error: Error) => {
    throw new Error(`${error.message}: ${said.join('; ')}`);
  });
  // Hooks into the engine's insides: a version of it that ignores them must not go unnoticed.
  const before = fs.count;
  await client.exec('checkpoint');
  if (fs.count > before) return client;
  await client.close();
  throw new Error('the embedded database does not bring its files to the disk');
}

/** Makes the database's files under another name first, and brings them to the disk: a start that is cut short leaves nothing half made. */
async function ensureCluster(folder: string): Promise<void> {
  const exists = await access(folder).then(
    () => true,
    () => false,
  );
  if (exists) return;
  const draft = `${folder}.new`;
  await rm(draft, { recursive: true, force: true });
  await (await PGlite.create(draft)).close();
  await syncTree(draft);
  await rename(draft, folder);
  await syncOne(dirname(folder));
}

/** Replayed at the next start after a kill, so it is kept small. */
const logBytesMax = 64 * 1024 * 1024;

/**
 * The embedded engine has no background processes: nobody writes checkpoints, and the log would grow for ever.
 * Resolves to whether one was written, which holds everything else up for some tenths of a second.
 */
export async function checkpointIfDue(db: Database, bytesMax = logBytesMax): Promise<boolean> {
  const { rows } = await db.execute<{ bytes: string }>(sql`select pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn) as bytes from pg_control_checkpoint()`);
  if (Number(rows[0]!.bytes) < bytesMax) return false;
  await db.execute(sql`checkpoint`);
  return true;
}
