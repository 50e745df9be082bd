import type { NodeId } from '../ids.ts';
import { Rows, stride } from './rows.ts';

/** A claim of one end of an edge; cost in 1/100 ms. */
export interface Claim {
  readonly node: NodeId;
  readonly cost: number;
}

/** Told of every effective change of an edge u -> v: its cost before and now, 0 for "no edge". */
export type EdgeObserver = (u: number, v: number, before: number, after: number) => void;

const none = new Int32Array(0);
/** A row before and after a change; grown as needed. */
let was = new Int32Array(256 * stride);
let is = new Int32Array(256 * stride);

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
  /** As the shortest-path run reads them. Nothing is rebuilt after a change: that cost as much as the run. */
  readonly rows = new Rows();
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
    const { rows } = this;
    return index >= 0 && index < rows.nodes ? rows.triples.subarray(rows.start[index]!, rows.end[index]!) : none;
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
    this.rows.add(index);
    this.#held[index] = 1;
    return index;
  }

  #letGo(index: number): void {
    if (--this.#held[index]! > 0) return;
    this.#index.delete(this.#ids[index]!);
    this.#ids[index] = undefined;
    this.rows.add(index);
    this.#free.push(index);
  }

  /** Replaces what a node claims; an empty list for a node that is gone. True when that takes away an edge that counted, or one to self. */
  replace(node: NodeId, claims: readonly Claim[]): boolean {
    const known = this.#index.get(node);
    if (known !== undefined && this.#sameEnds(known, claims)) {
      this.#reprice(known, claims);
      return false;
    }
    const u = this.#hold(node);
    if (u < 0) return false;
    const { rows } = this;
    const before = rows.end[u]! - rows.start[u]!;
    if (before > was.length) was = new Int32Array(before);
    rows.copy(u, was);
    if (claims.length * stride > is.length) is = new Int32Array(claims.length * stride);
    const after = this.#write(u, claims);
    rows.set(u, is, after);
    if (u !== this.self) this.#mirror(u, before, after);
    this.#report(u, before, after);
    const loses = this.#loses(before, after);
    this.#holdRecord(u, before > 0, after > 0);
    for (let i = 0; i < before; i += stride) this.#letGo(was[i]!);
    this.#letGo(u);
    return loses;
  }

  /** Writes the new row of u into `is`; its length. */
  #write(u: number, claims: readonly Claim[]): number {
    let filled = 0;
    for (const claim of claims) {
      const v = this.#hold(claim.node);
      if (v < 0) continue;
      if (v === u) {
        this.#letGo(v);
        continue;
      }
      is[filled] = v;
      is[filled + 1] = claim.cost;
      is[filled + 2] = u === this.self ? claim.cost : this.#mutual(u, v, claim.cost);
      filled += stride;
    }
    return filled;
  }

  #loses(before: number, after: number): boolean {
    for (let i = 0; i < before; i += stride) {
      if (was[i + 2] === 0 && was[i] !== this.self) continue;
      if (place(is, after, was[i]!) < 0) return true;
    }
    return false;
  }

  /** The same other ends in the same order: what is left are the costs. */
  #sameEnds(u: number, claims: readonly Claim[]): boolean {
    const { triples, start, end } = this.rows;
    const from = start[u]!;
    if (end[u]! - from !== claims.length * stride || claims.length === 0) return false;
    for (let i = 0; i < claims.length; i++) if (this.#ids[triples[from + i * stride]!] !== claims[i]!.node) return false;
    return true;
  }

  #reprice(u: number, claims: readonly Claim[]): void {
    const { triples, start } = this.rows;
    for (let i = 0; i < claims.length; i++) {
      const at = start[u]! + i * stride;
      const { cost } = claims[i]!;
      if (triples[at + 1] === cost) continue;
      const v = triples[at]!;
      const before = triples[at + 2]!;
      const after = u === this.self ? cost : this.#mutual(u, v, cost);
      triples[at + 1] = cost;
      triples[at + 2] = after;
      if (after === before) continue;
      if (u !== this.self) this.#setBack(v, u, after);
      this.#observe(u, v, before, after);
    }
  }

  /** A node with claims of its own is kept; self always. */
  #holdRecord(u: number, had: boolean, has: boolean): void {
    if (has && !had) this.#held[u]!++;
    else if (had && !has) this.#letGo(u);
  }

  #mutual(u: number, v: number, cost: number): number {
    if (v === this.self) return 0;
    const back = this.rows.find(v, u);
    return back < 0 ? 0 : Math.max(cost, this.rows.triples[back + 1]!);
  }

  /** Brings the other ends' effective costs in line with the new edges of u. */
  #mirror(u: number, before: number, after: number): void {
    for (let i = 0; i < before; i += stride) if (place(is, after, was[i]!) < 0) this.#setBack(was[i]!, u, 0);
    for (let i = 0; i < after; i += stride) this.#setBack(is[i]!, u, is[i + 2]!);
  }

  #setBack(v: number, u: number, effective: number): void {
    if (v === this.self) return;
    const back = this.rows.find(v, u);
    if (back >= 0) this.rows.triples[back + 2] = effective;
  }

  #report(u: number, before: number, after: number): void {
    for (let i = 0; i < before; i += stride) {
      if (was[i + 2] === 0) continue;
      const at = place(is, after, was[i]!);
      const cost = at < 0 ? 0 : is[at + 2]!;
      if (cost !== was[i + 2]) this.#observe(u, was[i]!, was[i + 2]!, cost);
    }
    for (let i = 0; i < after; i += stride) {
      if (is[i + 2] === 0) continue;
      const at = place(was, before, is[i]!);
      if (at < 0 || was[at + 2] === 0) this.#observe(u, is[i]!, 0, is[i + 2]!);
    }
  }
}

/** Where in the first `length` numbers the edge to v stands; negative without one. */
function place(triples: Int32Array, length: number, v: number): number {
  for (let i = 0; i < length; i += stride) if (triples[i] === v) return i;
  return -1;
}
