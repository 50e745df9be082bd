import type { Clock } from '../../ports.ts';

/** A clock that stands until it is told to go on. */
export class VirtualClock implements Clock {
  #now = 1000;
  #wall: number;
  #id = 0;
  readonly #timers = new Map<number, { due: number; run: () => void }>();

  constructor(wall = Date.UTC(2026, 5, 1)) {
    this.#wall = wall - this.#now;
  }
  monotonic(): number {
    return this.#now;
  }
  wall(): number {
    return this.#wall + this.#now;
  }
  after(ms: number, run: () => void): () => void {
    const id = ++this.#id;
    this.#timers.set(id, { due: this.#now + Math.max(0, ms), run });
    return () => this.#timers.delete(id);
  }

  /** Runs what falls due on the way, letting promises settle in between. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      await settled();
      let next: [number, { due: number; run: () => void }] | undefined;
      for (const timer of this.#timers) if (timer[1].due <= end && (!next || timer[1].due < next[1].due)) next = timer;
      if (!next) break;
      this.#timers.delete(next[0]);
      this.#now = Math.max(this.#now, next[1].due);
      next[1].run();
    }
    this.#now = end;
    await settled();
  }
  jumpWall(ms: number): void {
    this.#wall += ms;
  }
}

/** Promises that are ready have run. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}
