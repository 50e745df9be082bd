import { access, rename, rm } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import * as schema from './schema.ts';

const connect = (client: PGlite) => drizzle({ client, schema });
export type Database = ReturnType<typeof connect>;
/** The database itself or a transaction on it. */
export type Session = Database | Parameters<Parameters<Database['transaction']>[0]>[0];

export interface OpenDatabase extends AsyncDisposable {
  readonly db: Database;
}

/**
 * Opens (or makes) the embedded database and brings its schema up to date. `folder` undefined: in memory, for tests.
 * What is committed survives the death of this process; the embedded engine never calls fsync, so a power cut of the machine may take the last seconds.
 */
export async function openDatabase(options: { readonly folder: string | undefined; readonly migrationsFolder: string }): Promise<OpenDatabase> {
  if (options.folder !== undefined) await ensureCluster(options.folder);
  const client = await PGlite.create(options.folder ?? 'memory://');
  try {
    const db = connect(client);
    await migrate(db, { migrationsFolder: options.migrationsFolder });
    return { db, [Symbol.asyncDispose]: () => client.close() };
  } catch (error) {
    await client.close();
    throw error;
  }
}

/** Makes the database's files under another name first: a start that is cut short leaves nothing half made. */
async function ensureCluster(folder: string): Promise<void> {
  const exists = await access(folder).then(
    () => true,
    () => false,
  );
  if (exists) return;
  const draft = `${folder}.new`;
  await rm(draft, { recursive: true, force: true });
  await (await PGlite.create(draft)).close();
  await rename(draft, folder);
}
