export interface RateLimitOptions {
  /** How many tries at once. */
  readonly burst: number;
  /** One more try after this long. */
  readonly refillMs: number;
  /** All callers together: so many times what one may. Infinity: no bound over all. */
  readonly everybodyFactor?: number;
  readonly callersMax?: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/**
 * Tries per caller and in all, by token buckets. A caller is an IPv4 address, an IPv6 /64 or a name without a colon. When more than `callersMax` are remembered, the one not seen
 * for longest is forgotten and may try anew: the bound over all still holds.
 */
export class RateLimit {
  readonly #options: Required<RateLimitOptions>;
  readonly #buckets = new Map<string, Bucket>();
  readonly #everybody: Bucket;

  constructor(options: RateLimitOptions) {
    this.#options = { everybodyFactor: Number.POSITIVE_INFINITY, callersMax: 1024, ...options };
    this.#everybody = { tokens: this.#options.burst * this.#options.everybodyFactor, at: Number.NEGATIVE_INFINITY };
  }

  /** Takes a try. 0: taken; else how many milliseconds to wait. */
  take(address: string, now: number): number {
    const { burst, refillMs, everybodyFactor, callersMax } = this.#options;
    const caller = callerOf(address);
    const bucket = this.#buckets.get(caller) ?? { tokens: burst, at: now };
    this.#buckets.delete(caller);
    this.#buckets.set(caller, bucket);
    const oldest = this.#buckets.keys().next().value;
    if (this.#buckets.size > callersMax && oldest !== undefined) this.#buckets.delete(oldest);
    const ofAll = everybodyFactor === Number.POSITIVE_INFINITY ? 0 : missing(this.#everybody, now, burst * everybodyFactor, refillMs / everybodyFactor);
    const wait = Math.max(missing(bucket, now, burst, refillMs), ofAll);
    if (wait > 0) return Math.ceil(wait);
    bucket.tokens -= 1;
    this.#everybody.tokens -= 1;
    return 0;
  }

  /** The try was a good one: it does not count. */
  giveBack(address: string): void {
    const { burst, everybodyFactor } = this.#options;
    const bucket = this.#buckets.get(callerOf(address));
    if (bucket) bucket.tokens = Math.min(burst, bucket.tokens + 1);
    this.#everybody.tokens = Math.min(burst * everybodyFactor, this.#everybody.tokens + 1);
  }
}

/** Refills, and says how long until a token is there. */
function missing(bucket: Bucket, now: number, burst: number, refillMs: number): number {
  bucket.tokens = Math.min(burst, bucket.tokens + Math.max(0, now - bucket.at) / refillMs);
  bucket.at = now;
  return bucket.tokens >= 1 ? 0 : (1 - bucket.tokens) * refillMs;
}

function callerOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped) return mapped[1] ?? address;
  if (!address.includes(':')) return address;
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const groups = head.split(':').filter(Boolean);
  const rest = tail?.split(':').filter(Boolean) ?? [];
  const full = tail === undefined ? groups : [...groups, ...Array<string>(Math.max(0, 8 - groups.length - rest.length)).fill('0'), ...rest];
  return `${full
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':')}::/64`;
}
