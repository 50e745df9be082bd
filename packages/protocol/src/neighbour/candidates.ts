import type { NodeId } from '../ids.ts';
import type { Candidate } from '../io.ts';
import { Millis, never } from '../units.ts';

/** Where a dial to a key stands. */
export type DialState =
  | { readonly at: 'idle'; readonly notBefore: Millis }
  /** Until both connections finished their hello, a failure, or the deadline. */
  | { readonly at: 'dialling'; readonly until: Millis };

export interface KnownCandidate {
  readonly key: string;
  segment: string;
  /** From a handshake at this key. */
  node: NodeId | undefined;
  /** One way, milliseconds: measured on an earlier link, else the segment's word. */
  hintMs: number | undefined;
  measured: boolean;
  state: DialState;
  backoffMs: number;
  /** Never a surplus dial before: the node is linked well enough, or refused. */
  fillAfter: Millis;
  /** In a row. */
  refusals: number;
}

export const candidatesMax = 2048;
const backoffMsMin = 1000;
const backoffMsMax = 60_000;
const dialMsMax = 15_000;
const refusedMsMin = 30_000;
const refusedMsMax = 600_000;

/** Nodes that beacons announced, by the driver's key. At the bound further ones are left out until others are lost. */
export class Candidates {
  readonly #table = new Map<string, KnownCandidate>();
  readonly #random: { next(): number };
  dialling = 0;

  constructor(random: { next(): number }) {
    this.#random = random;
  }

  all(): IterableIterator<KnownCandidate> {
    return this.#table.values();
  }

  get size(): number {
    return this.#table.size;
  }

  get(key: string): KnownCandidate | undefined {
    return this.#table.get(key);
  }

  /** A beacon: whoever sends one is there, so the back-off of a failed dial ends. False when the table is full. */
  heard(now: Millis, candidate: Candidate): boolean {
    const known = this.#table.get(candidate.key);
    if (!known) {
      if (this.#table.size >= candidatesMax) return false;
      this.#table.set(candidate.key, {
        key: candidate.key,
        segment: candidate.segment,
        node: candidate.node,
        hintMs: candidate.costHintMs,
        measured: false,
        state: { at: 'idle', notBefore: now },
        backoffMs: backoffMsMin,
        fillAfter: now,
        refusals: 0,
      });
      return true;
    }
    known.segment = candidate.segment;
    if (candidate.node !== undefined) known.node = candidate.node;
    if (!known.measured) known.hintMs = candidate.costHintMs ?? known.hintMs;
    if (known.state.at === 'idle' && known.state.notBefore > now + backoffMsMin) {
      known.state = { at: 'idle', notBefore: Millis(now + backoffMsMin * this.#random.next()) };
    }
    return true;
  }

  lost(key: string): void {
    const known = this.#table.get(key);
    if (!known) return;
    if (known.state.at === 'dialling') this.dialling--;
    this.#table.delete(key);
  }

  dial(now: Millis, candidate: KnownCandidate): void {
    candidate.state = { at: 'dialling', until: Millis(now + dialMsMax) };
    this.dialling++;
  }

  /** Who answers at a key. */
  identified(key: string | undefined, node: NodeId): void {
    const known = key === undefined ? undefined : this.#table.get(key);
    if (known) known.node = node;
  }

  #rest(known: KnownCandidate, notBefore: number): void {
    if (known.state.at === 'dialling') this.dialling--;
    known.state = { at: 'idle', notBefore: Millis(notBefore) };
  }

  /** A dial came to nothing: wait, doubling, with jitter. */
  failed(now: Millis, key: string | undefined): void {
    const known = key === undefined ? undefined : this.#table.get(key);
    if (known?.state.at !== 'dialling') return;
    this.#rest(known, now + known.backoffMs * (0.5 + this.#random.next()));
    known.backoffMs = Math.min(known.backoffMs * 2, backoffMsMax);
  }

  /** The link is up. */
  linked(now: Millis, node: NodeId): void {
    for (const known of this.#table.values()) {
      if (known.node !== node) continue;
      known.refusals = 0;
      this.#rest(known, now);
    }
  }

  /** The link with a node ended after `upMs`: try again soon, later if it did not last. */
  ended(now: Millis, node: NodeId, upMs: number, costMs: number | undefined): void {
    for (const known of this.#table.values()) {
      if (known.node !== node) continue;
      if (costMs !== undefined) {
        known.hintMs = costMs;
        known.measured = true;
      }
      if (upMs >= 10_000) known.backoffMs = backoffMsMin;
      else known.backoffMs = Math.min(known.backoffMs * 2, backoffMsMax);
      this.#rest(known, now + known.backoffMs * (0.1 + 0.4 * this.#random.next()));
    }
  }

  /** Not to be dialled for its own sake for a while, doubling: it refused, or there are links enough. Only a missing way to it overrides this. */
  unwanted(now: Millis, node: NodeId): void {
    for (const known of this.#table.values()) {
      if (known.node !== node) continue;
      const ms = Math.min(refusedMsMin * 2 ** known.refusals++, refusedMsMax);
      known.fillAfter = Millis(now + ms * (0.75 + 0.5 * this.#random.next()));
    }
  }

  /** Dials that never came to an end. Returns when the next would be due. */
  expire(now: Millis): Millis {
    let next: Millis = never;
    for (const known of this.#table.values()) {
      if (known.state.at !== 'dialling') continue;
      if (known.state.until <= now) this.failed(now, known.key);
      else if (known.state.until < next) next = known.state.until;
    }
    return next;
  }
}
