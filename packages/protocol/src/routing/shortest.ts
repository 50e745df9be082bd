import { type Rows, stride } from './rows.ts';

/** Larger than any path: 65535 x 5000 nodes fits below. */
export const unreachable = 0x7fff_ffff;

/** Unreached, on the way through the part that was cut off, and standing: while an update looks for what a change cut off. */
const unknown = 0;
const cut = 1;
const standing = 2;

/**
 * Dijkstra with a 4-ary heap on typed arrays, kept between runs so that a run allocates nothing; after a few changed edges only what they cut off or
 * shorten is computed again (Ramalingam and Reps 1996). Of two ways of equal cost the present one is kept. docs/protocol.md §5.7
 * 500 nodes take about 0.1 ms on a two-core Debian machine, a change of one edge a few microseconds.
 */
export class ShortestPaths {
  #capacity = 0;
  /** Cost from the source in 1/100 ms; `unreachable` where there is no way. */
  cost = new Int32Array(0);
  /** The node before on the way; -1 for the source and where there is no way. */
  parent = new Int32Array(0);
  /** First node after the source; -1 likewise. */
  first = new Int32Array(0);
  hops = new Int32Array(0);
  nodes = 0;
  /** Nodes whose way the last run or update looked at anew, and their first node and parent before it. */
  touched = new Int32Array(0);
  touchedCount = 0;
  wasFirst = new Int32Array(0);
  wasParent = new Int32Array(0);
  #isTouched = new Uint8Array(0);
  #state = new Uint8Array(0);
  #heap = new Int32Array(0);
  #place = new Int32Array(0);
  #heapSize = 0;

  #grow(nodes: number): void {
    if (nodes > this.#capacity) {
      this.#capacity = Math.max(nodes, this.#capacity * 2, 64);
      const grown = (before: Int32Array, fill: number): Int32Array<ArrayBuffer> => {
        const after = new Int32Array(this.#capacity).fill(fill);
        after.set(before);
        return after;
      };
      this.cost = grown(this.cost, unreachable);
      this.parent = grown(this.parent, -1);
      this.first = grown(this.first, -1);
      this.hops = grown(this.hops, 0);
      this.wasFirst = new Int32Array(this.#capacity);
      this.wasParent = new Int32Array(this.#capacity);
      this.touched = new Int32Array(this.#capacity);
      this.#isTouched = new Uint8Array(this.#capacity);
      this.#state = new Uint8Array(this.#capacity);
      this.#heap = new Int32Array(this.#capacity);
      this.#place = new Int32Array(this.#capacity).fill(-1);
    }
    this.nodes = nodes;
  }

  #begin(nodes: number): void {
    this.#grow(nodes);
    for (let i = 0; i < this.touchedCount; i++) this.#isTouched[this.touched[i]!] = 0;
    this.touchedCount = 0;
  }

  #touch(v: number): void {
    if (this.#isTouched[v] === 1) return;
    this.#isTouched[v] = 1;
    this.touched[this.touchedCount++] = v;
    this.wasFirst[v] = this.first[v]!;
    this.wasParent[v] = this.parent[v]!;
  }

  /** From scratch. */
  run(rows: Rows, source: number): void {
    this.#begin(rows.nodes);
    for (let v = 0; v < rows.nodes; v++) {
      this.#touch(v);
      this.#cutOff(v);
    }
    this.cost[source] = 0;
    this.#push(source);
    this.#settle(rows, source);
  }

  /** After changes of these edges, `count` pairs {u, v}, in either direction: to what `run` would give, but for ties. */
  update(rows: Rows, source: number, changes: Int32Array, count: number): void {
    const before = this.nodes;
    this.#begin(rows.nodes);
    for (let v = before; v < rows.nodes; v++) this.#cutOff(v);
    let lost = false;
    this.#state.fill(unknown, 0, rows.nodes);
    for (let i = 0; i < count * 2; i += 2) {
      const u = changes[i]!;
      const v = changes[i + 1]!;
      if (this.#dearer(rows, u, v)) {
        this.#state[v] = cut;
        lost = true;
      }
      if (this.#dearer(rows, v, u)) {
        this.#state[u] = cut;
        lost = true;
      }
    }
    if (lost) this.#reattach(rows, source);
    for (let i = 0; i < count * 2; i += 2) {
      this.#relax(rows, changes[i]!, changes[i + 1]!, source);
      this.#relax(rows, changes[i + 1]!, changes[i]!, source);
    }
    this.#settle(rows, source);
  }

  /** The way to v comes from u, and the edge costs more than it did, or is gone. */
  #dearer(rows: Rows, u: number, v: number): boolean {
    if (this.parent[v] !== u) return false;
    const step = rows.step(u, v);
    return step === 0 || this.cost[u]! + step > this.cost[v]!;
  }

  #cutOff(v: number): void {
    this.cost[v] = unreachable;
    this.parent[v] = -1;
    this.first[v] = -1;
    this.hops[v] = 0;
  }

  /** Everything behind an edge that got dearer is tied anew to what stands, where it can be. */
  #reattach(rows: Rows, source: number): void {
    const { cost, parent } = this;
    const { triples, start, end } = rows;
    const state = this.#state;
    state[source] = standing;
    for (let v = 0; v < this.nodes; v++) {
      let at = v;
      while (state[at] === unknown && parent[at]! >= 0) at = parent[at]!;
      const found = state[at] === cut ? cut : standing;
      for (at = v; state[at] === unknown; at = parent[at]!) {
        state[at] = found;
        if (parent[at]! < 0) break;
      }
    }
    for (let v = 0; v < this.nodes; v++) {
      if (state[v] !== cut) continue;
      this.#touch(v);
      this.#cutOff(v);
    }
    for (let k = 0; k < this.touchedCount; k++) {
      const v = this.touched[k]!;
      for (let i = start[v]!; i < end[v]!; i += stride) {
        const u = triples[i]!;
        // the source's own edges count in one direction only
        if (u !== source && triples[i + 2] !== 0 && state[u] !== cut && cost[u] !== unreachable) this.#improve(u, v, triples[i + 2]!, source);
      }
    }
    for (let i = start[source]!; i < end[source]!; i += stride) {
      const v = triples[i]!;
      if (triples[i + 2] !== 0 && state[v] === cut) this.#improve(source, v, triples[i + 2]!, source);
    }
  }

  #relax(rows: Rows, u: number, v: number, source: number): void {
    if (u >= this.nodes || v >= this.nodes || this.cost[u] === unreachable) return;
    const step = rows.step(u, v);
    if (step > 0) this.#improve(u, v, step, source);
  }

  /** Over u to v, if that is cheaper. */
  #improve(u: number, v: number, step: number, source: number): void {
    const through = this.cost[u]! + step;
    if (through >= this.cost[v]!) return;
    this.#touch(v);
    this.cost[v] = through;
    this.parent[v] = u;
    this.first[v] = u === source ? v : this.first[u]!;
    this.hops[v] = this.hops[u]! + 1;
    if (this.#place[v]! < 0) this.#push(v);
    else this.#up(this.#place[v]!, v);
  }

  #settle(rows: Rows, source: number): void {
    const { triples, start, end } = rows;
    while (this.#heapSize > 0) {
      const u = this.#pop();
      this.#place[u] = -1;
      const last = end[u]!;
      for (let i = start[u]!; i < last; i += stride) if (triples[i + 2] !== 0) this.#improve(u, triples[i]!, triples[i + 2]!, source);
    }
  }

  #push(v: number): void {
    this.#up(this.#heapSize++, v);
  }

  #up(from: number, v: number): void {
    const heap = this.#heap;
    const place = this.#place;
    const key = this.cost[v]!;
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 2;
      const other = heap[above]!;
      if (this.cost[other]! <= key) break;
      heap[at] = other;
      place[other] = at;
      at = above;
    }
    heap[at] = v;
    place[v] = at;
  }

  #pop(): number {
    const heap = this.#heap;
    const place = this.#place;
    const cost = this.cost;
    const top = heap[0]!;
    const last = heap[--this.#heapSize]!;
    const size = this.#heapSize;
    if (size > 0) {
      const key = cost[last]!;
      let at = 0;
      for (;;) {
        let child = at * 4 + 1;
        if (child >= size) break;
        const end = Math.min(child + 4, size);
        let least = child;
        let leastKey = cost[heap[child]!]!;
        for (child++; child < end; child++) {
          const k = cost[heap[child]!]!;
          if (k < leastKey) {
            least = child;
            leastKey = k;
          }
        }
        if (leastKey >= key) break;
        heap[at] = heap[least]!;
        place[heap[at]!] = at;
        at = least;
      }
      heap[at] = last;
      place[last] = at;
    }
    return top;
  }
}
