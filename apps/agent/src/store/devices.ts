import { lt, sql } from 'drizzle-orm';
import type { Database } from './database.ts';
import { devices } from './schema.ts';

export type DeviceRow = typeof devices.$inferSelect;

/** When each device was last heard, and how much it sent that day. */
export class DeviceTable {
  readonly #database: Database;
  constructor(database: Database) {
    this.#database = database;
  }

  all(): DeviceRow[] {
    return this.#database.select().from(devices).all();
  }

  save(rows: readonly DeviceRow[]): void {
    this.#database.transaction((tx) => {
      for (const row of rows)
        tx.insert(devices)
          .values(row)
          .onConflictDoUpdate({ target: devices.id, set: { lastSeen: sql`excluded.last_seen`, day: sql`excluded.day`, packets: sql`excluded.packets` } })
          .run();
    });
  }

  prune(before: number): void {
    this.#database.delete(devices).where(lt(devices.lastSeen, before)).run();
  }
}
