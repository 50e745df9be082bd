import type { EventPosition, IncentivePage } from '@energymesh/wallet';
import type { Database } from '../store/database.ts';
import { learnEvent } from '../store/rewards/facts.ts';
import { noteOf, putNote } from '../store/rewards/notes.ts';
import type { Ledger } from './ledger.ts';
import { Reconciler } from './reconcile.ts';

const noteName = 'events';
const pagesPerTurn = 20;

/** `ahead`: the server is behind what was read; it may catch up. */
export type Followed = 'up-to-date' | 'more' | 'ahead';

/**
 * Reads what the contract told, page by page, and learns it. A page and the place behind it commit together: each event is learned once, wherever the hub
 * is killed.
 */
export class Follower {
  readonly #o: { readonly db: Database; readonly ledger: Ledger; readonly epochSeconds: number };
  /** Events of a newer contract, passed over. */
  unread = 0;

  constructor(options: { readonly db: Database; readonly ledger: Ledger; readonly epochSeconds: number }) {
    this.#o = options;
  }

  async turn(signal?: AbortSignal): Promise<Followed> {
    const { db, ledger } = this.#o;
    for (let pages = 0; pages < pagesPerTurn; pages++) {
      const from = (await noteOf<EventPosition>(db, noteName)) ?? { ledger: 1 };
      const page = await ledger.events(from, signal);
      if (page.kind === 'ahead') return 'ahead';
      if (page.kind === 'gap') {
        await db.transaction(async (session) => {
          await putNote(session, noteName, { ledger: page.oldestLedger });
          await Reconciler.begin(session);
        });
        continue;
      }
      await this.#learn(page);
      if (page.upToDate) return 'up-to-date';
    }
    return 'more';
  }

  async #learn(page: Extract<IncentivePage, { kind: 'page' }>): Promise<void> {
    const { db, epochSeconds } = this.#o;
    await db.transaction(async (session) => {
      for (const event of page.events) await learnEvent(session, event, epochSeconds);
      await putNote(session, noteName, page.next);
    });
    this.unread += page.unread ?? 0;
  }
}
