import type { Clock } from '../ports.ts';

/** What is persisted of the spool's time with every commit. */
export interface AgeMark {
  /** Spool time, milliseconds. */
  readonly spool: number;
  readonly wall: number;
  readonly trusted: boolean;
}

/** A gap longer than this is a wall clock gone wrong, not a node that stood on a shelf. */
const gapMsMax = 365 * 24 * 3_600_000;

/**
 * Spool time: milliseconds that go on over restarts, so that an entry's age is one subtraction. It runs on the monotonic clock (RFC 9171 bundle age):
 * a wall clock that jumps expires nothing. The time between two runs counts only when both ends of it are trusted and in order; else it is left out,
 * and an entry lives longer rather than shorter.
 */
export class AgeClock {
  readonly #clock: Clock;
  readonly #wallTrusted: () => boolean;
  #base = 0;

  constructor(clock: Clock, wallTrusted: () => boolean) {
    this.#clock = clock;
    this.#wallTrusted = wallTrusted;
    this.#base = -clock.monotonic();
  }

  /** Takes up where the mark of an earlier run left off. */
  resume(mark: AgeMark | undefined): void {
    if (!mark) return;
    const gap = mark.trusted && this.#wallTrusted() ? this.#clock.wall() - mark.wall : 0;
    this.#base = mark.spool + (gap >= 0 && gap <= gapMsMax ? gap : 0) - this.#clock.monotonic();
  }

  now(): number {
    return this.#base + this.#clock.monotonic();
  }

  mark(): AgeMark {
    return { spool: this.now(), wall: this.#clock.wall(), trusted: this.#wallTrusted() };
  }

  /** The stamp that rows carry beside their age: mesh time of the run, wall time, and whether that was trusted. */
  stamp(): { acceptedMonotonic: number; acceptedWall: number; wallTrusted: boolean } {
    return { acceptedMonotonic: this.#clock.monotonic(), acceptedWall: this.#clock.wall(), wallTrusted: this.#wallTrusted() };
  }
}

export function parseMark(text: string | undefined): AgeMark | undefined {
  if (text === undefined) return undefined;
  try {
    const { spool, wall, trusted } = JSON.parse(text) as Partial<AgeMark>;
    return typeof spool === 'number' && typeof wall === 'number' ? { spool, wall, trusted: trusted === true } : undefined;
  } catch {
    return undefined;
  }
}
