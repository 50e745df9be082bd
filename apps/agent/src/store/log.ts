import { desc, eq, lt, lte, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { logEntries } from './schema.ts';

export type LogRow = typeof logEntries.$inferSelect;

/** The newest entries of the operator's log; at the bound the oldest go. */
export class LogTable {
  readonly #database: Database;
  readonly #entriesMax: number;
  constructor(database: Database, entriesMax = 5000) {
    this.#database = database;
    this.#entriesMax = entriesMax;
  }

  append(entry: Omit<LogRow, 'id' | 'healedMs'>): number {
    const { id } = this.#database.insert(logEntries).values(entry).returning({ id: logEntries.id }).get();
    // Ids only grow, so this is the bound to within what was deleted by hand.
    if (id % 100 === 0)
      this.#database
        .delete(logEntries)
        .where(lte(logEntries.id, id - this.#entriesMax))
        .run();
    return id;
  }

  healed(id: number, healedMs: number): void {
    this.#database.update(logEntries).set({ healedMs }).where(eq(logEntries.id, id)).run();
  }

  /** Newest first. */
  recent(limit: number, before: number | undefined): LogRow[] {
    return this.#database
      .select()
      .from(logEntries)
      .where(before === undefined ? sql`true` : lt(logEntries.id, before))
      .orderBy(desc(logEntries.id))
      .limit(limit)
      .all();
  }
}
