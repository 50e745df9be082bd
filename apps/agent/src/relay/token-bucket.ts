export interface Rate {
  /** What comes back per second. */
  readonly perSecond: number;
  /** What may be used at once after a pause. */
  readonly burst: number;
}

/** Begins full. Times are monotonic milliseconds. */
export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #at: number;

  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#at = now;
  }

  has(now: number): boolean {
    return this.#fill(now) >= 1;
  }

  /** False, and nothing taken, when there is none. */
  take(now: number): boolean {
    if (!this.has(now)) return false;
    this.#tokens--;
    return true;
  }

  /** Milliseconds until there is one; 0: there is. */
  waitMs(now: number): number {
    return Math.max(0, Math.ceil(((1 - this.#fill(now)) / this.#rate.perSecond) * 1000));
  }

  #fill(now: number): number {
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + (Math.max(0, now - this.#at) / 1000) * this.#rate.perSecond);
    this.#at = Math.max(this.#at, now);
    // sums of fractions: a hundred tenths are a little less than ten
    if (Math.abs(this.#tokens - Math.round(this.#tokens)) < 1e-9) this.#tokens = Math.round(this.#tokens);
    return this.#tokens;
  }
}
