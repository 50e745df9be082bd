import { RangeSet } from '../custody/rangeset.ts';
import { Incarnation } from '../ids.ts';
import type { EntryRun, Floor } from '../io.ts';
import type { Millis } from '../units.ts';

/** Sequences kept at once unless told otherwise: at the bound the one unused longest is forgotten, and a retransmission of its entries would count again. */
const keysMaxUsual = 16_384;
/** Per sequence and incarnation: at the bound the lowest gap counts as carried. */
const rangesMax = 256;
const incarnationsMax = 4;
/** A floor takes effect this much later, so that receipts still under way for entries just settled are counted. */
const floorLagMs = 3000;

interface Page {
  /** Ascending by incarnation. */
  readonly books: { readonly incarnation: Incarnation; readonly counted: RangeSet }[];
  /** Entries of incarnations below are settled. */
  oldest: Incarnation;
  usedAt: Millis;
  floor: Floor | undefined;
  floorAt: Millis;
}

/** Which entries this node has been credited with carrying: once per entry id, however often it is sent. docs/protocol.md §8.8 */
export class CarriedLedger {
  readonly #pages = new Map<string, Page>();
  readonly #keysMax: number;

  constructor(keysMax = keysMaxUsual) {
    this.#keysMax = keysMax;
  }

  /** Marks the run as carried and returns the parts that were not before. */
  count(now: Millis, run: EntryRun, floor: Floor | undefined): EntryRun[] {
    const page = this.#page(now, `${run.origin}${run.class}${run.stream}`);
    this.#settle(now, page, floor);
    const counted = this.#book(page, run.incarnation);
    if (!counted) return [];
    const fresh = counted.missing(run.first, run.count);
    counted.add(run.first, run.count);
    while (counted.size > rangesMax) counted.collapseLowest();
    if (fresh.length === 1 && fresh[0]!.count === run.count) return [run];
    return fresh.map((range) => ({ ...run, ...range }));
  }

  #page(now: Millis, key: string): Page {
    const page = this.#pages.get(key) ?? { books: [], oldest: Incarnation(0), usedAt: now, floor: undefined, floorAt: now };
    if (page.books.length > 0 && now - page.usedAt < 1000) return page;
    page.usedAt = now;
    this.#pages.delete(key);
    this.#pages.set(key, page);
    if (this.#pages.size > this.#keysMax) this.#pages.delete(this.#pages.keys().next().value!);
    return page;
  }

  /** Undefined for an incarnation older than all that are kept. */
  #book(page: Page, incarnation: Incarnation): RangeSet | undefined {
    const last = page.books[page.books.length - 1];
    if (last?.incarnation === incarnation) return last.counted;
    const known = page.books.find((b) => b.incarnation === incarnation);
    if (known) return known.counted;
    if (incarnation < page.oldest) return undefined;
    const book = { incarnation, counted: new RangeSet() };
    const at = page.books.findIndex((b) => b.incarnation > incarnation);
    page.books.splice(at < 0 ? page.books.length : at, 0, book);
    if (page.books.length > incarnationsMax) this.#forgetBefore(page, page.books[1]!.incarnation);
    return book.counted;
  }

  #settle(now: Millis, page: Page, floor: Floor | undefined): void {
    if (page.floor && now - page.floorAt >= floorLagMs) {
      const { incarnation, sequence } = page.floor;
      this.#forgetBefore(page, incarnation);
      page.books.find((b) => b.incarnation === incarnation)?.counted.forgetBelow(sequence);
      page.floor = undefined;
    }
    if (floor && !page.floor) {
      page.floor = floor;
      page.floorAt = now;
    }
  }

  #forgetBefore(page: Page, incarnation: Incarnation): void {
    if (incarnation > page.oldest) page.oldest = incarnation;
    while (page.books.length > 0 && page.books[0]!.incarnation < incarnation) page.books.shift();
  }
}
