import { join } from 'node:path';
import type { ClockReading } from '@energymesh/identity';
import type { Clock } from '../ports.ts';
import { readIfThere, writeDurably } from './files.ts';

const persistEveryMs = 3_600_000;
/** A clock this little behind the floor still judges dates: the hub's may be ahead, and certificates live for weeks. */
const toleranceMs = 3_600_000;

/**
 * A floor under the wall clock, for a Pi without a battery: the later of the build's date, the last persisted time and the newest date that
 * the CA signed. A wall clock well below it is wrong, and certificate dates are then "unknown". Nothing here moves the clock. docs/protocol.md §2.4
 */
export class TrustedTime {
  readonly #clock: Clock;
  readonly #path: string;
  #floor: number;
  #cancel: () => void = () => {};

  /** `buildDate`: milliseconds since 1970. */
  constructor(options: { readonly folder: string; readonly clock: Clock; readonly buildDate: number }) {
    this.#clock = options.clock;
    this.#path = join(options.folder, 'time');
    this.#floor = Math.max(options.buildDate, readTime(this.#path) ?? 0);
  }

  get floor(): number {
    return this.#floor;
  }

  reading(): ClockReading {
    const now = this.#clock.wall();
    return { now, trusted: now >= this.#floor - toleranceMs };
  }

  /** A date out of something that the CA signed: time is not before it. */
  observe(signedAt: number): void {
    if (signedAt <= this.#floor) return;
    this.#floor = signedAt;
    this.#write();
  }

  /** Persists the time now and every hour, so that the next start knows at least this. */
  keep(): void {
    this.#cancel();
    const { now, trusted } = this.reading();
    if (trusted) {
      this.#floor = Math.max(this.#floor, now);
      this.#write();
    }
    this.#cancel = this.#clock.after(persistEveryMs, () => this.keep());
  }

  close(): void {
    this.#cancel();
  }

  /** A full or read-only disk loses the floor of the next start, nothing else. */
  #write(): void {
    try {
      writeDurably(this.#path, `${Math.floor(this.#floor)}\n`);
    } catch {
      return;
    }
  }
}

function readTime(path: string): number | undefined {
  try {
    const text = readIfThere(path)?.toString('utf8').trim();
    return text !== undefined && /^[0-9]{1,15}$/.test(text) ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}
