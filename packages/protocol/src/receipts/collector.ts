import { type NodeId, type Traffic, traffic } from '../ids.ts';
import type { EntryRun, Output } from '../io.ts';
import { type Millis, never } from '../units.ts';
import { kind, type VouchRequest as RequestFrame, type Voucher } from '../wire/messages.ts';
import type { EpochReading, VouchRequest } from './ports.ts';
import { packetsIn, receiptPacketsMax } from './ranges.ts';
import { RangesByOrigin } from './ranges-by-origin.ts';

const receiptMsMax = 10_000;
/** Next hops remembered at once: above it the one met first is forgotten, with what it had not signed. */
const nextsMax = 64;
/** Requests without an answer per next hop: above it the oldest is given up. */
const unansweredMax = 64;
/** Requests a second, and at once: what a node carries above it earns nothing, long after the contract's cap for one node. */
const requestsPerSecond = 16;
const requestsAtOnce = 128;
/** Sequences of a node that started again within the epoch must be above those it used before. */
const sequencesPerSecond = 1024;

interface Next {
  epoch: number;
  since: Millis;
  packets: number;
  ranges: RangesByOrigin;
  sequence: number;
  readonly unanswered: Map<string, VouchRequest>;
}

export interface CollectorOptions {
  readonly epoch: () => EpochReading | undefined;
  /** False when there is no link now: the request goes when there is one. */
  readonly send: (node: NodeId, frame: RequestFrame) => boolean;
  readonly emit: (output: Extract<Output, { type: 'receipt' | 'receiptWanted' }>) => void;
  readonly count: (name: string, by?: number) => void;
}

/**
 * Gathers what this node carried into requests, and asks each next hop to sign for what it took: docs/protocol.md §7.7. A packet is asked for once,
 * since it is counted as carried once. What nobody signed when its epoch is over by more than one is given up.
 */
export class Collector {
  readonly #o: CollectorOptions;
  readonly #nexts = new Map<NodeId | 'backend', Next>();
  #tokens = requestsAtOnce;
  #tokensAt = 0;
  #wakeAt: Millis = never;

  constructor(options: CollectorOptions) {
    this.#o = options;
  }

  /** Never later than what is due. */
  get wakeAt(): Millis {
    return this.#wakeAt;
  }

  carried(now: Millis, run: EntryRun, of: Traffic, to: NodeId | 'backend'): void {
    if (of !== traffic.device || run.stream !== 'backend') return;
    const reading = this.#o.epoch();
    if (!reading) return this.#o.count('unvouched', run.count);
    const next = this.#next(now, to, reading.epoch);
    if (next.epoch !== reading.epoch) {
      this.#close(now, to, next, reading);
      next.epoch = reading.epoch;
      next.sequence = 0;
    }
    for (let first = run.first, left = run.count; left > 0; ) {
      if (next.packets === 0) {
        next.since = now;
        if (now + receiptMsMax < this.#wakeAt) this.#wakeAt = (now + receiptMsMax) as Millis;
      }
      const count = Math.min(left, receiptPacketsMax - next.packets);
      next.ranges.add({ ...run, first, count });
      next.packets += count;
      first += count;
      left -= count;
      if (next.packets === receiptPacketsMax) this.#close(now, to, next, reading);
    }
  }

  linkUp(node: NodeId): void {
    const epoch = this.#o.epoch()?.epoch;
    const next = this.#nexts.get(node);
    if (!next || epoch === undefined) return;
    for (const [key, request] of next.unanswered) {
      if (request.epoch + 1 < epoch) this.#giveUp(next, key, request);
      else this.#o.send(node, { kind: kind.vouchRequest, ...request });
    }
  }

  answered(from: NodeId, voucher: Voucher): void {
    const next = this.#nexts.get(from);
    const key = keyOf(voucher);
    const request = next?.unanswered.get(key);
    if (!next || !request) return this.#o.count('voucher-unasked');
    if (!voucher.signature) return this.#giveUp(next, key, request);
    next.unanswered.delete(key);
    this.#o.emit({ type: 'receipt', next: from, request, signature: voucher.signature.slice() });
  }

  wake(now: Millis): void {
    if (now < this.#wakeAt) return;
    this.#wakeAt = never;
    const reading = this.#o.epoch();
    for (const [to, next] of this.#nexts) {
      if (next.packets === 0) continue;
      const due = next.since + receiptMsMax;
      if (due <= now) this.#close(now, to, next, reading);
      else if (due < this.#wakeAt) this.#wakeAt = due as Millis;
    }
  }

  #next(now: Millis, to: NodeId | 'backend', epoch: number): Next {
    const known = this.#nexts.get(to);
    if (known) return known;
    if (this.#nexts.size >= nextsMax) this.#nexts.delete(this.#nexts.keys().next().value!);
    const next: Next = { epoch, since: now, packets: 0, ranges: fresh(), sequence: 0, unanswered: new Map() };
    this.#nexts.set(to, next);
    return next;
  }

  /** Asks for what was gathered, under the epoch in which it was carried. */
  #close(now: Millis, to: NodeId | 'backend', next: Next, reading: EpochReading | undefined): void {
    if (next.packets === 0) return;
    const { epoch, packets } = next;
    const ranges = next.ranges.ranges();
    next.packets = 0;
    next.ranges = fresh();
    if (!this.#mayAsk(now)) return this.#o.count('unvouched', packets);
    const floor = reading?.epoch === epoch ? reading.second * sequencesPerSecond : 0;
    next.sequence = Math.max(next.sequence, floor) + 1;
    const request: VouchRequest = { epoch, seq: next.sequence, ranges };
    if (to === 'backend') return this.#o.emit({ type: 'receiptWanted', request });
    const oldest = next.unanswered.size >= unansweredMax ? next.unanswered.entries().next().value : undefined;
    if (oldest) this.#giveUp(next, ...oldest);
    next.unanswered.set(keyOf(request), request);
    this.#o.send(to, { kind: kind.vouchRequest, ...request });
  }

  #giveUp(next: Next, key: string, request: VouchRequest): void {
    next.unanswered.delete(key);
    this.#o.count('unvouched', packetsIn(request.ranges));
  }

  #mayAsk(now: Millis): boolean {
    this.#tokens = Math.min(requestsAtOnce, this.#tokens + ((now - this.#tokensAt) / 1000) * requestsPerSecond);
    this.#tokensAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}

const keyOf = (of: { readonly epoch: number; readonly seq: number }): string => `${of.epoch}.${of.seq}`;
/** One request's worth: as many pages and ranges as packets at most. */
const fresh = (): RangesByOrigin => new RangesByOrigin(receiptPacketsMax, receiptPacketsMax);
