import type { Clock, CounterSum, Mesh, MeshOutput, RunSpan } from '../ports.ts';
import { type CounterRow, type CounterStore, directionOf } from './traffic.ts';

/** A difference between the clocks' advances that only somebody setting the wall clock explains. */
const clockJumpMs = 10_000;

export interface CountersOptions {
  readonly mesh: Pick<Mesh, 'incarnation' | 'subscribe'>;
  readonly store: CounterStore;
  readonly clock: Clock;
  readonly clockTrusted: () => boolean;
  /** Told when the store refuses a flush; what was counted is kept and tried again. */
  readonly onStoreError: (error: unknown) => void;
  /** How fine time is kept; reports' windows are made of whole ones. */
  readonly slotMs?: number;
  readonly flushMs?: number;
  readonly retentionMs?: number;
  readonly pendingRowsMax?: number;
}

/**
 * Counts what this node carried (one count per entry, taken when the next hop has it: docs/protocol.md §8.8) per minute, and notes
 * when it was running. Counts live in memory for `flushMs`, then in the store; reading adds both.
 */
export class Counters {
  readonly #options: Required<CountersOptions>;
  readonly #pending = new Map<string, CounterRow>();
  readonly #handlers = new Set<() => void>();
  #run: { id: number; startedAt: number; wallMinusMono: number } | undefined;
  #prunedAt = Number.NEGATIVE_INFINITY;
  #stop: () => void = () => {};

  private constructor(options: CountersOptions) {
    this.#options = { slotMs: 60_000, flushMs: 5000, retentionMs: 35 * 24 * 3_600_000, pendingRowsMax: 10_000, ...options };
  }

  static open(options: CountersOptions): Counters {
    const counters = new Counters(options);
    counters.#begin();
    return counters;
  }

  #begin(): void {
    const { mesh, clock, flushMs } = this.#options;
    this.flush();
    const unsubscribe = mesh.subscribe((output) => this.#count(output));
    let cancel = () => {};
    const tick = () => {
      this.flush();
      cancel = clock.after(flushMs, tick);
    };
    cancel = clock.after(flushMs, tick);
    this.#stop = () => {
      unsubscribe();
      cancel();
    };
  }

  #count(output: MeshOutput): void {
    if (output.type !== 'carried') return;
    const { run, traffic, bytes } = output;
    const { clock, mesh, clockTrusted, slotMs } = this.#options;
    const minute = Math.floor(clock.wall() / slotMs) * slotMs;
    this.#add({
      minute,
      incarnation: mesh.incarnation,
      traffic,
      direction: directionOf(run.stream, traffic),
      class: run.class,
      packets: run.count,
      bytes,
      mono: Math.floor(clock.monotonic()),
      trusted: clockTrusted(),
    });
    for (const handler of this.#handlers) handler();
  }

  #add(row: CounterRow): void {
    const kind = `${row.incarnation} ${row.traffic} ${row.direction} ${row.class}`;
    let key = `${row.minute} ${kind}`;
    // The disk has refused for days: the sums stay right, the minutes blur.
    if (!this.#pending.has(key) && this.#pending.size >= this.#options.pendingRowsMax) key = `overflow ${kind}`;
    const before = this.#pending.get(key);
    this.#pending.set(key, before ? { ...before, packets: before.packets + row.packets, bytes: before.bytes + row.bytes } : row);
  }

  /** Writes what was counted. Does not throw: the store's refusal is reported and the counts stay. */
  flush(): void {
    const { store, onStoreError, clock, retentionMs } = this.#options;
    const now = clock.wall();
    try {
      this.#keepRun(now);
      store.flush([...this.#pending.values()], this.#run && { id: this.#run.id, seenAt: now });
      this.#pending.clear();
      if (clock.monotonic() - this.#prunedAt > 3_600_000) {
        store.prune(now - retentionMs);
        this.#prunedAt = clock.monotonic();
      }
    } catch (error) {
      onStoreError(error);
    }
  }

  /** A run ends where the wall clock jumps: else one that began in 1970 would claim fifty years. */
  #keepRun(now: number): void {
    const { clock, mesh, clockTrusted, store } = this.#options;
    const wallMinusMono = now - clock.monotonic();
    if (this.#run && Math.abs(wallMinusMono - this.#run.wallMinusMono) < clockJumpMs) {
      // A clock that is disciplined slowly drifts for months without ever jumping.
      this.#run.wallMinusMono = wallMinusMono;
      return;
    }
    const id = store.startRun({ incarnation: mesh.incarnation, startedAt: now, seenAt: now, mono: Math.floor(clock.monotonic()), trusted: clockTrusted() });
    this.#run = { id, startedAt: now, wallMinusMono };
  }

  /** Sums over [from, to) in slots of `slotMs`, in no order; a slot and kind may come twice (stored and pending). */
  sums(from: number, to: number, slotMs: number): CounterSum[] {
    const sums = this.#options.store.sums(from, to, slotMs);
    for (const { minute, traffic, direction, class: cls, packets, bytes } of this.#pending.values()) {
      if (minute < from || minute >= to) continue;
      sums.push({ slot: from + Math.floor((minute - from) / slotMs) * slotMs, traffic, direction, class: cls, packets, bytes });
    }
    return sums;
  }

  /** Spans in which this node ran, the present one up to now. */
  runs(from: number, to: number): RunSpan[] {
    const now = this.#options.clock.wall();
    const present = this.#run;
    const spans: RunSpan[] = this.#options.store.runs(from, to).flatMap(({ id, startedAt, seenAt }) => (id === present?.id ? [] : { startedAt, seenAt }));
    if (present && present.startedAt < to && now >= from) spans.push({ startedAt: present.startedAt, seenAt: now });
    return spans;
  }

  /** After each count. Returns the unsubscriber. */
  onChange(handler: () => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  [Symbol.dispose](): void {
    this.#stop();
    this.flush();
  }
}
