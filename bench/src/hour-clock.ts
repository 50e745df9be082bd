interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** A clock that goes as fast as what is measured. */
export class HourClock {
  #now = 0;
  readonly #wallAtStart: number;
  readonly #timers = new Set<Timer>();

  constructor(wallAtStart: number) {
    this.#wallAtStart = wallAtStart;
  }

  monotonic(): number {
    return this.#now;
  }

  wall(): number {
    return this.#wallAtStart + this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const timer: Timer = { at: this.#now + ms, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** In steps that are short beside every wait. */
  advance(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#timers]) {
      if (timer.at > this.#now || !this.#timers.delete(timer)) continue;
      timer.run();
    }
  }
}
