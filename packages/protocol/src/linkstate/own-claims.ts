import type { Random } from '../ports.ts';
import { Millis, never } from '../units.ts';
import { type DeviceClaim, encodeClaims } from '../wire/claims.ts';

export interface OwnClaimsOptions {
  readonly random: Random;
  readonly backoffMsMin: number;
  readonly backoffMsMax: number;
  readonly refreshMs: number;
  /** Signs a `devices` record of this body, takes it into the database and floods it. */
  readonly publish: (now: Millis, body: Uint8Array) => void;
}

/** Devices that come at the same moment go into one record. */
const gatherMs = 200;
/** One record in this time is forgotten by the back-off. */
const coolMs = 15_000;
const heatMax = 8;

/** This node's claims: a record when they changed, 200 ms later, then 1 s, 2 s ... 60 s the more there were of late; none before the first claim. docs/protocol.md §5.9 */
export class OwnClaims {
  readonly #o: OwnClaimsOptions;
  #claims: readonly DeviceClaim[] = [];
  #said: readonly DeviceClaim[] | undefined;
  #saidAt = Number.NEGATIVE_INFINITY as Millis;
  #dueAt: Millis = never;
  #refreshAt: Millis = never;
  #heat = 0;
  #heatAt = Number.NEGATIVE_INFINITY as Millis;

  constructor(options: OwnClaimsOptions) {
    this.#o = options;
  }

  /** Sorted by hash. */
  set(now: Millis, claims: readonly DeviceClaim[]): void {
    this.#claims = claims;
    if (same(claims, this.#said ?? [])) this.#dueAt = never;
    else this.#dueAt = Millis(Math.max(now + gatherMs, this.#saidAt + this.#backoffMs(now)));
  }

  #backoffMs(now: Millis): number {
    const cooled = Math.floor((now - this.#heatAt) / coolMs);
    if (cooled > 0) {
      this.#heat = Math.max(0, this.#heat - cooled);
      this.#heatAt = this.#heat === 0 ? now : Millis(this.#heatAt + cooled * coolMs);
    }
    return this.#heat === 0 ? 0 : Math.min(this.#o.backoffMsMax, this.#o.backoffMsMin * 2 ** (this.#heat - 1));
  }

  get wakeAt(): Millis {
    return Millis(Math.min(this.#dueAt, this.#refreshAt));
  }

  wake(now: Millis): void {
    if (now < this.wakeAt) return;
    this.#backoffMs(now);
    if (now >= this.#dueAt) this.#heat = Math.min(this.#heat + 1, heatMax);
    this.#said = this.#claims;
    this.#saidAt = now;
    this.#dueAt = never;
    this.#refreshAt = Millis(now + this.#o.refreshMs * (0.9 + 0.1 * this.#o.random.next()));
    this.#o.publish(now, encodeClaims(this.#claims));
  }
}

const same = (a: readonly DeviceClaim[], b: readonly DeviceClaim[]): boolean =>
  a.length === b.length && a.every(({ device, counter }, i) => device === b[i]!.device && counter === b[i]!.counter);
