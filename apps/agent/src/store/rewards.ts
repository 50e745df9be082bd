import { and, asc, eq, like } from 'drizzle-orm';
import type { RewardBook } from '../reward-book.ts';
import type { Database } from './database.ts';
import { Book, type BookLimits, noteKey } from './reward-book.ts';
import { chainValues, errands, movements, receipts, rewardBooks, rewardHours, sightings, submissions } from './reward-schema.ts';
import { settings } from './schema.ts';

/** A community that changes its contract again and again (a test network) does not fill the disk. */
const booksMax = 4;
const tables = [receipts, sightings, rewardHours, chainValues, errands, submissions, movements] as const;

/** Which contract a book is of. */
export interface BookOf {
  readonly network: string;
  readonly contract: string;
  readonly epochSeconds: number;
}

/** The books, one per contract that this node ever worked for; the four opened last are kept. */
export class RewardTable {
  readonly #database: Database;
  constructor(database: Database) {
    this.#database = database;
  }

  /** The contract's book, begun if there is none. `now`: Unix milliseconds. */
  open({ network, contract, epochSeconds }: BookOf, now: number, limits?: Partial<BookLimits>): RewardBook {
    const of = and(eq(rewardBooks.network, network), eq(rewardBooks.contract, contract), eq(rewardBooks.epochSeconds, epochSeconds));
    const id = this.#database.transaction((tx) => {
      const known = tx.select({ id: rewardBooks.id }).from(rewardBooks).where(of).get();
      if (known) {
        tx.update(rewardBooks).set({ openedAt: now }).where(eq(rewardBooks.id, known.id)).run();
        return known.id;
      }
      const others = tx.select({ id: rewardBooks.id }).from(rewardBooks).orderBy(asc(rewardBooks.openedAt), asc(rewardBooks.id)).all();
      for (const other of others.slice(0, Math.max(0, others.length + 1 - booksMax))) {
        for (const table of tables) tx.delete(table).where(eq(table.book, other.id)).run();
        tx.delete(settings)
          .where(like(settings.key, noteKey(other.id, '%')))
          .run();
        tx.delete(rewardBooks).where(eq(rewardBooks.id, other.id)).run();
      }
      return tx.insert(rewardBooks).values({ network, contract, epochSeconds, openedAt: now }).returning({ id: rewardBooks.id }).get().id;
    });
    return new Book(this.#database, id, limits);
  }
}
