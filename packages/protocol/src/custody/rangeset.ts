/** `count` numbers from `first` on. */
export interface Range {
  readonly first: number;
  readonly count: number;
}

/**
 * A set of u48 as sorted disjoint ranges, and a floor: every number below it is in the set, and no range is kept for it.
 * So it stays small however long a sequence grows. Appending at the end, the usual case, costs no search.
 * It does not bound itself: its owner looks at `size` and either refuses the next number or calls `collapseLowest`.
 */
export class RangeSet {
  readonly #starts: number[] = [];
  /** Exclusive. */
  readonly #ends: number[] = [];
  #floor = 0;

  /** How many ranges are kept above the floor. */
  get size(): number {
    return this.#starts.length;
  }

  get floor(): number {
    return this.#floor;
  }

  /** One above the highest number in the set; the floor when there is none above it. */
  get top(): number {
    return this.#ends[this.#ends.length - 1] ?? this.#floor;
  }

  has(n: number): boolean {
    if (n < this.#floor) return true;
    const at = this.#indexOf(n);
    return at < this.#starts.length && this.#starts[at]! <= n;
  }

  /** Whether all of them are in the set. */
  contains(first: number, count: number): boolean {
    const end = first + count;
    const from = Math.max(first, this.#floor);
    if (from >= end) return true;
    const at = this.#indexOf(from);
    return at < this.#starts.length && this.#starts[at]! <= from && end <= this.#ends[at]!;
  }

  /** Returns how many were not in the set before. */
  add(first: number, count: number): number {
    const from = Math.max(first, this.#floor);
    const end = first + count;
    if (from >= end) return 0;
    const last = this.#ends.length - 1;
    if (last < 0 || from > this.#ends[last]!) {
      this.#starts.push(from);
      this.#ends.push(end);
      return end - from;
    }
    if (from === this.#ends[last]) {
      this.#ends[last] = end;
      return end - from;
    }
    return this.#merge(from, end);
  }

  /** Returns how many were in the set, numbers below the floor left out: those stay. */
  remove(first: number, count: number): number {
    const end = first + count;
    let removed = 0;
    for (let at = this.#indexOf(Math.max(first, this.#floor)); at < this.#starts.length && this.#starts[at]! < end; ) {
      const start = this.#starts[at]!;
      const stop = this.#ends[at]!;
      const from = Math.max(start, first);
      const to = Math.min(stop, end);
      removed += to - from;
      if (from > start && to < stop) {
        this.#ends[at] = from;
        this.#starts.splice(at + 1, 0, to);
        this.#ends.splice(at + 1, 0, stop);
        return removed;
      }
      if (from > start) {
        this.#ends[at] = from;
        at++;
      } else if (to < stop) {
        this.#starts[at] = to;
        at++;
      } else {
        this.#starts.splice(at, 1);
        this.#ends.splice(at, 1);
      }
    }
    return removed;
  }

  /** The parts of the run that are not in the set, ascending. */
  missing(first: number, count: number): Range[] {
    const end = first + count;
    const out: Range[] = [];
    let from = Math.max(first, this.#floor);
    for (let at = this.#indexOf(from); from < end; at++) {
      const start = this.#starts[at] ?? end;
      if (start > from) out.push({ first: from, count: Math.min(start, end) - from });
      from = this.#ends[at] ?? end;
    }
    return out;
  }

  /** The parts of the run that are in the set, at or above the floor, ascending. */
  within(first: number, count: number): Range[] {
    const end = first + count;
    const out: Range[] = [];
    for (let at = this.#indexOf(Math.max(first, this.#floor)); at < this.#starts.length && this.#starts[at]! < end; at++) {
      const from = Math.max(this.#starts[at]!, first);
      out.push({ first: from, count: Math.min(this.#ends[at]!, end) - from });
    }
    return out;
  }

  /** The whole range kept around `n`; undefined when `n` is not in the set or below the floor. */
  rangeAt(n: number): Range | undefined {
    if (n < this.#floor) return undefined;
    const at = this.#indexOf(n);
    const start = this.#starts[at];
    if (start === undefined || start > n) return undefined;
    return { first: start, count: this.#ends[at]! - start };
  }

  /** Everything below `n` counts as in the set from now on. A floor never goes back. */
  forgetBelow(n: number): void {
    if (n <= this.#floor) return;
    this.#floor = n;
    let gone = 0;
    while (gone < this.#ends.length && this.#ends[gone]! <= n) gone++;
    this.#starts.splice(0, gone);
    this.#ends.splice(0, gone);
    if (this.#starts.length > 0 && this.#starts[0]! < n) this.#starts[0] = n;
  }

  /** Frees one range by taking the gap below the lowest as filled: for sets where a number too many does less harm than growing. */
  collapseLowest(): void {
    this.forgetBelow(this.#ends[0] ?? 0);
  }

  *[Symbol.iterator](): Iterator<Range> {
    for (let at = 0; at < this.#starts.length; at++) yield { first: this.#starts[at]!, count: this.#ends[at]! - this.#starts[at]! };
  }

  /** Index of the first range that ends above `n`. */
  #indexOf(n: number): number {
    let low = 0;
    let high = this.#ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#ends[middle]! > n) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #merge(from: number, end: number): number {
    /** Touching ranges merge too: the first that ends at or above `from`. */
    const low = from > 0 ? this.#indexOf(from - 1) : 0;
    let high = low;
    let had = 0;
    let start = from;
    let stop = end;
    while (high < this.#starts.length && this.#starts[high]! <= end) {
      had += Math.max(0, Math.min(this.#ends[high]!, end) - Math.max(this.#starts[high]!, from));
      start = Math.min(start, this.#starts[high]!);
      stop = Math.max(stop, this.#ends[high]!);
      high++;
    }
    this.#starts.splice(low, high - low, start);
    this.#ends.splice(low, high - low, stop);
    return end - from - had;
  }
}
