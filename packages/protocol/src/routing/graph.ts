import type { NodeId } from '../ids.ts';

/** A claim of one end of an edge; cost in 1/100 ms. */
export interface Claim {
  readonly node: NodeId;
  readonly cost: number;
}

/** Told of every effective change of an edge u -> v: its cost before and now, 0 for "no edge". */
export type EdgeObserver = (u: number, v: number, before: number, after: number) => void;

/** The graph as the shortest-path run reads it: per node its triples. Nothing is rebuilt after a change: that cost as much as the run. */
export interface Rows {
  readonly nodes: number;
  readonly edges: readonly Int32Array[];
}

const stride = 3;
const none = new Int32Array(0);

/**
 * The community's graph on small integers. An edge counts only if both ends claim it, with the larger of both costs: docs/protocol.md §5.1.
 * Index 0 is this node: its own edges are taken as given (the neighbour confirmed each in its hello), whatever the neighbour's record says yet.
 * At `nodesMax` further nodes are not taken; their edges are missing until others are forgotten.
 */
export class Graph {
  readonly self = 0;
  readonly #nodesMax: number;
  readonly #observe: EdgeObserver;
  readonly #index = new Map<NodeId, number>();
  readonly #ids: (NodeId | undefined)[] = [];
  /** Triples {other, claimed cost, effective cost or 0}. */
  readonly #edges: Int32Array[] = [];
  /** Held by a record of its own, by being self, or by claims of others. */
  readonly #held: number[] = [];
  readonly #free: number[] = [];
  /** Claims left out because the table was full. */
  overflows = 0;

  constructor(self: NodeId, nodesMax: number, observe: EdgeObserver) {
    this.#nodesMax = nodesMax;
    this.#observe = observe;
    this.#hold(self);
  }

  /** One above the highest index in use. */
  get size(): number {
    return this.#ids.length;
  }

  indexOf(node: NodeId): number {
    return this.#index.get(node) ?? -1;
  }

  idOf(index: number): NodeId | undefined {
    return this.#ids[index];
  }

  /** Triples {other, claimed cost, effective cost or 0} of a node: a view, not to be kept. */
  edgesOf(index: number): Int32Array {
    return this.#edges[index] ?? none;
  }

  #hold(node: NodeId): number {
    const known = this.#index.get(node);
    if (known !== undefined) {
      this.#held[known]!++;
      return known;
    }
    if (this.#index.size >= this.#nodesMax) {
      this.overflows++;
      return -1;
    }
    const index = this.#free.pop() ?? this.#ids.length;
    this.#index.set(node, index);
    this.#ids[index] = node;
    this.#edges[index] = none;
    this.#held[index] = 1;
    return index;
  }

  #letGo(index: number): void {
    if (--this.#held[index]! > 0) return;
    this.#index.delete(this.#ids[index]!);
    this.#ids[index] = undefined;
    this.#edges[index] = none;
    this.#free.push(index);
  }

  /** Replaces what a node claims; an empty list for a node that is gone. True when that takes away an edge that counted, or one to self. */
  replace(node: NodeId, claims: readonly Claim[]): boolean {
    const known = this.#index.get(node);
    if (known !== undefined && this.#sameEnds(this.#edges[known]!, claims)) {
      this.#reprice(known, claims);
      return false;
    }
    const u = this.#hold(node);
    if (u < 0) return false;
    const before = this.#edges[u]!;
    const after = new Int32Array(claims.length * stride);
    let filled = 0;
    for (const claim of claims) {
      const v = this.#hold(claim.node);
      if (v < 0) continue;
      if (v === u) {
        this.#letGo(v);
        continue;
      }
      after[filled] = v;
      after[filled + 1] = claim.cost;
      after[filled + 2] = u === this.self ? claim.cost : this.#mutual(u, v, claim.cost);
      filled += stride;
    }
    const now = filled === after.length ? after : after.slice(0, filled);
    this.#edges[u] = now;
    if (u !== this.self) this.#mirror(u, before);
    this.#report(u, before, now);
    const loses = this.#loses(before, now);
    this.#holdRecord(u, before.length > 0, filled > 0);
    for (let i = 0; i < before.length; i += stride) this.#letGo(before[i]!);
    this.#letGo(u);
    return loses;
  }

  #loses(before: Int32Array, after: Int32Array): boolean {
    for (let i = 0; i < before.length; i += stride) {
      if (before[i + 2] === 0 && before[i] !== this.self) continue;
      if (!claims(after, before[i]!)) return true;
    }
    return false;
  }

  /** The same other ends in the same order: what is left are the costs. */
  #sameEnds(edges: Int32Array, claims: readonly Claim[]): boolean {
    if (edges.length !== claims.length * stride || claims.length === 0) return false;
    for (let i = 0; i < claims.length; i++) if (this.#ids[edges[i * stride]!] !== claims[i]!.node) return false;
    return true;
  }

  #reprice(u: number, claims: readonly Claim[]): void {
    const edges = this.#edges[u]!;
    for (let i = 0; i < claims.length; i++) {
      const at = i * stride;
      const { cost } = claims[i]!;
      if (edges[at + 1] === cost) continue;
      const v = edges[at]!;
      const was = edges[at + 2]!;
      const is = u === this.self ? cost : this.#mutual(u, v, cost);
      edges[at + 1] = cost;
      edges[at + 2] = is;
      if (is === was) continue;
      if (u !== this.self) this.#setBack(v, u, is);
      this.#observe(u, v, was, is);
    }
  }

  /** A node with claims of its own is kept; self always. */
  #holdRecord(u: number, had: boolean, has: boolean): void {
    if (has && !had) this.#held[u]!++;
    else if (had && !has) this.#letGo(u);
  }

  #mutual(u: number, v: number, cost: number): number {
    if (v === this.self) return 0;
    const back = this.#edges[v]!;
    for (let i = 0; i < back.length; i += stride) if (back[i] === u) return Math.max(cost, back[i + 1]!);
    return 0;
  }

  /** Brings the other ends' effective costs in line with the new edges of u. */
  #mirror(u: number, before: Int32Array): void {
    const after = this.#edges[u]!;
    for (let i = 0; i < before.length; i += stride) if (!claims(after, before[i]!)) this.#setBack(before[i]!, u, 0);
    for (let i = 0; i < after.length; i += stride) this.#setBack(after[i]!, u, after[i + 2]!);
  }

  #setBack(v: number, u: number, effective: number): void {
    if (v === this.self) return;
    const back = this.#edges[v]!;
    for (let i = 0; i < back.length; i += stride) if (back[i] === u) back[i + 2] = effective;
  }

  #report(u: number, before: Int32Array, after: Int32Array): void {
    for (let i = 0; i < before.length; i += stride) {
      const was = before[i + 2]!;
      if (was === 0) continue;
      let is = 0;
      for (let k = 0; k < after.length; k += stride) if (after[k] === before[i]) is = after[k + 2]!;
      if (is !== was) this.#observe(u, before[i]!, was, is);
    }
    for (let i = 0; i < after.length; i += stride) {
      const is = after[i + 2]!;
      if (is === 0) continue;
      let was = 0;
      for (let k = 0; k < before.length; k += stride) if (before[k] === after[i]) was = before[k + 2]!;
      if (was === 0) this.#observe(u, after[i]!, 0, is);
    }
  }

  rows(): Rows {
    return { nodes: this.#ids.length, edges: this.#edges };
  }
}

function claims(edges: Int32Array, v: number): boolean {
  for (let i = 0; i < edges.length; i += stride) if (edges[i] === v) return true;
  return false;
}
