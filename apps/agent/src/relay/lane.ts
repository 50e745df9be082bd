import type { Floor, Incarnation, Traffic, TrafficClass } from '@energymesh/protocol';
import type { Row, Table } from './journal.ts';

/** An entry that the mesh holds, or gave back for want of room. */
export interface Entry {
  readonly row: number;
  readonly incarnation: Incarnation;
  readonly sequence: number;
  readonly class: TrafficClass;
  readonly traffic: Traffic;
  readonly born: number;
  readonly lifetimeMs: number;
  readonly body: Uint8Array;
  /** Monotonic time of the submission. */
  submittedAt: number;
  /** Whoever waits for custody: told at the durable commit or at the end-to-end acknowledgement, whichever is first. */
  done: (() => void) | undefined;
}

/**
 * The upward entries of one class, in order: first those in the window (in the mesh's hands), then those behind it (on disk or on their way there).
 * While nothing is behind, a new entry goes straight into the window.
 */
export class Lane {
  readonly class: TrafficClass;
  readonly table: Table;
  /** By incarnation, then sequence, both ascending. */
  readonly window = new Map<Incarnation, Map<number, Entry>>();
  windowSize = 0;
  /** Entries beyond `cursor`. */
  behind = 0;
  /** Those of them that are not durable yet, by row: bounded by what may be pending. A disk that cannot be written must not keep them from the gateway. */
  readonly young = new Map<number, Entry>();
  /** The last row that went into the window or into `loaded`. */
  cursor = 0;
  /** Read from the disk, waiting for room: at most one load. */
  loaded: Row[] = [];
  loading = false;
  /** Given back by the mesh, to be submitted again first. */
  expelled: Entry[] = [];
  next = 1;
  /** Where entries behind begin to have been born: the age of the oldest when the window is empty. */
  behindBorn = 0;
  declared: Floor | undefined;

  constructor(cls: TrafficClass) {
    this.class = cls;
    this.table = `up${cls}`;
  }

  /** Nothing stands between a new entry and the mesh. */
  get direct(): boolean {
    return this.behind === 0 && this.loaded.length === 0 && this.expelled.length === 0;
  }
  get waiting(): number {
    return this.windowSize + this.loaded.length + this.behind;
  }

  add(entry: Entry): void {
    const run = this.window.get(entry.incarnation) ?? new Map<number, Entry>();
    this.window.set(entry.incarnation, run);
    run.set(entry.sequence, entry);
    this.windowSize++;
  }

  /** Takes those of a run that are here out of the window. */
  take(incarnation: Incarnation, first: number, count: number): Entry[] {
    const run = this.window.get(incarnation);
    if (!run) return [];
    const taken: Entry[] = [];
    const pick = (sequence: number): void => {
      const entry = run.get(sequence);
      if (!entry) return;
      run.delete(sequence);
      taken.push(entry);
    };
    // A run may be far longer than what is held here: the receiver's floor covers all before it.
    if (count <= run.size) for (let i = 0; i < count; i++) pick(first + i);
    else for (const sequence of [...run.keys()]) if (sequence >= first && sequence - first < count) pick(sequence);
    if (run.size === 0) this.window.delete(incarnation);
    this.windowSize -= taken.length;
    if (this.expelled.length > 0) this.expelled = this.expelled.filter((entry) => !taken.includes(entry));
    return taken;
  }

  oldest(): { readonly incarnation: Incarnation; readonly sequence: number; readonly born: number } | undefined {
    for (const run of this.window.values()) for (const entry of run.values()) return entry;
    const row = this.loaded[0];
    return row && { incarnation: row.incarnation as Incarnation, sequence: row.sequence, born: row.born };
  }

  /** Below it everything is settled; undefined while that cannot be told (the oldest is on the disk, unread). */
  floor(current: Incarnation): Floor | undefined {
    const oldest = this.oldest();
    if (oldest) return { incarnation: oldest.incarnation, sequence: oldest.sequence };
    return this.behind > 0 ? undefined : { incarnation: current, sequence: this.next };
  }
}
