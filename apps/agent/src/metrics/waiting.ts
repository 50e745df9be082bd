import type { Clock } from '../ports.ts';

export interface Waited {
  /** Age of the oldest packet that waited, and how many there were, at their worst. */
  readonly oldestMs: number;
  readonly waiting: number;
}

export interface WaitingOptions {
  readonly backlog: () => { readonly waiting: number; readonly oldestMs: number | undefined };
  readonly clock: Clock;
  readonly everyMs?: number;
}

/** Two days of minutes: today is in it from midnight on, whatever the zone and the season. Older ones make room. */
const minutesMax = 2 * 24 * 60;
const minuteMs = 60_000;

/** How long packets have waited here, minute by minute since the start; not kept on disk, so the time before it is not known. */
export class Waiting {
  readonly #options: Required<WaitingOptions>;
  readonly #minutes = new Map<number, Waited>();
  #stop: () => void = () => {};

  private constructor(options: WaitingOptions) {
    this.#options = { everyMs: 5000, ...options };
  }

  static open(options: WaitingOptions): Waiting {
    const waiting = new Waiting(options);
    waiting.#look();
    return waiting;
  }

  #look(): void {
    const { backlog, clock, everyMs } = this.#options;
    const { waiting, oldestMs = 0 } = backlog();
    const minute = Math.floor(clock.wall() / minuteMs) * minuteMs;
    const before = this.#minutes.get(minute);
    this.#minutes.set(minute, { oldestMs: Math.max(before?.oldestMs ?? 0, oldestMs), waiting: Math.max(before?.waiting ?? 0, waiting) });
    const oldest = this.#minutes.keys().next().value;
    if (this.#minutes.size > minutesMax && oldest !== undefined) this.#minutes.delete(oldest);
    this.#stop = clock.after(everyMs, () => this.#look());
  }

  /** The worst of each slot from `from` on; null where nobody looked. */
  worst(from: number, to: number, slotMs: number): (Waited | null)[] {
    const slots: (Waited | null)[] = Array.from({ length: Math.ceil((to - from) / slotMs) }, () => null);
    for (const [minute, { oldestMs, waiting }] of this.#minutes) {
      const slot = Math.floor((minute - from) / slotMs);
      if (minute < from || slot >= slots.length) continue;
      const before = slots[slot];
      slots[slot] = { oldestMs: Math.max(before?.oldestMs ?? 0, oldestMs), waiting: Math.max(before?.waiting ?? 0, waiting) };
    }
    return slots;
  }

  [Symbol.dispose](): void {
    this.#stop();
  }
}
