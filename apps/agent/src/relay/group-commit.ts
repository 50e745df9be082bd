import type { Logger } from 'pino';
import type { Clock } from '../ports.ts';
import type { AgeClock } from './age-clock.ts';
import { type Batch, type Journal, JournalError, type Removal, type Row, type Table } from './journal.ts';

export interface GroupCommitLimits {
  /** A row waits this long for company, unless the batch is full before: 10 to 50 ms. */
  readonly lingerMs: number;
  readonly rowsMax: number;
  readonly batchBytesMax: number;
  /** Removals wait longer: losing one only means that an entry is sent again. */
  readonly removeLingerMs: number;
  readonly retryMsMin: number;
  readonly retryMsMax: number;
  /** Beyond it removals are forgotten, oldest first: their entries come again after a restart and are known by their id. */
  readonly removalsMax: number;
}
export const groupCommitLimits: GroupCommitLimits = {
  lingerMs: 20,
  rowsMax: 512,
  batchBytesMax: 512 * 1024,
  removeLingerMs: 500,
  retryMsMin: 1000,
  retryMsMax: 30_000,
  removalsMax: 65_536,
};

export type DiskState = { readonly at: 'well' } | { readonly at: 'full'; readonly code: string; readonly message: string; readonly since: number };

export interface AppendOptions {
  /** 0: somebody waits for it. */
  readonly lingerMs?: number;
  /** Becomes durable in the same commit as the row. */
  readonly note?: { readonly key: string; readonly value: string };
}

interface Pending {
  readonly row: Row;
  readonly done: () => void;
  readonly note: AppendOptions['note'];
  /** It was in a batch that failed, so the disk may have it after all. */
  tried: boolean;
  /** Not needed any more, found out while it was on its way to the disk. */
  discarded: boolean;
}

/**
 * Gathers rows, removals and notes into one commit. One batch is on its way at a time, and what comes meanwhile makes the next one.
 *
 * 1. A row's `done` runs after its commit, never before.
 * 2. A row that is discarded before its batch leaves is never written: while the gateway answers quickly, almost nothing is.
 * 3. A removal leaves in the batch of its row or a later one.
 * 4. A batch that fails (disk full, worn out, thread gone) goes back in front of the queue and is tried again; nothing in it counts as durable.
 */
export class GroupCommit {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #ages: AgeClock;
  readonly #limits: GroupCommitLimits;
  readonly #logger: Logger;
  readonly #onState: () => void;
  #pending = new Map<number, Pending>();
  #flying = new Map<number, Pending>();
  #removals: Removal[] = [];
  #notes = new Map<string, { value: string | undefined; done: (() => void)[] }>();
  #pendingBytes = 0;
  #marked = false;
  #timer: { due: number; cancel: () => void } | undefined;
  #state: DiskState = { at: 'well' };
  #failures = 0;
  #busy: Promise<void> | undefined;
  #closed = false;
  #written = { rows: 0, bytes: 0, commits: 0 };

  constructor(options: { journal: Journal; clock: Clock; ages: AgeClock; logger: Logger; limits?: Partial<GroupCommitLimits>; onState?: () => void }) {
    this.#journal = options.journal;
    this.#clock = options.clock;
    this.#ages = options.ages;
    this.#logger = options.logger;
    this.#limits = { ...groupCommitLimits, ...options.limits };
    this.#onState = options.onState ?? (() => {});
  }

  get state(): DiskState {
    return this.#state;
  }
  /** Bytes of rows that are not durable yet. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }
  get written(): { readonly rows: number; readonly bytes: number; readonly commits: number } {
    return this.#written;
  }

  append(row: Row, done: () => void, { lingerMs = this.#limits.lingerMs, note }: AppendOptions = {}): void {
    this.#pending.set(row.row, { row, done, note, tried: false, discarded: false });
    this.#pendingBytes += row.body.byteLength;
    const full = this.#pending.size >= this.#limits.rowsMax || this.#pendingBytes >= this.#limits.batchBytesMax;
    this.#schedule(full ? 0 : lingerMs);
  }

  /** The row is not needed any more. */
  discard(table: Table, row: number): void {
    const pending = this.#pending.get(row);
    if (pending) {
      this.#pending.delete(row);
      this.#pendingBytes -= pending.row.body.byteLength;
      if (!pending.tried) return;
    }
    const flying = this.#flying.get(row);
    if (flying) flying.discarded = true;
    const last = this.#removals.at(-1);
    if (last && last.table === table && last.last === row - 1) this.#removals[this.#removals.length - 1] = { ...last, last: row };
    else this.#removals.push({ table, first: row, last: row });
    if (this.#removals.length > this.#limits.removalsMax) this.#removals.shift();
    this.#schedule(this.#limits.removeLingerMs);
  }

  note(key: string, value: string | undefined, done?: () => void): void {
    const before = this.#notes.get(key)?.done ?? [];
    this.#notes.set(key, { value, done: done ? [...before, done] : before });
    this.#schedule(this.#limits.lingerMs);
  }

  /** Writes the spool's time at the next occasion, with whatever else there is. */
  mark(): void {
    this.#marked = true;
    this.#schedule(this.#limits.removeLingerMs);
  }

  /** Writes what there is, now. Resolves when a try was made, well or not. */
  async flush(): Promise<void> {
    await this.#busy;
    await this.#commit();
  }

  async close(): Promise<void> {
    await this.flush();
    this.#closed = true;
    this.#timer?.cancel();
  }

  #schedule(ms: number): void {
    if (this.#closed || this.#busy) return;
    const due = this.#clock.monotonic() + (this.#state.at === 'full' ? this.#retryMs() : ms);
    if (this.#timer && this.#timer.due <= due) return;
    this.#timer?.cancel();
    this.#timer = {
      due,
      cancel: this.#clock.after(Math.max(0, due - this.#clock.monotonic()), () => {
        this.#timer = undefined;
        void this.#commit();
      }),
    };
  }

  #retryMs(): number {
    return Math.min(this.#limits.retryMsMax, this.#limits.retryMsMin * 2 ** Math.max(0, this.#failures - 1));
  }

  #commit(): Promise<void> {
    if (this.#busy || this.#closed) return this.#busy ?? Promise.resolve();
    if (!this.#marked && this.#pending.size + this.#removals.length + this.#notes.size === 0) return Promise.resolve();
    this.#busy = this.#write().finally(() => {
      this.#busy = undefined;
      if (this.#pending.size >= this.#limits.rowsMax) this.#schedule(0);
      else if (this.#pending.size > 0 || this.#notes.size > 0) this.#schedule(this.#limits.lingerMs);
      else if (this.#removals.length > 0) this.#schedule(this.#limits.removeLingerMs);
    });
    return this.#busy;
  }

  async #write(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#marked = false;
    let bytes = 0;
    for (const [key, pending] of this.#pending) {
      if (this.#flying.size >= this.#limits.rowsMax || bytes >= this.#limits.batchBytesMax) break;
      this.#flying.set(key, pending);
      bytes += pending.row.body.byteLength;
    }
    for (const key of this.#flying.keys()) this.#pending.delete(key);
    const removals = this.#removals.splice(0, this.#limits.rowsMax);
    const notes = this.#notes;
    this.#notes = new Map();
    const batch: Batch = {
      rows: [...this.#flying.values()].map(({ row }) => row),
      removals,
      notes: [
        ...[...this.#flying.values()].flatMap(({ note }) => note ?? []),
        ...[...notes].map(([key, { value }]) => ({ key, value })),
        { key: 'clock', value: JSON.stringify(this.#ages.mark()) },
      ],
    };
    try {
      await this.#journal.write(batch);
    } catch (error) {
      this.#failed(error, removals, notes);
      return;
    }
    this.#written = { rows: this.#written.rows + batch.rows.length, bytes: this.#written.bytes + bytes, commits: this.#written.commits + 1 };
    const durable = this.#flying;
    this.#flying = new Map();
    this.#pendingBytes -= bytes;
    this.#failures = 0;
    if (this.#state.at === 'full') {
      this.#logger.info({ outageMs: Math.round(this.#clock.monotonic() - this.#state.since) }, 'the spool writes again');
      this.#state = { at: 'well' };
      this.#onState();
    }
    for (const { done } of durable.values()) done();
    for (const { done } of notes.values()) for (const run of done) run();
  }

  #failed(error: unknown, removals: readonly Removal[], notes: Map<string, { value: string | undefined; done: (() => void)[] }>): void {
    const back = this.#flying;
    this.#flying = new Map();
    for (const [key, pending] of back) {
      pending.tried = true;
      if (!pending.discarded) continue;
      back.delete(key);
      this.#pendingBytes -= pending.row.body.byteLength;
    }
    this.#pending = new Map([...back, ...this.#pending]);
    this.#removals = [...removals, ...this.#removals];
    for (const [key, { value, done }] of notes) {
      const newer = this.#notes.get(key);
      this.#notes.set(key, newer ? { value: newer.value, done: [...done, ...newer.done] } : { value, done });
    }
    this.#failures++;
    const code = error instanceof JournalError ? error.code : 'BUG';
    const message = error instanceof Error ? error.message : String(error);
    const before = this.#state;
    this.#state = { at: 'full', code, message, since: before.at === 'full' ? before.since : this.#clock.monotonic() };
    if (before.at === 'well' || before.code !== code) this.#logger.warn({ code, err: message }, 'the spool cannot be written: it counts as full until it can');
    this.#onState();
  }
}
