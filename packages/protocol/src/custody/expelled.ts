import type { Incarnation } from '../ids.ts';
import type { Floor } from '../io.ts';
import { isBefore } from './position.ts';
import { RangeSet } from './rangeset.ts';

/** Runs of expelled entries that are told apart; at the bound neighbouring runs are taken as one, which only keeps the floor lower. */
const rangesMax = 64;
const incarnationsMax = 8;

/** Entries that the lane would not take and that the caller will submit again: unsettled, so the floor stays below them. */
export class Expelled {
  /** Ascending. */
  readonly #books: { readonly incarnation: Incarnation; readonly set: RangeSet }[] = [];

  has(position: Floor): boolean {
    return this.#books.some((book) => book.incarnation === position.incarnation && book.set.within(position.sequence, 1).length > 0);
  }

  add(position: Floor): void {
    let book = this.#books.find((b) => b.incarnation === position.incarnation);
    if (!book) {
      if (this.#books.length >= incarnationsMax) return;
      book = { incarnation: position.incarnation, set: new RangeSet() };
      this.#books.push(book);
      this.#books.sort((a, b) => a.incarnation - b.incarnation);
    }
    book.set.add(position.sequence, 1);
    if (book.set.size <= rangesMax) return;
    const [low, next] = book.set;
    book.set.add(low!.first, next!.first - low!.first);
  }

  delete(position: Floor): void {
    for (const book of this.#books) if (book.incarnation === position.incarnation) book.set.remove(position.sequence, 1);
    this.#sweep();
  }

  deleteBelow(floor: Floor): void {
    for (const book of this.#books) {
      if (book.incarnation < floor.incarnation) book.set.remove(0, Number.MAX_SAFE_INTEGER);
      else if (book.incarnation === floor.incarnation) book.set.remove(0, floor.sequence);
    }
    this.#sweep();
  }

  lowest(): Floor | undefined {
    let lowest: Floor | undefined;
    for (const { incarnation, set } of this.#books) {
      for (const range of set) {
        const position = { incarnation, sequence: range.first };
        if (!lowest || isBefore(position, lowest)) lowest = position;
        break;
      }
    }
    return lowest;
  }

  #sweep(): void {
    for (let i = this.#books.length - 1; i >= 0; i--) if (this.#books[i]!.set.size === 0) this.#books.splice(i, 1);
  }
}
