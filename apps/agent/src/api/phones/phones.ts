import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../ports.ts';
import { type UsedCounters, useCounter } from '../sessions.ts';
import { phoneIdOf } from './sealed-call.ts';

export interface PhoneRow {
  readonly id: string;
  readonly name: string;
  /** P-256, uncompressed point, base64url. */
  readonly publicKey: string;
  readonly pairedAt: number;
  readonly lastSeenAt: number;
  readonly lastWay: string;
  readonly counterTop: number;
  readonly counterBits: string;
}
/** What outlives a restart (store/). */
export interface PhoneStore {
  phones(): PhoneRow[];
  addPhone(phone: PhoneRow): void;
  usePhone(id: string, used: Pick<PhoneRow, 'lastSeenAt' | 'lastWay' | 'counterTop' | 'counterBits'>): void;
  deletePhone(id: string): void;
}

export type Way = 'direct' | 'hub';
export interface Phone {
  readonly id: string;
  readonly name: string;
  readonly publicKey: Uint8Array;
  readonly pairedAt: number;
  readonly lastSeenAt: number;
  readonly lastWay: Way;
}
type Known = { -readonly [K in keyof Phone]: Phone[K] } & UsedCounters;

export const phonesMax = 16;
const offerMs = 10 * 60_000;
const triesMax = 5;
/** A phone that was removed is answered for so long, if it was the last one; then it hears nothing. */
const afterwardsMs = 7 * 24 * 3_600_000;

interface Offer {
  readonly secret: Buffer;
  readonly until: number;
  tries: number;
}
export type Paired = { readonly ok: true; readonly phone: Phone } | { readonly ok: false; readonly why: 'wrong-code' | 'code-ended' | 'full' | 'malformed' };

/** The phones that may speak for the operator, and the one code that is open for another. At `phonesMax` one has to be removed first. */
export class Phones {
  readonly #store: PhoneStore;
  readonly #clock: Clock;
  readonly #phones = new Map<string, Known>();
  readonly #handlers = new Set<() => void>();
  #offer: Offer | undefined;
  #afterwardsUntil = Number.NEGATIVE_INFINITY;

  constructor({ store, clock }: { readonly store: PhoneStore; readonly clock: Clock }) {
    this.#store = store;
    this.#clock = clock;
    for (const { publicKey, counterBits, lastWay, ...row } of store.phones().slice(0, phonesMax)) {
      const read = { publicKey: Buffer.from(publicKey, 'base64url'), counterBits: BigInt(`0x${counterBits}`), lastWay: wayOf(lastWay) };
      this.#phones.set(row.id, { ...row, ...read });
    }
  }

  list(): readonly Phone[] {
    return [...this.#phones.values()].sort((a, b) => b.lastSeenAt - a.lastSeenAt);
  }

  get(id: string): Phone | undefined {
    return this.#phones.get(id);
  }

  /** Somebody may call through the hub: a phone, one that is about to be paired, or one that was removed and shall hear of it. */
  get expecting(): boolean {
    return this.#phones.size > 0 || this.#open() !== undefined || this.#clock.monotonic() < this.#afterwardsUntil;
  }

  /** A code for one phone, in place of the one before. Undefined: no room for another phone. */
  offer(): { readonly secret: string; readonly ms: number } | undefined {
    if (this.#phones.size >= phonesMax) return undefined;
    const secret = randomBytes(16);
    this.#offer = { secret, until: this.#clock.monotonic() + offerMs, tries: 0 };
    this.#changed();
    return { secret: secret.toString('base64url'), ms: offerMs };
  }

  withdraw(): void {
    this.#offer = undefined;
    this.#changed();
  }

  /** The code is good once, for ten minutes and five tries. */
  pair(of: { readonly secret: string; readonly publicKey: Uint8Array; readonly name: string; readonly way: Way }): Paired {
    const offer = this.#open();
    if (!offer) return { ok: false, why: 'code-ended' };
    const given = Buffer.from(of.secret, 'base64url');
    if (given.length !== offer.secret.length || !timingSafeEqual(given, offer.secret)) {
      offer.tries++;
      if (offer.tries >= triesMax) this.withdraw();
      return { ok: false, why: 'wrong-code' };
    }
    const id = phoneIdOf(of.publicKey);
    if (this.#phones.has(id)) return { ok: false, why: 'malformed' };
    if (this.#phones.size >= phonesMax) return { ok: false, why: 'full' };
    const now = this.#clock.wall();
    const phone: Known = {
      ...{ id, name: of.name, publicKey: of.publicKey, pairedAt: now, lastSeenAt: now, lastWay: of.way },
      ...{ counterTop: 0, counterBits: 0n },
    };
    this.#store.addPhone({ ...phone, publicKey: Buffer.from(of.publicKey).toString('base64url'), counterBits: '0' });
    this.#phones.set(id, phone);
    this.#offer = undefined;
    this.#changed();
    return { ok: true, phone };
  }

  /** False: used before. Asked once the signature holds. */
  use(id: string, counter: number, way: Way): boolean {
    const phone = this.#phones.get(id);
    if (!phone || !useCounter(phone, counter)) return false;
    phone.lastSeenAt = this.#clock.wall();
    phone.lastWay = way;
    const { lastSeenAt, counterTop, counterBits } = phone;
    this.#store.usePhone(id, { lastSeenAt, lastWay: way, counterTop, counterBits: counterBits.toString(16) });
    return true;
  }

  /** Undefined: there is no such phone. */
  revoke(id: string): Phone | undefined {
    const phone = this.#phones.get(id);
    if (!phone) return undefined;
    this.#store.deletePhone(id);
    this.#phones.delete(id);
    this.#afterwardsUntil = this.#clock.monotonic() + afterwardsMs;
    this.#changed();
    return phone;
  }

  onChange(handler: () => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  #open(): Offer | undefined {
    return this.#offer && this.#offer.until > this.#clock.monotonic() ? this.#offer : undefined;
  }

  #changed(): void {
    for (const handler of this.#handlers) handler();
  }
}

const wayOf = (text: string): Way => (text === 'hub' ? 'hub' : 'direct');
