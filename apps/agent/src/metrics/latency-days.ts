import type { Clock, Mesh } from '../ports.ts';
import { dayStart } from './day.ts';

/** A month of days and some to spare, as the counters keep. */
const daysMax = 36;
/** Bins to a power of ten: neighbouring ones are 12 % apart, so that a figure is right to 6 %. */
const binsPerTen = 20;
/** From a tenth of a millisecond to a quarter of an hour; what is beyond is counted in the last. */
const [binLow, binHigh] = [-1 * binsPerTen, 6 * binsPerTen];
const key = 'latency.days';

interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly samples: number;
}

interface LatencyDaysOptions {
  readonly mesh: Pick<Mesh, 'subscribe'>;
  readonly store: { get(key: string): string | undefined; set(key: string, value: string): void };
  readonly clock: Clock;
  /** A packet that came back before the time was known belongs to no day. */
  readonly clockTrusted: () => boolean;
  readonly onStoreError: (error: unknown) => void;
  readonly flushMs?: number;
}

/** How many of this node's own packets took how long to the backend and back, by day: one small value in the store, written every five minutes. */
export class LatencyDays {
  readonly #options: LatencyDaysOptions;
  readonly #days = new Map<number, Map<number, number>>();
  #changed = false;
  #stop: () => void = () => {};

  private constructor(options: LatencyDaysOptions) {
    this.#options = options;
  }

  static open(options: LatencyDaysOptions): LatencyDays {
    const latency = new LatencyDays(options);
    latency.#restore();
    const { mesh, clock, clockTrusted, flushMs = 300_000 } = options;
    const unsubscribe = mesh.subscribe((output) => {
      if (output.type !== 'released' || output.rttMs <= 0 || !clockTrusted()) return;
      if (output.runs.some(({ stream }) => stream === 'backend')) latency.#take(dayStart(clock.wall()), output.rttMs);
    });
    let cancel = () => {};
    const tick = () => {
      latency.flush();
      cancel = clock.after(flushMs, tick);
    };
    cancel = clock.after(flushMs, tick);
    latency.#stop = () => {
      unsubscribe();
      cancel();
    };
    return latency;
  }

  #take(day: number, rttMs: number): void {
    const bin = Math.min(binHigh, Math.max(binLow, Math.floor(Math.log10(rttMs) * binsPerTen)));
    const bins = this.#days.get(day) ?? new Map<number, number>();
    this.#days.set(day, bins);
    bins.set(bin, (bins.get(bin) ?? 0) + 1);
    this.#changed = true;
    if (this.#days.size > daysMax) this.#days.delete(Math.min(...this.#days.keys()));
  }

  /** Of the days that begin in [from, to). Undefined: nothing was measured in them. Nearest rank; each bin stands for its middle. */
  over(from: number, to: number): Percentiles | undefined {
    const bins = new Map<number, number>();
    for (const [day, counts] of this.#days) if (day >= from && day < to) for (const [bin, count] of counts) bins.set(bin, (bins.get(bin) ?? 0) + count);
    const sorted = [...bins].toSorted(([a], [b]) => a - b);
    const samples = sorted.reduce((sum, [, count]) => sum + count, 0);
    if (samples === 0) return undefined;
    const rank = (share: number) => {
      let left = Math.ceil(share * samples);
      for (const [bin, count] of sorted) {
        left -= count;
        if (left <= 0) return 10 ** ((bin + 0.5) / binsPerTen);
      }
      return 0;
    };
    return { p50: rank(0.5), p95: rank(0.95), p99: rank(0.99), samples };
  }

  /** Does not throw: what the store refuses is kept and tried again. */
  flush(): void {
    if (!this.#changed) return;
    try {
      this.#options.store.set(key, JSON.stringify([...this.#days].map(([day, bins]) => [day, ...[...bins].flat()])));
      this.#changed = false;
    } catch (error) {
      this.#options.onStoreError(error);
    }
  }

  /** What is no such list, of another version or damaged, is begun anew. */
  #restore(): void {
    try {
      const rows: unknown = JSON.parse(this.#options.store.get(key) ?? '[]');
      if (!Array.isArray(rows)) return;
      for (const row of rows.slice(-daysMax)) {
        if (!Array.isArray(row) || !row.every(Number.isSafeInteger)) continue;
        const [day, ...pairs] = row as number[];
        const bins = new Map<number, number>();
        for (let i = 0; i + 1 < pairs.length; i += 2) bins.set(pairs[i] as number, pairs[i + 1] as number);
        if (day !== undefined) this.#days.set(day, bins);
      }
    } catch (error) {
      this.#options.onStoreError(error);
    }
  }

  [Symbol.dispose](): void {
    this.#stop();
    this.flush();
  }
}
