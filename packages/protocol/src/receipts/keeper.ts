import { CarriedLedger } from '../forwarding/ledger.ts';
import { type NodeId, type Traffic, traffic } from '../ids.ts';
import type { EntryRun, Floor } from '../io.ts';
import type { Millis } from '../units.ts';
import { kind, type VouchRequest as RequestFrame, type Voucher } from '../wire/messages.ts';
import type { ReceiptPort } from './ports.ts';
import { RangesByOrigin } from './ranges-by-origin.ts';

/** Relays remembered at once: above it the one met first is forgotten, and what it has not had signed by then stays unsigned. */
const relaysMax = 64;
const streamsMax = 4096;
const rangesMax = 256;
/** Answers kept for a relay whose link broke before it had them. */
const answersMax = 64;
/** Signatures a second, and at once, per relay: an honest one asks half as often. */
const signaturesPerSecond = 32;
const signaturesAtOnce = 256;

interface Relay {
  readonly ledger: CarriedLedger;
  /** Taken from the relay, not signed for yet. */
  readonly taken: RangesByOrigin;
  readonly answers: Map<string, Voucher>;
  tokens: number;
  tokensAt: Millis;
}

/** Remembers what this node took from its neighbours, and signs for each packet once per neighbour: docs/protocol.md §7.7. */
export class Keeper {
  readonly #port: ReceiptPort;
  readonly #count: (name: string) => void;
  readonly #relays = new Map<NodeId, Relay>();

  constructor(port: ReceiptPort, count: (name: string) => void) {
    this.#port = port;
    this.#count = count;
  }

  took(now: Millis, from: NodeId, run: EntryRun, of: Traffic, floor: Floor): void {
    if (of !== traffic.device || run.stream !== 'backend') return;
    const relay = this.#relay(now, from);
    for (const fresh of relay.ledger.count(now, run, floor)) relay.taken.add(fresh);
  }

  /** The same request gets the same answer, so that a relay may ask again when the link broke in between. */
  asked(now: Millis, from: NodeId, request: RequestFrame): Voucher {
    const relay = this.#relay(now, from);
    const key = `${request.epoch}.${request.seq}`;
    const before = relay.answers.get(key);
    if (before) return before;
    const answer: Voucher = { kind: kind.voucher, epoch: request.epoch, seq: request.seq, signature: this.#sign(now, from, relay, request) };
    relay.answers.set(key, answer);
    if (relay.answers.size > answersMax) relay.answers.delete(relay.answers.keys().next().value!);
    return answer;
  }

  #sign(now: Millis, from: NodeId, relay: Relay, request: RequestFrame): Uint8Array | undefined {
    relay.tokens = Math.min(signaturesAtOnce, relay.tokens + ((now - relay.tokensAt) / 1000) * signaturesPerSecond);
    relay.tokensAt = now;
    if (relay.tokens < 1) return this.#refuse('voucher-over-rate');
    if (!request.ranges.every((range) => relay.taken.has(range))) return this.#refuse('voucher-not-taken');
    relay.tokens--;
    const signature = this.#port.vouch(from, request);
    if (!signature) return this.#refuse('voucher-epoch');
    for (const range of request.ranges) relay.taken.remove(range);
    this.#count('vouched');
    return signature;
  }

  #refuse(why: string): undefined {
    this.#count(why);
  }

  #relay(now: Millis, node: NodeId): Relay {
    const known = this.#relays.get(node);
    if (known) return known;
    if (this.#relays.size >= relaysMax) this.#relays.delete(this.#relays.keys().next().value!);
    const relay: Relay = {
      ledger: new CarriedLedger(streamsMax),
      taken: new RangesByOrigin(streamsMax, rangesMax),
      answers: new Map(),
      tokens: signaturesAtOnce,
      tokensAt: now,
    };
    this.#relays.set(node, relay);
    return relay;
  }
}
