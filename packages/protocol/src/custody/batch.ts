import type { Incarnation, NodeId, Traffic } from '../ids.ts';
import { type Millis, never } from '../units.ts';
import type { Range } from './rangeset.ts';

/** An entry in the origin's custody. `ageMs` is written when it is packed. */
export interface Held {
  readonly incarnation: Incarnation;
  readonly sequence: number;
  readonly traffic: Traffic;
  readonly bornAt: number;
  readonly lifetimeMs: number;
  readonly expiresAt: number;
  readonly body: Uint8Array;
  ageMs: number;
}

export type BatchState =
  | { readonly at: 'flight'; readonly transmission: number; readonly sentAt: Millis }
  | { readonly at: 'again'; readonly notBefore: Millis }
  | { readonly at: 'settled' };

/** Contiguous sequences of one incarnation and traffic that are sent together, and again together as long as all of them are unsettled. */
export class Batch {
  readonly entries: readonly Held[];
  readonly incarnation: Incarnation;
  readonly traffic: Traffic;
  readonly first: number;
  readonly bytes: number;
  /** Earliest of its entries. */
  readonly expiresAt: number;
  state: BatchState = { at: 'again', notBefore: 0 as Millis };
  /** Whom it was ever sent to: only these may acknowledge it. */
  readonly sentTo: NodeId[];
  unsettled: number;
  #settled: Uint8Array | undefined;

  constructor(entries: readonly Held[], sentTo: readonly NodeId[] = []) {
    const head = entries[0]!;
    this.entries = entries;
    this.incarnation = head.incarnation;
    this.traffic = head.traffic;
    this.first = head.sequence;
    this.unsettled = entries.length;
    this.sentTo = [...sentTo];
    let bytes = 0;
    let expiresAt: number = never;
    for (const entry of entries) {
      bytes += entry.body.byteLength;
      if (entry.expiresAt < expiresAt) expiresAt = entry.expiresAt;
    }
    this.bytes = bytes;
    this.expiresAt = expiresAt;
  }

  get end(): number {
    return this.first + this.entries.length;
  }

  get isPartial(): boolean {
    return this.#settled !== undefined;
  }

  isSettled(sequence: number): boolean {
    return this.unsettled === 0 || (this.#settled !== undefined && this.#settled[sequence - this.first] === 1);
  }

  lowestUnsettled(): number {
    let at = this.first;
    while (this.isSettled(at)) at++;
    return at;
  }

  /** Settles what of [from, to) was not settled before; calls `each` per entry and returns the parts. */
  settle(from: number, to: number, each: (entry: Held) => void): Range[] {
    const low = Math.max(from, this.first);
    const high = Math.min(to, this.end);
    if (low >= high || this.unsettled === 0) return [];
    if (high - low === this.unsettled && this.#settled === undefined) {
      this.unsettled = 0;
      for (const entry of this.entries) each(entry);
      return [{ first: low, count: high - low }];
    }
    this.#settled ??= new Uint8Array(this.entries.length);
    const out: { first: number; count: number }[] = [];
    for (let n = low; n < high; n++) {
      if (this.#settled[n - this.first] === 1) continue;
      this.#settled[n - this.first] = 1;
      this.unsettled--;
      each(this.entries[n - this.first]!);
      const last = out[out.length - 1];
      if (last && last.first + last.count === n) last.count++;
      else out.push({ first: n, count: 1 });
    }
    return out;
  }

  /** What is left of it, as batches without holes. */
  split(): Batch[] {
    const out: Batch[] = [];
    let run: Held[] = [];
    for (const entry of this.entries) {
      if (!this.isSettled(entry.sequence)) run.push(entry);
      else if (run.length > 0) {
        out.push(new Batch(run, this.sentTo));
        run = [];
      }
    }
    if (run.length > 0) out.push(new Batch(run, this.sentTo));
    return out;
  }
}
