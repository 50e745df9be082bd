import type { Floor, Incarnation, TrafficClass } from '@energymesh/protocol';

export interface SpoolEntry {
  readonly incarnation: Incarnation;
  readonly sequence: number;
  readonly message: number;
  readonly acceptedAt: number;
}

/** The durable store of one simulated node, one class: survives a crash of its node. Entries leave when they are settled. */
export class SimSpool {
  readonly #entries = new Map<string, SpoolEntry>();
  /** Not yet taken by the protocol node, oldest first. */
  #unsubmitted: SpoolEntry[] = [];
  #next = 1;

  get size(): number {
    return this.#entries.size;
  }

  accept(incarnation: Incarnation, message: number, now: number): void {
    const entry = { incarnation, sequence: this.#next++, message, acceptedAt: now };
    this.#entries.set(`${incarnation}.${entry.sequence}`, entry);
    this.#unsubmitted.push(entry);
  }

  /** After a restart everything that is not settled is submitted again; new entries count from 1 in the new incarnation. */
  restart(): void {
    this.#unsubmitted = [...this.#entries.values()];
    this.#next = 1;
  }

  /** The next entries to submit, at most `room`. */
  take(room: number): readonly SpoolEntry[] {
    return room > 0 ? this.#unsubmitted.splice(0, room) : [];
  }

  putBack(incarnation: Incarnation, first: number, count: number): void {
    const back: SpoolEntry[] = [];
    for (let s = first; s < first + count; s++) {
      const entry = this.#entries.get(`${incarnation}.${s}`);
      if (entry) back.push(entry);
    }
    this.#unsubmitted.unshift(...back);
  }

  settle(incarnation: Incarnation, first: number, count: number): readonly SpoolEntry[] {
    const gone: SpoolEntry[] = [];
    for (let s = first; s < first + count; s++) {
      const key = `${incarnation}.${s}`;
      const entry = this.#entries.get(key);
      if (entry && this.#entries.delete(key)) gone.push(entry);
    }
    return gone;
  }

  /** Lexicographic lowest unsettled, else what comes next. */
  floor(incarnation: Incarnation): Floor {
    const oldest = this.#entries.values().next().value;
    return oldest ? { incarnation: oldest.incarnation, sequence: oldest.sequence } : { incarnation, sequence: this.#next };
  }
}

export const simClasses: readonly TrafficClass[] = [0, 1];
