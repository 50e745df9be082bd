import type { Millis } from '../units.ts';

const bucketMs = 10_000;
const buckets = 6;
/** What one frame of a bundle weighs when the bandwidth is known. */
const frameBytes = 1500;
export const costMax = 65_535;
/** 100 Gbit/s: what claims more is no link of ours. */
export const kbpsMax = 100_000_000;
/** Below a millisecond the clock and the scheduler speak, not the link: four steps, in 1/100 ms. */
const coarse: readonly number[] = [12, 25, 50, 100];
const coarseMax = 100;
/** How far beyond a coarse step's border a cost must be to leave it. */
const coarseSlack = 1.3;

/** A modulo-2^32 difference of microseconds. */
const micros = (value: number): number => ((value % 0x1_0000_0000) + 0x1_0000_0000) % 0x1_0000_0000;

/** The sender's clock for a hello: monotonic microseconds modulo 2^32. */
export const helloMicros = (now: Millis): number => micros(Math.floor(now * 1000));

/** Cost of a way in 1/100 ms, 1..65535, in steps. `current` makes the coarse steps sticky. docs/protocol.md §5.2 */
export function quantise(ms: number, current = 0): number {
  const units = ms * 100;
  if (current > 0 && current <= coarseMax) {
    const below = coarse[coarse.indexOf(current) - 1] ?? 0;
    if (units <= current * coarseSlack && units >= below / coarseSlack) return current;
  }
  for (const step of coarse) if (units <= step) return step;
  const scale = units < 1000 ? 10 : units < 10_000 ? 100 : 1000;
  return Math.min(costMax, Math.round(units / scale) * scale);
}

/**
 * Cost of a link: half the minimum round trip of the last 60 s on the urgent connection, plus size/bandwidth where that is known.
 * The minimum leaves queueing out: routes would flee their own traffic. docs/protocol.md §5.2
 */
export class LinkCost {
  /** Minimum per bucket of 10 s. */
  readonly #least = new Float64Array(buckets).fill(Number.POSITIVE_INFINITY);
  #bucket = -1;
  #rttMs = Number.POSITIVE_INFINITY;
  #advertised = 0;
  /** Neither the minimum nor the bandwidth moved since the last `advertise`. */
  #settled = false;
  #kbps: number | undefined;

  get kbps(): number | undefined {
    return this.#kbps;
  }
  set kbps(value: number | undefined) {
    this.#kbps = value;
    this.#settled = false;
  }

  /** From a hello's echo; 0 and 0 is "none yet". Implausible echoes are left out. */
  echo(now: Millis, echoMicros: number, echoAgeMicros: number): void {
    if (echoMicros === 0 && echoAgeMicros === 0) return;
    const rtt = micros(helloMicros(now) - echoMicros - echoAgeMicros);
    if (rtt > 60_000_000) return;
    const bucket = Math.floor(now / bucketMs);
    if (bucket !== this.#bucket) this.#turn(bucket);
    const at = bucket % buckets;
    const ms = rtt / 1000;
    if (ms < this.#least[at]!) this.#least[at] = ms;
    if (ms < this.#rttMs) {
      this.#rttMs = ms;
      this.#settled = false;
    }
  }

  #turn(bucket: number): void {
    const stale = this.#bucket < 0 ? buckets : Math.min(buckets, bucket - this.#bucket);
    for (let i = 0; i < stale; i++) this.#least[(bucket - i) % buckets] = Number.POSITIVE_INFINITY;
    this.#bucket = bucket;
    this.#rttMs = Math.min(...this.#least);
    this.#settled = false;
  }

  /** Undefined before the first echo. */
  get rttMs(): number | undefined {
    return Number.isFinite(this.#rttMs) ? this.#rttMs : undefined;
  }

  /** What this end advertises: 0 before the first echo. Changes only by `share` or more. */
  advertise(share: number): number {
    if (this.#settled || !Number.isFinite(this.#rttMs)) return this.#advertised;
    this.#settled = true;
    const ms = this.#rttMs / 2 + (this.#kbps ? (frameBytes * 8) / this.#kbps : 0);
    const is = quantise(ms, this.#advertised);
    if (this.#advertised === 0 || Math.abs(is - this.#advertised) >= this.#advertised * share) this.#advertised = is;
    return this.#advertised;
  }
}
