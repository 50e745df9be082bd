import type { Incarnation, NodeId, Stream, Traffic, TrafficClass } from '../ids.ts';
import type { Floor } from '../io.ts';
import { Millis } from '../units.ts';
import type { PackedEntry } from '../wire/messages.ts';
import { isBefore } from './position.ts';
import { type Range, RangeSet } from './rangeset.ts';

/** Holes per incarnation, and incarnations, that a source may make: beyond, bundles that would add one are refused till the floor rises. */
const holesMax = 1024;
const incarnationsMax = 64;

/** Entries of one bundle that are new here. */
export interface Chunk {
  readonly incarnation: Incarnation;
  readonly first: number;
  readonly entries: readonly PackedEntry[];
  readonly traffic: Traffic;
  readonly arrivedAt: Millis;
  readonly transmission: number;
  readonly congested: boolean;
  /** Share of the payload as carried, per entry; whole bytes. */
  readonly bytesEach: number;
}

/** What one receiver holds for all its sources: entries that wait for a gap, or for an answer. */
export interface Load {
  entries: number;
  bytes: number;
}

export interface Delivery {
  readonly chunk: Chunk;
  readonly late: boolean;
}

/** Part of a chunk that was delivered and is now answered. */
export interface Answered extends Range {
  readonly chunk: Chunk;
}

interface Book {
  readonly incarnation: Incarnation;
  /** Everything seen: waiting for a gap, delivered, or acknowledged. */
  readonly known: RangeSet;
  /** Delivered and not answered. */
  readonly pending: RangeSet;
  readonly acked: RangeSet;
}

const end = (chunk: Chunk): number => chunk.first + chunk.entries.length;
const positionOf = (chunk: Chunk): Floor => ({ incarnation: chunk.incarnation, sequence: chunk.first });

/** What a receiver knows of one (origin, stream, class): which entries came, in which order they go out, which were answered. docs/protocol.md §8.10 */
export class Source {
  readonly origin: NodeId;
  readonly stream: Stream;
  readonly class: TrafficClass;
  /** Entries that wait for a gap to close. */
  waitingCount = 0;
  /** Entries that were delivered and not answered. */
  pendingCount = 0;
  readonly #load: Load;
  /** The acknowledgement in the making. */
  readonly ack = {
    runs: [] as { incarnation: Incarnation; first: number; count: number }[],
    echo: 0,
    sawCongestion: false,
    sentAt: Millis(Number.NEGATIVE_INFINITY),
  };
  #floor: Floor;
  /** The next position that goes out without waiting. */
  #next: Floor;
  /** Ascending. */
  readonly #books: Book[] = [];
  /** Ascending by position. */
  #waiting: Chunk[] = [];
  /** Ascending by position. */
  readonly #delivered: { readonly chunk: Chunk; left: number }[] = [];

  /** The first bundle after a start sets what is expected: its origin's floor. */
  constructor(origin: NodeId, stream: Stream, cls: TrafficClass, floor: Floor, load: Load) {
    this.origin = origin;
    this.stream = stream;
    this.class = cls;
    this.#floor = floor;
    this.#next = floor;
    this.#load = load;
  }

  get isIdle(): boolean {
    return this.waitingCount === 0 && this.pendingCount === 0 && this.ack.runs.length === 0;
  }

  isNext(incarnation: Incarnation, first: number): boolean {
    return incarnation === this.#next.incarnation && first === this.#next.sequence;
  }

  /** Everything below is settled at the origin: forgotten here, never waited for, and not delivered any more when it still waited. Returns how many entries that were. */
  raise(floor: Floor): number {
    if (!isBefore(this.#floor, floor)) return 0;
    this.#floor = floor;
    while (this.#books.length > 0 && this.#books[0]!.incarnation < floor.incarnation && this.#books[0]!.pending.size === 0) this.#books.shift();
    for (const book of this.#books) if (book.incarnation === floor.incarnation) for (const set of [book.known, book.acked]) set.forgetBelow(floor.sequence);
    if (isBefore(this.#next, floor)) this.#next = floor;
    let discarded = 0;
    for (let head = this.#waiting[0]; head && isBefore(positionOf(head), floor); head = this.#waiting[0]) {
      const kept = head.incarnation < floor.incarnation ? 0 : Math.max(0, end(head) - floor.sequence);
      discarded += head.entries.length - kept;
      this.#hold(head, kept - head.entries.length);
      if (kept === 0) this.#waiting.shift();
      else this.#waiting[0] = { ...head, first: floor.sequence, entries: head.entries.slice(-kept) };
    }
    this.waitingCount -= discarded;
    return discarded;
  }

  /** Which of the run are new here, and whether some were settled before (the origin missed the acknowledgement). */
  sort(incarnation: Incarnation, first: number, count: number): { readonly fresh: readonly Range[]; readonly settled: readonly Range[] } {
    if (incarnation < this.#floor.incarnation) return { fresh: [], settled: [{ first, count }] };
    const book = this.#find(incarnation);
    const below = incarnation === this.#floor.incarnation ? Math.min(Math.max(0, this.#floor.sequence - first), count) : 0;
    const settled: Range[] = below > 0 ? [{ first, count: below }] : [];
    if (below === count) return { fresh: [], settled };
    if (!book) return { fresh: [{ first: first + below, count: count - below }], settled };
    settled.push(...book.acked.within(first + below, count - below));
    return { fresh: book.known.missing(first + below, count - below), settled };
  }

  /** Whether new entries of this incarnation would be one hole or one incarnation too many. */
  isFull(incarnation: Incarnation): boolean {
    return (this.#find(incarnation)?.known.size ?? 0) >= holesMax || (!this.#find(incarnation) && this.#books.length >= incarnationsMax);
  }

  /** Takes new entries; returns what goes out now, in order. */
  take(chunk: Chunk): Delivery[] {
    const out: Delivery[] = [];
    this.#book(chunk.incarnation).known.add(chunk.first, chunk.entries.length);
    this.#hold(chunk, chunk.entries.length);
    const next = this.#next;
    if (chunk.incarnation === next.incarnation && chunk.first < next.sequence && end(chunk) > next.sequence) {
      const cut = next.sequence - chunk.first;
      this.#deliver({ ...chunk, entries: chunk.entries.slice(0, cut) }, out);
      this.#deliver({ ...chunk, first: next.sequence, entries: chunk.entries.slice(cut) }, out);
    } else if (isBefore(positionOf(chunk), next) || this.isNext(chunk.incarnation, chunk.first)) this.#deliver(chunk, out);
    else {
      this.#insertWaiting(chunk);
      this.waitingCount += chunk.entries.length;
    }
    this.#drain(out);
    return out;
  }

  /** After a raised floor: what no longer has to wait. */
  drain(): Delivery[] {
    const out: Delivery[] = [];
    this.#drain(out);
    return out;
  }

  /** When the first of those that wait has waited long enough; undefined when none waits. */
  get waitingSince(): Millis | undefined {
    let since: Millis | undefined;
    for (const chunk of this.#waiting) if (since === undefined || chunk.arrivedAt < since) since = chunk.arrivedAt;
    return since;
  }

  /** Gaps that have kept something waiting since `before` or earlier are given up: what fills them later is late. */
  giveUp(before: number): Delivery[] {
    const out: Delivery[] = [];
    for (;;) {
      let last = -1;
      for (let i = 0; i < this.#waiting.length; i++) if (this.#waiting[i]!.arrivedAt <= before) last = i;
      if (last < 0) return out;
      for (const chunk of this.#waiting.splice(0, last + 1)) {
        this.waitingCount -= chunk.entries.length;
        this.#deliver(chunk, out);
      }
      this.#drain(out);
    }
  }

  /** Parts of the run that were delivered and wait for an answer; they are pending no longer. */
  answer(incarnation: Incarnation, first: number, count: number): Answered[] {
    const book = this.#find(incarnation);
    if (!book) return [];
    const out: Answered[] = [];
    for (const range of book.pending.within(first, count)) {
      const stop = range.first + range.count;
      for (let i = this.#deliveredIndex(incarnation, range.first); i < this.#delivered.length; ) {
        const held = this.#delivered[i]!;
        if (held.chunk.incarnation !== incarnation || held.chunk.first >= stop) break;
        const from = Math.max(held.chunk.first, range.first);
        const part = Math.min(end(held.chunk), stop) - from;
        out.push({ chunk: held.chunk, first: from, count: part });
        held.left -= part;
        this.#hold(held.chunk, -part);
        if (held.left === 0) this.#delivered.splice(i, 1);
        else i++;
      }
      this.pendingCount -= range.count;
    }
    book.pending.remove(first, count);
    return out;
  }

  acknowledged(part: Answered): void {
    this.#book(part.chunk.incarnation).acked.add(part.first, part.count);
  }

  /** Unlearns a part, so that the origin's next sending is delivered; in order again when nothing later was acknowledged. */
  refused(part: Answered): void {
    const { incarnation } = part.chunk;
    const book = this.#book(incarnation);
    book.known.remove(part.first, part.count);
    const position = { incarnation, sequence: part.first };
    if (isBefore(position, this.#next) && !isBefore(position, this.#floor)) this.#next = position;
  }

  /** An entry that is not handed on (expired on the way): known, never answered. */
  skip(chunk: Chunk, sequence: number): void {
    this.answer(chunk.incarnation, sequence, 1);
  }

  /** The acknowledged range around it, which says again what an acknowledgement before may have failed to say. */
  ackedAround(incarnation: Incarnation, first: number): Range | undefined {
    return this.#find(incarnation)?.acked.rangeAt(first);
  }

  #hold(chunk: Chunk, entries: number): void {
    this.#load.entries += entries;
    this.#load.bytes += entries * chunk.bytesEach;
  }

  #find(incarnation: Incarnation): Book | undefined {
    for (let i = this.#books.length - 1; i >= 0; i--) if (this.#books[i]!.incarnation === incarnation) return this.#books[i];
    return undefined;
  }

  #book(incarnation: Incarnation): Book {
    const known = this.#find(incarnation);
    if (known) return known;
    const book = { incarnation, known: new RangeSet(), pending: new RangeSet(), acked: new RangeSet() };
    if (incarnation === this.#floor.incarnation) for (const set of [book.known, book.acked]) set.forgetBelow(this.#floor.sequence);
    const at = this.#books.findIndex((b) => b.incarnation > incarnation);
    this.#books.splice(at < 0 ? this.#books.length : at, 0, book);
    return book;
  }

  #deliver(chunk: Chunk, out: Delivery[]): void {
    const book = this.#book(chunk.incarnation);
    out.push({ chunk, late: this.#isLate(chunk) });
    book.pending.add(chunk.first, chunk.entries.length);
    this.pendingCount += chunk.entries.length;
    const held = { chunk, left: chunk.entries.length };
    const last = this.#delivered[this.#delivered.length - 1]?.chunk;
    if (!last || last.incarnation < chunk.incarnation || (last.incarnation === chunk.incarnation && last.first < chunk.first)) this.#delivered.push(held);
    else this.#delivered.splice(this.#deliveredIndex(chunk.incarnation, chunk.first), 0, held);
    const after = { incarnation: chunk.incarnation, sequence: end(chunk) };
    if (isBefore(this.#next, after)) this.#next = after;
  }

  /** Something later has gone out before. */
  #isLate(chunk: Chunk): boolean {
    for (const { incarnation, pending, acked } of this.#books) {
      if (incarnation < chunk.incarnation) continue;
      if (incarnation === chunk.incarnation ? Math.max(topOf(pending), topOf(acked)) > chunk.first : pending.size + acked.size > 0) return true;
    }
    return false;
  }

  #drain(out: Delivery[]): void {
    for (;;) {
      this.#skipDone();
      const head = this.#waiting[0];
      if (!head || isBefore(this.#next, positionOf(head))) return;
      this.#waiting.shift();
      this.waitingCount -= head.entries.length;
      this.#deliver(head, out);
    }
  }

  /** Moves on over what already went out (after a refusal set the expectation back). */
  #skipDone(): void {
    const book = this.#find(this.#next.incarnation);
    if (!book) return;
    for (;;) {
      const range = book.pending.rangeAt(this.#next.sequence) ?? book.acked.rangeAt(this.#next.sequence);
      if (!range) return;
      this.#next = { incarnation: this.#next.incarnation, sequence: range.first + range.count };
    }
  }

  #insertWaiting(chunk: Chunk): void {
    let at = this.#waiting.length;
    while (at > 0 && isBefore(positionOf(chunk), positionOf(this.#waiting[at - 1]!))) at--;
    this.#waiting.splice(at, 0, chunk);
  }

  /** Index of the first delivered chunk that ends above the position. */
  #deliveredIndex(incarnation: Incarnation, sequence: number): number {
    let low = 0;
    let high = this.#delivered.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { chunk } = this.#delivered[middle]!;
      if (chunk.incarnation > incarnation || (chunk.incarnation === incarnation && end(chunk) > sequence)) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** The floor of a set counts as nothing delivered: what is below is settled, not later. */
const topOf = (set: RangeSet): number => (set.size > 0 ? set.top : 0);
