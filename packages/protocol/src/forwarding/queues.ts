import type { ProtocolConfig } from '../config.ts';
import type { TrafficClass } from '../ids.ts';
import { type Millis, never } from '../units.ts';
import { markCongested } from '../wire/index.ts';
import { Fifo } from './fifo.ts';
import { type Parcel, settled } from './parcel.ts';

/** How long sojourn must stay above the bound before frames are marked: RFC 8289's interval. */
const intervalMs = 100;
/** Bytes a class may send per turn of the deficit round robin: classes 1, 2, 3 share a full link 4 : 2 : 1. */
const quantum = [0, 64 * 1024, 32 * 1024, 16 * 1024] as const;

interface Waiting {
  readonly parcel: Parcel;
  readonly since: Millis;
}

/** One class towards one neighbour. At `queueBytesMax` the newest is refused. docs/protocol.md §7.3 */
class ClassQueue {
  readonly waiting = new Fifo<Waiting>();
  bytes = 0;
  deficit = 0;
  #markFrom: Millis = never;

  /** Marks when the queue has stood too long: CoDel's rule (RFC 8289 §4) with a mark in place of a drop. */
  shift(now: Millis, sojournMs: number): Parcel {
    const { parcel, since } = this.waiting.shift()!;
    this.bytes -= parcel.bytes.byteLength;
    if (now - since < sojournMs) this.#markFrom = never;
    else if (this.#markFrom === never) this.#markFrom = (now + intervalMs) as Millis;
    else if (now >= this.#markFrom) markCongested(parcel.bytes);
    return parcel;
  }
}

/** What waits for one neighbour: class 0 for the urgent connection, classes 1 to 3 for the bulk one by deficit round robin. docs/protocol.md §7.1 */
export class LinkQueues {
  readonly #classes = [new ClassQueue(), new ClassQueue(), new ClassQueue(), new ClassQueue()] as const;
  readonly #config: ProtocolConfig;
  #turn: 1 | 2 | 3 = 1;
  #turnFresh = true;

  constructor(config: ProtocolConfig) {
    this.#config = config;
  }

  /** False when the class is full: the caller drops this one, the newest. */
  push(now: Millis, parcel: Parcel): boolean {
    const queue = this.#classes[parcel.class];
    if (queue.bytes + parcel.bytes.byteLength > this.#config.queueBytesMax) return false;
    queue.waiting.push({ parcel: settled(parcel), since: now });
    queue.bytes += parcel.bytes.byteLength;
    return true;
  }

  isEmpty(cls: TrafficClass): boolean {
    return this.#classes[cls].waiting.length === 0;
  }

  get bulkIsEmpty(): boolean {
    return this.isEmpty(1) && this.isEmpty(2) && this.isEmpty(3);
  }

  /** The next for the urgent connection, if `maySend` its bytes. */
  shiftUrgent(now: Millis, maySend: (bytes: number) => boolean): Parcel | undefined {
    const queue = this.#classes[0];
    const head = queue.waiting.peek();
    return head && maySend(head.parcel.bytes.byteLength) ? queue.shift(now, this.#config.queueSojournMs) : undefined;
  }

  /** The next for the bulk connection, if `maySend` its bytes. Deficit round robin, Shreedhar and Varghese 1996. */
  shiftBulk(now: Millis, maySend: (bytes: number) => boolean): Parcel | undefined {
    /** A frame of `frameBytesMax` gathers its deficit in at most that many turns of the smallest quantum. */
    const turnsMax = 3 * (2 + Math.ceil(this.#config.frameBytesMax / quantum[3]));
    for (let turn = 0; turn < turnsMax && !this.bulkIsEmpty; turn++) {
      const queue = this.#classes[this.#turn];
      const head = queue.waiting.peek();
      if (head) {
        if (this.#turnFresh) queue.deficit += quantum[this.#turn];
        this.#turnFresh = false;
        const bytes = head.parcel.bytes.byteLength;
        if (bytes <= queue.deficit) {
          if (!maySend(bytes)) return undefined;
          queue.deficit -= bytes;
          return queue.shift(now, this.#config.queueSojournMs);
        }
      } else queue.deficit = 0;
      this.#turn = ((this.#turn % 3) + 1) as 1 | 2 | 3;
      this.#turnFresh = true;
    }
    return undefined;
  }

  /** When the longest waiting frame has waited `waitMsMax`. */
  starvesAt(waitMsMax: number): Millis {
    let at: number = never;
    for (const queue of this.#classes) {
      const head = queue.waiting.peek();
      if (head) at = Math.min(at, head.since + waitMsMax);
    }
    return at as Millis;
  }

  /** Takes out what has waited `waitMsMax`. */
  starved(now: Millis, waitMsMax: number): Parcel[] {
    const out: Parcel[] = [];
    for (const queue of this.#classes) {
      for (let head = queue.waiting.peek(); head && head.since + waitMsMax <= now; head = queue.waiting.peek()) {
        queue.waiting.shift();
        queue.bytes -= head.parcel.bytes.byteLength;
        out.push(head.parcel);
      }
    }
    return out;
  }

  drain(): Parcel[] {
    return this.#classes.flatMap((queue) => queue.waiting.drain().map((w) => w.parcel));
  }

  view(): { class: TrafficClass; frames: number; bytes: number }[] {
    return this.#classes.map((queue, cls) => ({ class: cls as TrafficClass, frames: queue.waiting.length, bytes: queue.bytes }));
  }
}
