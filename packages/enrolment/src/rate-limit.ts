interface Bucket {
  tokens: number;
  at: number;
}

/** A token bucket per address: `burst` at once, then one every `refillMs`. At `addressesMax` the address not seen for longest is forgotten. */
export class RateLimit {
  readonly #options: { readonly burst: number; readonly refillMs: number; readonly addressesMax: number };
  readonly #buckets = new Map<string, Bucket>();

  constructor(options: { readonly burst: number; readonly refillMs: number; readonly addressesMax?: number }) {
    this.#options = { addressesMax: 1024, ...options };
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one token; false when there is none. */
  take(address: string, now: number): boolean {
    const { burst, refillMs, addressesMax } = this.#options;
    const before = this.#buckets.get(address) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, before.tokens + Math.max(0, now - before.at) / refillMs);
    const allowed = tokens >= 1;
    this.#buckets.delete(address);
    this.#buckets.set(address, { tokens: allowed ? tokens - 1 : tokens, at: now });
    if (this.#buckets.size > addressesMax) for (const oldest of this.#buckets.keys()) return this.#buckets.delete(oldest) && allowed;
    return allowed;
  }
}
