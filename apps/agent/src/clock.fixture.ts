import type { Clock } from './ports.ts';

/** A clock that moves when told to. */
export class VirtualClock implements Clock {
  #now = 0;
  #wallAtStart: number;
  #timers = new Set<{ at: number; run: () => void }>();

  constructor(wallAtStart = Date.UTC(2026, 10, 1)) {
    this.#wallAtStart = wallAtStart;
  }

  get pending(): number {
    return this.#timers.size;
  }
  monotonic(): number {
    return this.#now;
  }
  wall(): number {
    return this.#wallAtStart + this.#now;
  }
  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, ms), run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Runs what falls due, in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = [...this.#timers].sort((a, b) => a.at - b.at)[0];
      if (!next || next.at > end) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = end;
  }
}
