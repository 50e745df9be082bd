import type { NodeId } from '../ids.ts';
import type { Graph } from './graph.ts';
import { stride } from './rows.ts';

/** What others say of each other: the graph without self. */
export class Others {
  readonly #graph: Graph;
  /** By node: the last search that came by. */
  #seen = new Int32Array(0);
  #queue = new Int32Array(0);
  #search = 0;

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  /** Whether edges that both their ends claim lead from a node to one of `to`, none of them self's. At most every edge is looked at once. */
  lead(from: NodeId, to: Iterable<NodeId>): boolean {
    const { rows, self } = this.#graph;
    if (rows.nodes > this.#seen.length) {
      this.#seen = new Int32Array(rows.nodes * 2);
      this.#queue = new Int32Array(rows.nodes * 2);
      this.#search = 0;
    }
    const start = this.#graph.indexOf(from);
    if (start <= self) return false;
    const [seen, queue] = [this.#seen, this.#queue];
    const goal = -(this.#search + 1);
    let goals = 0;
    for (const node of to) {
      const index = this.#graph.indexOf(node);
      if (index === start) return true;
      if (index <= self) continue;
      seen[index] = goal;
      goals++;
    }
    if (goals === 0) return false;
    this.#search++;
    const mark = this.#search;
    seen[start] = mark;
    queue[0] = start;
    for (let next = 0, filled = 1; next < filled; next++) {
      const u = queue[next]!;
      for (let e = rows.start[u]!; e < rows.end[u]!; e += stride) {
        const v = rows.triples[e]!;
        if (rows.triples[e + 2] === 0 || v === self || seen[v] === mark) continue;
        if (seen[v] === goal) return true;
        seen[v] = mark;
        queue[filled++] = v;
      }
    }
    return false;
  }
}
