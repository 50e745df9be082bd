import { RangeSet } from '../custody/rangeset.ts';
import type { Incarnation, NodeId, TrafficClass } from '../ids.ts';
import type { EntryRange } from './ranges.ts';

interface Page {
  readonly origin: NodeId;
  readonly incarnation: Incarnation;
  readonly class: TrafficClass;
  readonly set: RangeSet;
}
type Run = EntryRange;

/** Fixed widths, so that keys sort as receipts want their ranges sorted. */
const keyOf = (run: Run): string => `${run.origin}${run.incarnation.toString(16).padStart(8, '0')}${run.class}`;

/** Sets of sequences by (origin, incarnation, class), bounded: at `pagesMax` the page made first is forgotten, at `rangesMax` a page's oldest range. */
export class RangesByOrigin {
  readonly #pages = new Map<string, Page>();
  readonly #pagesMax: number;
  readonly #rangesMax: number;

  constructor(pagesMax: number, rangesMax: number) {
    this.#pagesMax = pagesMax;
    this.#rangesMax = rangesMax;
  }

  add(run: Run): void {
    const key = keyOf(run);
    let page = this.#pages.get(key);
    if (!page) {
      page = { origin: run.origin, incarnation: run.incarnation, class: run.class, set: new RangeSet() };
      if (this.#pages.size >= this.#pagesMax) this.#pages.delete(this.#pages.keys().next().value!);
      this.#pages.set(key, page);
    }
    page.set.add(run.first, run.count);
    if (page.set.size > this.#rangesMax) {
      const [oldest] = page.set;
      page.set.remove(oldest!.first, oldest!.count);
    }
  }

  /** Whether all of the run is in. */
  has(run: Run): boolean {
    return this.#pages.get(keyOf(run))?.set.contains(run.first, run.count) ?? false;
  }

  remove(run: Run): void {
    const key = keyOf(run);
    const page = this.#pages.get(key);
    page?.set.remove(run.first, run.count);
    if (page?.set.size === 0) this.#pages.delete(key);
  }

  /** Sorted by (origin, incarnation, class, first). */
  ranges(): EntryRange[] {
    const pages = [...this.#pages].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, page]) => page);
    return pages.flatMap(({ set, ...of }) => [...set].map(({ first, count }) => ({ ...of, first, count })));
  }
}
