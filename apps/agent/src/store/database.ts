import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Sqlite from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';

export type Database = ReturnType<typeof openDatabase>;

/** The file cannot be opened or brought to this version's schema. */
export class StoreUnusable extends Error {
  readonly file: string;
  constructor(file: string, cause: unknown) {
    super(
      `${file}: ${cause instanceof Error ? cause.message : String(cause)}. Check that the disk is mounted, has room and is writable by the agent. ` +
        'If the file is damaged, move it away: the agent starts a new one, unclaimed and without history; messages in the spool are not in it.',
      { cause },
    );
    this.name = 'StoreUnusable';
    this.file = file;
  }
}

/** Opens (creating it if needed) and migrates. Throws StoreUnusable. */
export function openDatabase(file: string, migrationsFolder = shippedMigrations()) {
  let raw: Sqlite.Database | undefined;
  try {
    raw = new Sqlite(file);
    raw.pragma('journal_mode = WAL');
    // Survives a crash of the process to the last commit; a power cut may cost the last few. Only the spool promises more.
    raw.pragma('synchronous = NORMAL');
    raw.pragma('busy_timeout = 2000');
    raw.pragma('journal_size_limit = 4194304');
    const database = drizzle(raw);
    migrate(database, { migrationsFolder });
    return database;
  } catch (cause) {
    raw?.close();
    throw new StoreUnusable(file, cause);
  }
}

/** Beside the bundle in dist/, two folders up from the source. */
function shippedMigrations(): string {
  const candidates = ['./drizzle', '../../drizzle'].map((path) => fileURLToPath(new URL(path, import.meta.url)));
  const found = candidates.find((path) => existsSync(`${path}/meta/_journal.json`));
  if (!found) throw new Error(`The migrations of state.db are missing: looked in ${candidates.join(' and ')}. Install the agent again.`);
  return found;
}
