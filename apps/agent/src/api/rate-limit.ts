import type { Clock } from '../ports.ts';

export interface RateLimitOptions {
  readonly clock: Clock;
  /** How many tries at once. */
  readonly burst: number;
  /** One more try after this long. */
  readonly refillMs: number;
  /** All callers together: so many times what one may. */
  readonly everybodyFactor: number;
  readonly callersMax: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/**
 * Tries per caller and in all. A caller is an IPv4 address or an IPv6 /64. When more than `callersMax` are remembered, the one not seen
 * for longest is forgotten and may try anew: the bound over all still holds.
 */
export class RateLimit {
  readonly #options: RateLimitOptions;
  readonly #buckets = new Map<string, Bucket>();
  readonly #everybody: Bucket;

  constructor(options: RateLimitOptions) {
    this.#options = options;
    this.#everybody = { tokens: options.burst * options.everybodyFactor, at: options.clock.monotonic() };
  }

  /** Takes a try. 0: taken; else how long to wait. */
  take(address: string): number {
    const { burst, refillMs, everybodyFactor, callersMax, clock } = this.#options;
    const now = clock.monotonic();
    const caller = callerOf(address);
    const bucket = this.#buckets.get(caller) ?? { tokens: burst, at: now };
    this.#buckets.delete(caller);
    this.#buckets.set(caller, bucket);
    const oldest = this.#buckets.keys().next().value;
    if (this.#buckets.size > callersMax && oldest !== undefined) this.#buckets.delete(oldest);
    const wait = Math.max(missing(bucket, now, burst, refillMs), missing(this.#everybody, now, burst * everybodyFactor, refillMs / everybodyFactor));
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
  bucket.tokens = Math.min(burst, bucket.tokens + (now - bucket.at) / refillMs);
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
