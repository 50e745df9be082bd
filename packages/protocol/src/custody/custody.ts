import type { Forwarder } from '../forwarding/forwarder.ts';
import type { NodeId, Stream, TrafficClass } from '../ids.ts';
import type { EntryRun, Floor, Submission } from '../io.ts';
import type { RouteView, Surroundings } from '../parts.ts';
import type { Millis } from '../units.ts';
import { type Ack, type Bundle, type Drop, dropCode, kind } from '../wire/messages.ts';
import { KeyRing } from './keyring.ts';
import { Receiver } from './receiver.ts';
import { Sender } from './sender.ts';

export interface CustodyOptions {
  readonly surroundings: Surroundings;
  readonly routes: RouteView;
  readonly forwarder: Forwarder;
}

/** End-to-end custody, both sides of it: docs/protocol.md §8. */
export class Custody {
  readonly counters: Record<string, number> = {};
  readonly #sender: Sender;
  readonly #receiver: Receiver;

  constructor({ surroundings, routes, forwarder }: CustodyOptions) {
    const keys = new KeyRing(surroundings, routes);
    const count = (name: string, by = 1): void => {
      this.counters[name] = (this.counters[name] ?? 0) + by;
    };
    this.#receiver = new Receiver({
      surroundings,
      routes,
      forwarder,
      keys,
      count,
      ownDelivered: (now, stream, cls, runs, echo) => this.#sender.onOwnDelivered(now, stream, cls, runs, echo),
      ownRefused: (now, transmission) => this.#sender.onDrop(now, transmission, dropCode.receiverFull),
    });
    this.#sender = new Sender({
      surroundings,
      routes,
      forwarder,
      keys,
      count,
      deliverOwn: (now, { batch, entries, ...own }) =>
        this.#receiver.acceptOwn(now, { ...own, incarnation: batch.incarnation, first: batch.first, traffic: batch.traffic }, entries),
    });
  }

  /** Takes an entry into custody, or emits `expelled`. */
  submit(now: Millis, submission: Submission): void {
    this.#sender.submit(now, submission);
  }

  /** What the caller says is settled of the entries that are not held here. */
  floor(now: Millis, stream: Stream, cls: TrafficClass, floor: Floor): void {
    this.#sender.declare(now, stream, cls, floor);
  }

  delivered(now: Millis, runs: readonly EntryRun[]): void {
    this.#receiver.delivered(now, runs);
  }

  /** `_reason` is the caller's, for its own log: here it decides nothing. */
  undelivered(now: Millis, runs: readonly EntryRun[], _reason: string): void {
    this.#receiver.undelivered(now, runs);
  }

  /** Frames whose destination is this node. */
  onLocal(now: Millis, message: Bundle | Ack | Drop, _from: NodeId): void {
    if (message.kind === kind.bundle) this.#receiver.onBundle(now, message);
    else if (message.kind === kind.ack) this.#sender.onAck(now, message);
    else this.#sender.onDrop(now, message.droppedTransmission, message.reason);
  }

  onRoutesChanged(now: Millis): void {
    this.#sender.onRoutesChanged(now);
  }

  /** How many more entries `submit` takes for this stream and class. */
  room(stream: Stream, cls: TrafficClass): number {
    return this.#sender.room(stream, cls);
  }

  get wakeAt(): Millis {
    return Math.min(this.#sender.wakeAt, this.#receiver.wakeAt) as Millis;
  }

  wake(now: Millis): void {
    this.#receiver.wake(now);
    this.#sender.wake(now);
  }
}
