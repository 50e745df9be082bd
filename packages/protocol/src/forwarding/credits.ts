import type { ProtocolConfig } from '../config.ts';
import type { Channel } from '../io.ts';
import { type Millis, never } from '../units.ts';
import { type Credit, kind } from '../wire/messages.ts';
import { Fifo } from './fifo.ts';
import type { Cargo } from './parcel.ts';

const u48Max = 2 ** 48 - 1;
/** Bundles sent and not yet receipted, per connection: at the bound sending waits for a receipt. */
const unreceiptedMax = 4096;
/** The urgent connection has no byte credit; this bounds what a neighbour that stopped reading can pile up there. */
const urgentBytesMax = 256 * 1024;
/** The window covers this much of the receiver's rate. docs/protocol.md §7.4 */
const windowMs = 20;
/** A receipt never waits longer; a credit goes as soon as half its window is used. */
export const receiptDelayMs = 10;

interface Unreceipted {
  readonly cargo: Cargo;
  readonly bytes: number;
}

/** The sending side of one connection. docs/protocol.md §7.4 */
export class CreditSender {
  readonly #channel: Channel;
  readonly #unreceipted = new Fifo<Unreceipted>();
  #unreceiptedBytes = 0;
  #sentBytes = 0;
  #granted: number;
  #receipted = 0;

  constructor(channel: Channel, config: ProtocolConfig) {
    this.#channel = channel;
    /** Both ends take the first window as granted. */
    this.#granted = channel === 'bulk' ? config.creditBytesMin : u48Max;
  }

  /** A bundle larger than the whole window goes when nothing else is on the way, so it never waits for ever. */
  readonly maySend = (bytes: number): boolean => {
    if (this.#unreceipted.length === 0) return true;
    if (this.#unreceipted.length >= unreceiptedMax || this.#sentBytes + bytes > this.#granted) return false;
    return this.#channel === 'bulk' || this.#unreceiptedBytes + bytes <= urgentBytesMax;
  };

  sent(cargo: Cargo, bytes: number): void {
    this.#sentBytes += bytes;
    this.#unreceiptedBytes += bytes;
    this.#unreceipted.push({ cargo, bytes });
  }

  /** What the neighbour says it took, in the order sent. False when it claims more than was sent: its figures are then not taken. */
  receipt(credit: Credit, carried: (cargo: Cargo) => void): boolean {
    let fresh = credit.receivedBundles - this.#receipted;
    if (fresh > this.#unreceipted.length) return false;
    if (credit.grantedBytes > this.#granted) this.#granted = credit.grantedBytes;
    for (; fresh > 0; fresh--) {
      const item = this.#unreceipted.shift()!;
      this.#unreceiptedBytes -= item.bytes;
      this.#receipted++;
      carried(item.cargo);
    }
    return true;
  }
}

/** The receiving side of one connection: cumulative figures that grant credit and receipt the hop. */
export class CreditReceiver {
  readonly #channel: Channel;
  readonly #config: ProtocolConfig;
  #receivedBytes = 0;
  #receivedBundles = 0;
  #window: number;
  #granted: number;
  #reportedBytes = 0;
  #reportedBundles = 0;
  #rateBps = 0;
  #spanBytes = 0;
  #spanFrom: Millis | undefined;
  dueAt: Millis = never;

  constructor(channel: Channel, config: ProtocolConfig) {
    this.#channel = channel;
    this.#config = config;
    this.#window = config.creditBytesMin;
    this.#granted = config.creditBytesMin;
  }

  /** False when the sender went beyond its credit by more than one frame. */
  took(now: Millis, bytes: number, bytesPerSecond: number | undefined): boolean {
    this.#receivedBytes += bytes;
    this.#receivedBundles++;
    this.#measure(now, bytes, bytesPerSecond);
    const halfUsed = this.#receivedBytes - this.#reportedBytes >= this.#window / 2;
    this.dueAt = Math.min(this.dueAt, halfUsed ? now : now + receiptDelayMs) as Millis;
    return this.#channel === 'urgent' || this.#receivedBytes <= this.#granted + this.#config.frameBytesMax;
  }

  report(): Credit {
    this.#granted = Math.max(this.#granted, this.#receivedBytes + this.#window);
    this.#reportedBytes = this.#receivedBytes;
    this.#reportedBundles = this.#receivedBundles;
    this.dueAt = never;
    return {
      kind: kind.credit,
      channel: this.#channel,
      grantedBytes: this.#channel === 'bulk' ? this.#granted : u48Max,
      receivedBundles: this.#reportedBundles,
    };
  }

  /** window = clamp(rate x 20 ms): rises with the measured rate at once, falls slowly, so that a pause does not choke what follows. */
  #measure(now: Millis, bytes: number, bytesPerSecond: number | undefined): void {
    this.#spanFrom ??= now;
    this.#spanBytes += bytes;
    const spanMs = now - this.#spanFrom;
    if (spanMs < windowMs) return;
    const rate = (this.#spanBytes * 1000) / spanMs;
    this.#rateBps = rate > this.#rateBps ? rate : this.#rateBps * 0.75 + rate * 0.25;
    this.#spanFrom = now;
    this.#spanBytes = 0;
    const wanted = (Math.max(this.#rateBps, bytesPerSecond ?? 0) * windowMs) / 1000;
    this.#window = Math.round(Math.min(this.#config.creditBytesMax, Math.max(this.#config.creditBytesMin, wanted)));
  }
}
