import { desc, eq } from 'drizzle-orm';
import type { Database } from './database.ts';
import { phones } from './schema.ts';

export type PhoneRow = typeof phones.$inferSelect;

/** Paired phones. */
export class PhoneTable {
  readonly #database: Database;
  constructor(database: Database) {
    this.#database = database;
  }

  /** Last seen first. */
  phones(): PhoneRow[] {
    return this.#database.select().from(phones).orderBy(desc(phones.lastSeenAt)).all();
  }

  addPhone(phone: PhoneRow): void {
    const { id, name, publicKey, pairedAt, lastSeenAt, lastWay, counterTop, counterBits } = phone;
    this.#database.insert(phones).values({ id, name, publicKey, pairedAt, lastSeenAt, lastWay, counterTop, counterBits }).run();
  }

  usePhone(id: string, used: Pick<PhoneRow, 'lastSeenAt' | 'lastWay' | 'counterTop' | 'counterBits'>): void {
    this.#database.update(phones).set(used).where(eq(phones.id, id)).run();
  }

  deletePhone(id: string): void {
    this.#database.delete(phones).where(eq(phones.id, id)).run();
  }
}
