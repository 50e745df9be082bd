import type { ProtocolConfig } from '../config.ts';
import { Fifo } from '../forwarding/fifo.ts';
import type { Incarnation, NodeId, Stream, TrafficClass } from '../ids.ts';
import type { EntryRun, Floor, Submission } from '../io.ts';
import { Millis, never } from '../units.ts';
import { Batch, type Held } from './batch.ts';
import { Expelled } from './expelled.ts';
import type { Peer } from './peer.ts';
import { isBefore, lowest } from './position.ts';

/** Expiry is looked for this often at most; until then an expired entry may still be sent, with an age that tells the receiver. */
const expiryGrainMs = 20;
/** How long the first entries of a new incarnation wait for the caller to say that the older ones are settled. */
const incarnationHoldMs = 50;

/** Bytes of all lanes together. */
export interface Budget {
  bytes: number;
  readonly bytesMax: number;
}

/** The entries of one (stream, class) in this node's custody, from submission to acknowledgement or expiry. docs/protocol.md §8.1 */
export class Lane {
  readonly stream: Stream;
  readonly class: TrafficClass;
  /** Not sent in this form yet, ascending. */
  readonly queue = new Fifo<Held>();
  /** Sent at least once, ascending; settled ones leave at the head. */
  readonly batches = new Fifo<Batch>();
  /** By transmission, in the order sent. */
  readonly flights = new Map<number, Batch>();
  peer: Peer | undefined;
  entries = 0;
  bytes = 0;
  wantsRoom = false;
  srttMs = 0;
  /** Timeouts since the last progress; while above 0 one bundle at a time goes out as a probe. */
  timeouts = 0;
  progressAt = Millis(0);
  drops = 0;
  dropsUntil = Millis(0);
  readonly #self: NodeId;
  readonly #config: ProtocolConfig;
  readonly #budget: Budget;
  readonly #expelled = new Expelled();
  #queueBytes = 0;
  #lingerFrom = Millis(0);
  #holdUntil: Millis | undefined;
  /** The newest incarnation that a bundle was cut of. */
  #opened: Incarnation | undefined;
  #againCount = 0;
  #nextExpiry: number = never;
  #expiryLookedAt = Millis(Number.NEGATIVE_INFINITY);
  #last: Floor | undefined;
  #declared: Floor | undefined;
  #sentFloor: Floor | undefined;

  constructor(self: NodeId, stream: Stream, cls: TrafficClass, config: ProtocolConfig, budget: Budget) {
    this.#self = self;
    this.stream = stream;
    this.class = cls;
    this.#config = config;
    this.#budget = budget;
  }

  get room(): number {
    return this.#isBelow(1) ? this.#config.sendBufferEntriesMax - this.entries : 0;
  }

  /**
   * In order, or an older one that is unsettled: expelled before, or above the declared floor and not held. Never one below a floor that was sent.
   * At the bounds (entries, bytes, bytes of all lanes, span above the floor) it is not taken and the caller is told `room` later.
   */
  offer(now: Millis, submission: Submission): 'taken' | 'full' | 'out-of-order' {
    const isNext = !this.#last || isBefore(this.#last, submission);
    if (!isNext && !this.#expelled.has(submission) && !this.#mayGoBackTo(submission)) return 'out-of-order';
    if (!this.#isBelow(1, submission)) {
      this.wantsRoom = true;
      this.#expelled.add(submission);
      return 'full';
    }
    this.#expelled.delete(submission);
    if (this.queue.length === 0) this.#lingerFrom = now;
    const bornAt = now - submission.ageMs;
    const expiresAt = submission.lifetimeMs > 0 ? bornAt + submission.lifetimeMs : never;
    const { incarnation, sequence, traffic, lifetimeMs, body } = submission;
    this.#enqueue({ incarnation, sequence, traffic, bornAt, lifetimeMs, expiresAt, body, ageMs: 0 });
    this.entries++;
    this.bytes += body.byteLength;
    this.#budget.bytes += body.byteLength;
    this.#queueBytes += body.byteLength;
    if (expiresAt < this.#nextExpiry) this.#nextExpiry = expiresAt;
    if (isNext) this.#last = { incarnation, sequence };
    return 'taken';
  }

  /** What the caller says of entries that are not held here. Older incarnations and expelled entries below are settled. */
  declare(floor: Floor): void {
    this.#declared = floor;
    this.#expelled.deleteBelow(floor);
  }

  /** All below is settled: the lowest of what is held, of what was expelled and may come again, and of what the caller declared. docs/protocol.md §8.3 */
  floor(): Floor {
    const open = this.#lowestOpen();
    if (open) return open;
    return this.#last ? { incarnation: this.#last.incarnation, sequence: this.#last.sequence + 1 } : { incarnation: 0 as Incarnation, sequence: 1 };
  }

  /** The floor for a bundle. What was told once never goes back, and binds what may be submitted later. */
  floorToSend(): Floor {
    const floor = this.floor();
    if (!this.#sentFloor || isBefore(this.#sentFloor, floor)) this.#sentFloor = floor;
    return this.#sentFloor;
  }

  get hasAgain(): boolean {
    return this.#againCount > 0;
  }

  /** The first that is to be sent again; one with holes is split into what is left of it. */
  firstAgain(): Batch | undefined {
    if (this.#againCount === 0) return undefined;
    for (let i = 0; i < this.batches.length; i++) {
      const batch = this.batches.at(i)!;
      if (batch.state.at !== 'again') continue;
      if (!batch.isPartial) return batch;
      const { notBefore } = batch.state;
      const parts = batch.split();
      for (const part of parts) part.state = { at: 'again', notBefore };
      this.batches.replace([...this.batches].flatMap((b) => (b === batch ? parts : [b])));
      this.#againCount += parts.length - 1;
      return parts[0];
    }
    return undefined;
  }

  /** When a new bundle may be cut: now when idle or full, else after the linger; `never` while something older must settle first. docs/protocol.md §8.2 */
  readyAt(now: Millis, lingerMs: number): Millis {
    const head = this.queue.peek();
    if (!head || this.#againCount > 0) return never;
    const oldest = this.batches.peek();
    if (oldest && oldest.incarnation < head.incarnation) return never;
    const hold = this.#holdFor(now, head.incarnation);
    if (hold > now) return hold;
    const isFull = this.#queueBytes >= this.#config.bundleBytes || this.queue.length >= this.#config.bundleEntriesMax;
    return isFull || this.flights.size === 0 ? now : ((this.#lingerFrom + lingerMs) as Millis);
  }

  /** Cuts the next bundle off the queue: contiguous, one incarnation and traffic, at most `bundleBytes` unless a single entry is larger. */
  cut(now: Millis): Batch {
    const entries: Held[] = [];
    let bytes = 0;
    for (let head = this.queue.peek(); head && entries.length < this.#config.bundleEntriesMax; head = this.queue.peek()) {
      const before = entries[entries.length - 1];
      const isJoined = !before || (head.incarnation === before.incarnation && head.traffic === before.traffic && head.sequence === before.sequence + 1);
      if (!isJoined || (before && bytes + head.body.byteLength > this.#config.bundleBytes)) break;
      bytes += head.body.byteLength;
      entries.push(this.queue.shift()!);
    }
    this.#queueBytes -= bytes;
    this.#lingerFrom = now;
    this.#holdUntil = undefined;
    const batch = new Batch(entries);
    this.#opened = batch.incarnation;
    this.#place(batch);
    this.#againCount++;
    return batch;
  }

  /** The bytes that `cut` would take at most. */
  get cutBytes(): number {
    return Math.min(this.#queueBytes, Math.max(this.#config.bundleBytes, this.queue.peek()?.body.byteLength ?? 0));
  }

  fly(now: Millis, batch: Batch, transmission: number, to: NodeId): void {
    if (batch.state.at === 'again') this.#againCount--;
    batch.state = { at: 'flight', transmission, sentAt: now };
    if (!batch.sentTo.includes(to)) batch.sentTo.push(to);
    this.flights.set(transmission, batch);
  }

  /** Out of flight, to be sent again. */
  recall(batch: Batch, notBefore: Millis): void {
    if (batch.state.at !== 'flight') return;
    this.flights.delete(batch.state.transmission);
    batch.state = { at: 'again', notBefore };
    this.#againCount++;
  }

  /** What waits to be sent again waits no longer. */
  hasten(now: Millis): void {
    this.dropsUntil = now;
    this.timeouts = 0;
    for (const batch of this.batches) if (batch.state.at === 'again' && batch.state.notBefore > now) batch.state = { at: 'again', notBefore: now };
  }

  /**
   * Acknowledged by `by`: settles what was ever sent to it, and what waits in the queue for it (submitted again after a restart, and known there).
   * `landed` is called for every batch that leaves the flight. Returns the runs settled.
   */
  acknowledge(by: NodeId, incarnation: Incarnation, first: number, count: number, landed: (transmission: number, batch: Batch) => void): EntryRun[] {
    const runs: EntryRun[] = [];
    const end = first + count;
    for (let i = this.#indexOf({ incarnation, sequence: first }); i < this.batches.length; i++) {
      const batch = this.batches.at(i)!;
      if (batch.incarnation !== incarnation || batch.first >= end) break;
      if (batch.sentTo.includes(by)) this.#settle(batch, first, end, runs, landed);
    }
    this.#prune();
    while (this.peer?.node === by) {
      const head = this.queue.peek();
      if (!head || head.incarnation !== incarnation || head.sequence < first || head.sequence >= end) break;
      this.queue.shift();
      this.#queueBytes -= head.body.byteLength;
      this.#release(head);
      this.#note(runs, incarnation, head.sequence, 1);
    }
    return runs;
  }

  get expiryAt(): Millis {
    return Math.max(this.#nextExpiry, this.#expiryLookedAt + expiryGrainMs) as Millis;
  }

  /** Takes out what is older than its lifetime. */
  expire(now: Millis, landed: (transmission: number, batch: Batch) => void): EntryRun[] {
    const runs: EntryRun[] = [];
    if (now < this.expiryAt) return runs;
    this.#expiryLookedAt = now;
    let next: number = never;
    for (const batch of this.batches) {
      if (batch.expiresAt > now) next = Math.min(next, batch.expiresAt);
      else {
        for (const entry of batch.entries) {
          if (batch.isSettled(entry.sequence)) continue;
          if (entry.expiresAt <= now) this.#settle(batch, entry.sequence, entry.sequence + 1, runs, landed);
          else next = Math.min(next, entry.expiresAt);
        }
      }
    }
    const kept: Held[] = [];
    for (const entry of this.queue) {
      if (entry.expiresAt > now) {
        next = Math.min(next, entry.expiresAt);
        kept.push(entry);
      } else {
        this.#queueBytes -= entry.body.byteLength;
        this.#release(entry);
        this.#note(runs, entry.incarnation, entry.sequence, 1);
      }
    }
    if (kept.length < this.queue.length) this.queue.replace(kept);
    this.#nextExpiry = next;
    this.#prune();
    return runs;
  }

  /** The caller waits for room and half of every bound is free again: told once. */
  takeRoom(): boolean {
    if (!this.wantsRoom || !this.#isBelow(0.5)) return false;
    this.wantsRoom = false;
    return true;
  }

  #isBelow(share: number, next: { readonly incarnation: Incarnation; readonly sequence: number; readonly body?: Uint8Array } | undefined = undefined): boolean {
    const { sendBufferEntriesMax, sendBufferBytesMax, floorSpanMax } = this.#config;
    const nextBytes = next?.body?.byteLength ?? 0;
    if (this.entries >= sendBufferEntriesMax * share || this.bytes + nextBytes > sendBufferBytesMax * share) return false;
    /** What other lanes hold may stay for long: room is told once there is a little, and class 0 has some of its own. */
    const budget = this.#budget.bytesMax * Math.max(share, 0.9) * (this.class === 0 ? 1.25 : 1);
    if (this.#budget.bytes + nextBytes > budget) return false;
    const top = next ?? this.#last;
    const floor = this.#lowestOpen();
    if (!top || !floor) return true;
    const span = floor.incarnation === top.incarnation ? top.sequence - floor.sequence : top.sequence;
    return span < floorSpanMax * share;
  }

  #lowestOpen(): Floor | undefined {
    let floor: Floor | undefined;
    const batch = this.batches.peek();
    if (batch) floor = { incarnation: batch.incarnation, sequence: batch.lowestUnsettled() };
    const head = this.queue.peek();
    if (head) floor = floor ? lowest(floor, head) : { incarnation: head.incarnation, sequence: head.sequence };
    const expelled = this.#expelled.lowest();
    if (expelled) floor = floor ? lowest(floor, expelled) : expelled;
    if (this.#declared) floor = floor ? lowest(floor, this.#declared) : this.#declared;
    return floor;
  }

  #mayGoBackTo(position: Floor): boolean {
    if (!this.#declared || isBefore(position, this.#declared)) return false;
    if (this.#sentFloor && isBefore(position, this.#sentFloor)) return false;
    for (const held of this.queue) if (held.incarnation === position.incarnation && held.sequence === position.sequence) return false;
    const batch = this.batches.at(this.#indexOf(position));
    return !batch || batch.incarnation !== position.incarnation || position.sequence < batch.first;
  }

  /** Entries of a new incarnation start a new sequence: a receiver can only know the old one ended by the floor, so the floor goes first. */
  #holdFor(now: Millis, incarnation: Incarnation): Millis {
    if (!this.#declared || this.#declared.incarnation >= incarnation || this.#opened === incarnation) return now;
    this.#holdUntil ??= (now + incarnationHoldMs) as Millis;
    return this.#holdUntil;
  }

  #enqueue(held: Held): void {
    const last = this.queue.last();
    if (!last || isBefore(last, held)) return this.queue.push(held);
    let at = this.queue.length;
    while (at > 0 && isBefore(held, this.queue.at(at - 1)!)) at--;
    this.queue.insert(at, held);
  }

  #place(batch: Batch): void {
    const last = this.batches.last();
    if (!last || last.incarnation < batch.incarnation || (last.incarnation === batch.incarnation && last.first < batch.first)) this.batches.push(batch);
    else this.batches.insert(this.#indexOf({ incarnation: batch.incarnation, sequence: batch.first }), batch);
  }

  /** Index of the first batch that ends above the position. */
  #indexOf(position: Floor): number {
    let low = 0;
    let high = this.batches.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const batch = this.batches.at(middle)!;
      if (batch.incarnation > position.incarnation || (batch.incarnation === position.incarnation && batch.end > position.sequence)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #settle(batch: Batch, from: number, to: number, runs: EntryRun[], landed: (transmission: number, batch: Batch) => void): void {
    for (const part of batch.settle(from, to, (entry) => this.#release(entry))) this.#note(runs, batch.incarnation, part.first, part.count);
    if (batch.unsettled > 0 || batch.state.at === 'settled') return;
    if (batch.state.at === 'again') this.#againCount--;
    else {
      this.flights.delete(batch.state.transmission);
      landed(batch.state.transmission, batch);
    }
    batch.state = { at: 'settled' };
  }

  #release(entry: Held): void {
    this.entries--;
    this.bytes -= entry.body.byteLength;
    this.#budget.bytes -= entry.body.byteLength;
  }

  #note(runs: EntryRun[], incarnation: Incarnation, first: number, count: number): void {
    const last = runs[runs.length - 1];
    if (last && last.incarnation === incarnation && last.first + last.count === first) runs[runs.length - 1] = { ...last, count: last.count + count };
    else runs.push({ origin: this.#self, incarnation, stream: this.stream, class: this.class, first, count });
  }

  #prune(): void {
    while (this.batches.peek()?.state.at === 'settled') this.batches.shift();
  }
}
