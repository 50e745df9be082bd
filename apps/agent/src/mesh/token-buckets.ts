/**
 * Token buckets by key, for what costs much and comes from anybody. A bucket holds `burst` tokens and gains `perSecond`.
 * At `keysMax` the bucket touched longest ago is forgotten: its owner then has a full one, which a
 * limit over all keys has to bear.
 */
export class TokenBuckets {
  readonly #perSecond: number;
  readonly #burst: number;
  readonly #keysMax: number;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(options: { readonly perSecond: number; readonly burst: number; readonly keysMax: number }) {
    this.#perSecond = options.perSecond;
    this.#burst = options.burst;
    this.#keysMax = options.keysMax;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one token; false when there is none. `now`: monotonic milliseconds. */
  take(key: string, now: number): boolean {
    const bucket = this.#buckets.get(key);
    this.#buckets.delete(key);
    const gained = bucket === undefined ? this.#burst : bucket.tokens + ((now - bucket.at) * this.#perSecond) / 1000;
    const tokens = Math.min(this.#burst, gained);
    if (this.#buckets.size >= this.#keysMax) this.#buckets.delete(this.#buckets.keys().next().value as string);
    this.#buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    return tokens >= 1;
  }
}
