import type { NodeId } from '../ids.ts';
import type { EntryRun, Output } from '../io.ts';
import type { Millis } from '../units.ts';
import { type Bundle, kind, runOf, type Voucher, type VouchRequest } from '../wire/messages.ts';
import { Collector } from './collector.ts';
import { Keeper } from './keeper.ts';
import type { ReceiptPort } from './ports.ts';

export interface ExchangeOptions {
  readonly port: ReceiptPort;
  /** False when there is no link. */
  readonly send: (node: NodeId, frame: VouchRequest | Voucher) => boolean;
  readonly emit: (output: Output) => void;
}

/** Both sides of receipts: what this node carried is signed by its next hops, and it signs for what it took. docs/protocol.md §7.7 */
export class ReceiptExchange {
  readonly counters: Record<string, number> = {};
  readonly #send: ExchangeOptions['send'];
  readonly #collector: Collector;
  readonly #keeper: Keeper;

  constructor({ port, send, emit }: ExchangeOptions) {
    const count = (name: string, by = 1): void => {
      this.counters[name] = (this.counters[name] ?? 0) + by;
    };
    this.#send = send;
    this.#collector = new Collector({ epoch: () => port.epoch(), send, emit, count });
    this.#keeper = new Keeper(port, count);
  }

  get wakeAt(): Millis {
    return this.#collector.wakeAt;
  }

  wake(now: Millis): void {
    this.#collector.wake(now);
  }

  linkUp(node: NodeId): void {
    this.#collector.linkUp(node);
  }

  carried(now: Millis, run: EntryRun, of: Bundle['traffic'], next: NodeId | 'backend'): void {
    this.#collector.carried(now, run, of, next);
  }

  took(now: Millis, from: NodeId, bundle: Bundle): void {
    this.#keeper.took(now, from, runOf(bundle), bundle.traffic, bundle.floor);
  }

  onFrame(now: Millis, from: NodeId, frame: VouchRequest | Voucher): void {
    if (frame.kind === kind.voucher) this.#collector.answered(from, frame);
    else this.#send(from, this.#keeper.asked(now, from, frame));
  }
}
