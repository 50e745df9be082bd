import type { Mesh } from '../ports.ts';

/** The last end-to-end round trips of this node's own entries to the backend. */
export class Latency {
  readonly #samples: Float64Array;
  #taken = 0;
  #stop: () => void = () => {};

  private constructor(samplesMax: number) {
    this.#samples = new Float64Array(samplesMax);
  }

  static open(mesh: Pick<Mesh, 'subscribe'>, samplesMax = 1000): Latency {
    const latency = new Latency(samplesMax);
    latency.#stop = mesh.subscribe((output) => {
      if (output.type === 'released' && output.rttMs > 0 && output.runs.some(({ stream }) => stream === 'backend')) latency.#take(output.rttMs);
    });
    return latency;
  }

  #take(rttMs: number): void {
    this.#samples[this.#taken % this.#samples.length] = rttMs;
    this.#taken++;
  }

  /** Undefined before the first sample. Nearest rank. */
  read(): { p50: number; p95: number; p99: number; samples: number } | undefined {
    const samples = Math.min(this.#taken, this.#samples.length);
    if (samples === 0) return undefined;
    const sorted = this.#samples.slice(0, samples).sort();
    const rank = (share: number) => sorted[Math.ceil(share * samples) - 1] ?? 0;
    return { p50: rank(0.5), p95: rank(0.95), p99: rank(0.99), samples };
  }

  [Symbol.dispose](): void {
    this.#stop();
  }
}
