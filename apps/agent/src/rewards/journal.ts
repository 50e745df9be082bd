import type { RewardTerms } from '@energymesh/identity';
import { encodeRanges, type NodeId, type Output, packetsIn, type VerifySignature, type VouchRequest } from '@energymesh/protocol';
import type { Clock, NodeKeys } from '../ports.ts';
import type { ReceiptRow, RewardBook } from '../reward-book.ts';
import { domainOf } from './terms.ts';
import { receiptBytes } from './vouching.ts';

/** A crash costs at most so much of what was signed for. */
const flushMs = 1000;
/** At 16 receipts a second a minute's worth, while the disk takes nothing. */
const bufferMax = 1024;
/** About 60 MB; at the bound new ones are not kept, and earn nothing. Two weeks of a receipt every 10 s from two next hops. */
const rowsMaxUsual = 250_000;

export interface JournalOptions {
  readonly terms: RewardTerms;
  readonly ownKey: Uint8Array;
  readonly keys: NodeKeys;
  /** As the ledger verifies: `strictly`. */
  readonly verify: VerifySignature;
  readonly book: Pick<RewardBook, 'addReceipts' | 'receiptCount' | 'packetsOf' | 'lastProved'>;
  readonly clock: Clock;
  readonly onStoreError: (error: unknown) => void;
  readonly rowsMax?: number;
}

/** Keeps what next hops signed for, once it is sure that the contract will take it, until the epoch's proof is made. */
export class ReceiptJournal implements Disposable {
  readonly counters = { kept: 0, packets: 0, forged: 0, full: 0, late: 0 };
  readonly #o: JournalOptions;
  readonly #rowsMax: number;
  #rows: number;
  #closed: number;
  #buffer: ReceiptRow[] = [];
  #cancel: (() => void) | undefined;
  #ended = false;

  constructor(options: JournalOptions) {
    this.#o = options;
    this.#rowsMax = options.rowsMax ?? rowsMaxUsual;
    this.#rows = options.book.receiptCount();
    this.#closed = options.book.lastProved() ?? -1;
  }

  /** By a neighbour. */
  take({ next, request, signature }: Pick<Extract<Output, { type: 'receipt' }>, 'next' | 'request' | 'signature'>): boolean {
    const key = this.#o.keys.publicKey(next as NodeId);
    return key ? this.#keep(key, request, signature) : this.#refuse();
  }

  /** By the hub, for a gateway's hop. */
  takeHubs(request: VouchRequest, signature: Uint8Array): boolean {
    return this.#keep(Buffer.from(this.#o.terms.hubKey, 'hex'), request, signature);
  }

  /** Writes what is buffered: before an epoch's tree is built, and at the end. True when nothing is left. */
  flush(): boolean {
    this.#cancel?.();
    this.#cancel = undefined;
    const rows = this.#buffer;
    if (rows.length === 0) return true;
    try {
      this.#o.book.addReceipts(rows);
      this.#buffer = [];
      return true;
    } catch (error) {
      // The disk is full or gone: kept for the next attempt, within the bound.
      this.#o.onStoreError(error);
      if (!this.#ended) this.#later();
      return false;
    }
  }

  /** The epoch's tree is built now: a receipt that comes later would be in no tree. */
  close(epoch: number): void {
    this.#closed = Math.max(this.#closed, epoch);
  }

  /** Packets of an epoch so far. */
  packetsOf(epoch: number): number {
    return this.#buffer.reduce((sum, row) => sum + (row.epoch === epoch ? row.packets : 0), this.#o.book.packetsOf(epoch));
  }

  /** Rows that were forgotten make room. */
  forgot(): void {
    this.#rows = this.#o.book.receiptCount() + this.#buffer.length;
  }

  [Symbol.dispose](): void {
    this.#ended = true;
    this.flush();
    this.#cancel?.();
  }

  #keep(next: Uint8Array, request: VouchRequest, signature: Uint8Array): boolean {
    const { terms, verify, ownKey } = this.#o;
    if (request.epoch <= this.#closed) {
      this.counters.late++;
      return false;
    }
    if (!verify(next, receiptBytes(domainOf(terms), { relay: ownKey, next, request }), signature)) return this.#refuse();
    if (this.#rows >= this.#rowsMax || this.#buffer.length >= bufferMax) {
      this.counters.full++;
      return false;
    }
    const packets = packetsIn(request.ranges);
    this.#buffer.push({
      epoch: request.epoch,
      next: Buffer.from(next).toString('hex'),
      seq: request.seq,
      packets,
      ranges: Buffer.from(encodeRanges(request.ranges)),
      signature: Buffer.from(signature),
    });
    this.#rows++;
    this.counters.kept++;
    this.counters.packets += packets;
    this.#later();
    return true;
  }

  #refuse(): false {
    this.counters.forged++;
    return false;
  }

  #later(): void {
    this.#cancel ??= this.#o.clock.after(flushMs, () => {
      this.#cancel = undefined;
      this.flush();
    });
  }
}
