import { asc, eq, inArray, ne } from 'drizzle-orm';
import type { Database } from './database.ts';
import { opaqueRecords, sessions } from './schema.ts';

export type SessionRow = typeof sessions.$inferSelect;

/** OPAQUE registration records and the sessions that logins left. */
export class CredentialTable {
  readonly #database: Database;
  constructor(database: Database) {
    this.#database = database;
  }

  record(identifier: string): string | undefined {
    return this.#database.select().from(opaqueRecords).where(eq(opaqueRecords.identifier, identifier)).get()?.record;
  }

  setRecord(identifier: string, record: string, createdAt: number): void {
    const set = { record, createdAt };
    this.#database
      .insert(opaqueRecords)
      .values({ identifier, ...set })
      .onConflictDoUpdate({ target: opaqueRecords.identifier, set })
      .run();
  }

  /** Leaves `identifier` the only one, and nobody logged in. */
  replaceAll(identifier: string, record: string, createdAt: number): void {
    this.#database.transaction((tx) => {
      tx.delete(opaqueRecords).where(ne(opaqueRecords.identifier, identifier)).run();
      tx.insert(opaqueRecords)
        .values({ identifier, record, createdAt })
        .onConflictDoUpdate({ target: opaqueRecords.identifier, set: { record, createdAt } })
        .run();
      tx.delete(sessions).run();
    });
  }

  /** Least recently used first. */
  sessions(): SessionRow[] {
    return this.#database.select().from(sessions).orderBy(asc(sessions.lastUsedAt)).all();
  }

  addSession(session: SessionRow): void {
    this.#database.insert(sessions).values(session).run();
  }

  useSession(id: string, used: Pick<SessionRow, 'lastUsedAt' | 'counterTop' | 'counterBits'>): void {
    this.#database.update(sessions).set(used).where(eq(sessions.id, id)).run();
  }

  deleteSessions(ids: readonly string[]): void {
    if (ids.length > 0)
      this.#database
        .delete(sessions)
        .where(inArray(sessions.id, [...ids]))
        .run();
  }
}
