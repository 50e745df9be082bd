/** {other, claimed cost, effective cost or 0}. */
export const stride = 3;

/**
 * Rows of triples in one array: an array for each row would cost several times the row, and lie anywhere in memory. A row has room for whole groups of
 * four; one that outgrows its place moves, and its place serves another of that length.
 */
export class Rows {
  triples = new Int32Array(64 * stride);
  /** Row i is from `start[i]` to before `end[i]`. */
  start = new Int32Array(64);
  end = new Int32Array(64);
  #room = new Int32Array(64);
  readonly #free: number[][] = [];
  #filled = 0;
  /** One above the highest row that was ever set or added. */
  nodes = 0;

  /** An empty row. */
  add(row: number): void {
    if (row >= this.start.length) {
      this.start = grown(this.start, row + 1);
      this.end = grown(this.end, row + 1);
      this.#room = grown(this.#room, row + 1);
    }
    if (row >= this.nodes) this.nodes = row + 1;
    this.end[row] = this.start[row]!;
  }

  /** Replaces a row by the first `length` numbers. */
  set(row: number, triples: Int32Array, length: number): void {
    const needed = Math.ceil(length / (4 * stride)) * 4 * stride;
    const room = this.#room[row]!;
    if (needed > room) {
      if (room > 0) this.#freeOf(room).push(this.start[row]!);
      this.start[row] = this.#freeOf(needed).pop() ?? this.#extend(needed);
      this.#room[row] = needed;
    }
    const start = this.start[row]!;
    for (let i = 0; i < length; i++) this.triples[start + i] = triples[i]!;
    this.end[row] = start + length;
  }

  #freeOf(room: number): number[] {
    const group = room / (4 * stride);
    let free = this.#free[group];
    if (!free) {
      free = [];
      this.#free[group] = free;
    }
    return free;
  }

  #extend(room: number): number {
    const at = this.#filled;
    this.#filled += room;
    if (this.#filled > this.triples.length) this.triples = grown(this.triples, this.#filled);
    return at;
  }

  /** A copy of a row, written into `into`; its length. */
  copy(row: number, into: Int32Array): number {
    const start = this.start[row]!;
    const length = this.end[row]! - start;
    for (let i = 0; i < length; i++) into[i] = this.triples[start + i]!;
    return length;
  }

  /** Where in `triples` the edge to v stands in a row; negative without one. */
  find(row: number, v: number): number {
    const { triples } = this;
    const end = this.end[row]!;
    for (let i = this.start[row]!; i < end; i += stride) if (triples[i] === v) return i;
    return -1;
  }

  /** The effective cost from a row to v; 0 for none. */
  step(row: number, v: number): number {
    const at = this.find(row, v);
    return at < 0 ? 0 : this.triples[at + 2]!;
  }
}

function grown(before: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const after = new Int32Array(Math.max(size, before.length * 2));
  after.set(before);
  return after;
}
