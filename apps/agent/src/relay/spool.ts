import type { EntryRun, Traffic, TrafficClass } from '@energymesh/protocol';
import { trafficClasses } from '@energymesh/protocol';
import type { Logger } from 'pino';
import { IntakeRefused, type Mesh, type MeshOutput } from '../ports.ts';
import type { LoadLimits, OpenedJournal, Row } from './journal.ts';
import { type Entry, Lane } from './lane.ts';
import { rowBytes } from './quota.ts';
import type { SpoolFile } from './spool-file.ts';

export interface UpMessage {
  readonly class: TrafficClass;
  readonly traffic: Traffic;
  /** 0 = never. */
  readonly lifetimeMs: number;
  readonly body: Uint8Array;
}

/** An entry that left the spool without having reached the backend. */
export interface Lost {
  readonly class: TrafficClass;
  readonly traffic: Traffic;
  readonly why: 'expired' | 'too-big' | 'out-of-order';
  readonly count: number;
}

export interface SpoolLimits {
  readonly entryBytesMax: number;
  /** Publishers that wait for room; the next one is refused. */
  readonly waitersMax: number;
  /** Bytes accepted and not durable yet; beyond it publishers wait. */
  readonly pendingBytesMax: number;
  readonly load: LoadLimits;
  readonly loadRetryMs: number;
  /** How often the backlog is searched for what expired in it, and at once (but no more often than `sweepMsMin`) when somebody waits for room. */
  readonly sweepMs: number;
  readonly sweepMsMin: number;
  readonly sweepRows: number;
}
export const spoolLimits: SpoolLimits = {
  entryBytesMax: 128 * 1024,
  waitersMax: 1024,
  pendingBytesMax: 4 * 1024 * 1024,
  load: { rowsMax: 512, bytesMax: 1024 * 1024 },
  loadRetryMs: 1000,
  sweepMs: 10 * 60_000,
  sweepMsMin: 10_000,
  sweepRows: 2000,
};

export interface SpoolOptions {
  readonly file: SpoolFile;
  readonly mesh: Pick<Mesh, 'self' | 'incarnation' | 'submit' | 'room' | 'floor'>;
  readonly logger: Logger;
  readonly onLost: (lost: Lost) => void;
  /** More of the class is settled than before. */
  readonly onSettled?: (cls: TrafficClass) => void;
  readonly limits?: Partial<SpoolLimits>;
}

interface Waiter {
  readonly message: UpMessage;
  readonly admit: () => void;
}

/**
 * Custody of what goes up: mesh.md "Custody, up"; docs/decisions/0005-spool.md.
 *
 * 1. `accept` resolves only when the entry is durable here or acknowledged end to end.
 * 2. Ids are given in the order of acceptance and submitted in that order; nothing overtakes a backlog of its class.
 * 3. A floor is declared only below what is settled, on disk and in memory.
 * 4. What does not fit waits (QoS 1) or is dropped and counted (QoS 0); nothing that was accepted is ever dropped but by its lifetime.
 */
export class Spool {
  readonly #file: SpoolFile;
  readonly #mesh: SpoolOptions['mesh'];
  readonly #logger: Logger;
  readonly #onLost: (lost: Lost) => void;
  readonly #onSettled: (cls: TrafficClass) => void;
  readonly #limits: SpoolLimits;
  readonly #lanes: readonly Lane[] = trafficClasses.map((cls) => new Lane(cls));
  readonly #waiters: Waiter[][] = trafficClasses.map(() => []);
  #opened = false;
  #closing = false;
  #sweptAt = Number.NEGATIVE_INFINITY;
  #sweeping = false;
  #bytes = 0;
  #expired = 0;
  #dropped = 0;
  #cancelSweep: () => void = () => {};

  constructor(options: SpoolOptions) {
    this.#file = options.file;
    this.#mesh = options.mesh;
    this.#logger = options.logger;
    this.#onLost = options.onLost;
    this.#onSettled = options.onSettled ?? (() => {});
    this.#limits = { ...spoolLimits, ...options.limits };
    this.#file.onOpened((opened) => this.#open(opened));
    this.#file.onState(() => this.#evaluate());
  }

  /** Entries and their bytes that this node has custody of, the age of the oldest, and what was lost since start. */
  stats(): { waiting: number; waitingBytes: number; oldestMs: number | undefined; expired: number; dropped: number } {
    const now = this.#file.ages.now();
    const ages = this.#lanes.filter((lane) => lane.waiting > 0).map((lane) => now - (lane.oldest()?.born ?? lane.behindBorn));
    return {
      waiting: this.#lanes.reduce((sum, lane) => sum + lane.waiting, 0),
      waitingBytes: this.#bytes,
      oldestMs: ages.length > 0 ? Math.max(0, ...ages) : undefined,
      expired: this.#expired,
      dropped: this.#dropped,
    };
  }

  /** Sequence of the newest entry of the class that was accepted or waits for room. */
  newest(cls: TrafficClass): number {
    return this.#lanes[cls]!.next - 1 + this.#waiters[cls]!.length;
  }

  /** Whether all of the class up to this sequence of the present incarnation, and everything of former ones, has left this spool. */
  settled(cls: TrafficClass, sequence: number): boolean {
    const floor = this.#opened ? this.#lanes[cls]!.floor(this.#mesh.incarnation) : undefined;
    return floor !== undefined && floor.incarnation === this.#mesh.incarnation && floor.sequence > sequence;
  }

  /** QoS 1 and 2, and reports. Waits for room while the spool is full. Rejects with IntakeRefused, or with the signal's reason while it still waits for room. */
  accept(message: UpMessage, signal?: AbortSignal): Promise<void> {
    if (this.#closing) return Promise.reject(new IntakeRefused('closing', 'the node is stopping'));
    if (message.body.byteLength > this.#limits.entryBytesMax) return Promise.reject(tooBig(message, this.#limits.entryBytesMax));
    if (signal?.aborted) return Promise.reject(signal.reason);
    const waiters = this.#waiters[message.class]!;
    if (waiters.length === 0 && this.#admits(message)) return new Promise((resolve) => this.#take(message, resolve));
    if (this.#waiters.reduce((sum, list) => sum + list.length, 0) >= this.#limits.waitersMax)
      return Promise.reject(new IntakeRefused('full', 'the spool is full and too many publishers wait for it'));
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        message,
        admit: () => {
          signal?.removeEventListener('abort', leave);
          if (this.#closing) reject(new IntakeRefused('closing', 'the node is stopping'));
          else this.#take(message, resolve);
        },
      };
      const leave = (): void => {
        const at = waiters.indexOf(waiter);
        if (at >= 0) waiters.splice(at, 1);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', leave, { once: true });
      waiters.push(waiter);
      this.#sweepSoon();
    });
  }

  /** QoS 0: taken if there is room, else dropped and counted. */
  offer(message: UpMessage): boolean {
    const fits = !this.#closing && this.#waiters[message.class]!.length === 0 && this.#admits(message) && message.body.byteLength <= this.#limits.entryBytesMax;
    if (fits) this.#take(message, undefined);
    else this.#dropped++;
    return fits;
  }

  /** The mesh's word on entries of stream "backend". */
  on(output: Extract<MeshOutput, { type: 'released' | 'expired' | 'expelled' | 'room' }>): void {
    switch (output.type) {
      case 'released':
        for (const run of output.runs) this.#settle(run);
        break;
      case 'expired':
        for (const run of output.runs) this.#lose(run, 'expired');
        break;
      case 'expelled':
        this.#expel(output.run, output.reason);
        return;
      case 'room':
        break;
    }
    this.#evaluate();
  }

  /** Refuses new entries and lets go of who waits; the file's own close writes what is pending. */
  close(): void {
    this.#closing = true;
    this.#cancelSweep();
    for (const waiters of this.#waiters) for (const waiter of waiters.splice(0)) waiter.admit();
  }

  #open(opened: OpenedJournal): void {
    for (const lane of this.#lanes) {
      const { rows, bytes, oldest } = opened.tables[lane.table];
      lane.behind = rows;
      lane.behindBorn = oldest?.born ?? 0;
      lane.declared = oldest
        ? { incarnation: oldest.incarnation as Entry['incarnation'], sequence: oldest.sequence }
        : { incarnation: this.#mesh.incarnation, sequence: 1 };
      this.#mesh.floor('backend', lane.class, lane.declared);
      this.#file.quota.take(lane.table, bytes);
      this.#bytes += bytes;
    }
    this.#opened = true;
    this.#sweepLater();
  }

  #admits(message: UpMessage): boolean {
    return (
      this.#opened &&
      this.#file.group.pendingBytes < this.#limits.pendingBytesMax &&
      this.#file.quota.fits(this.#lanes[message.class]!.table, rowBytes(message.body.byteLength))
    );
  }

  #take(message: UpMessage, done: (() => void) | undefined): void {
    const lane = this.#lanes[message.class]!;
    const { ages, group, quota, clock } = this.#file;
    const bytes = rowBytes(message.body.byteLength);
    const row = this.#file.nextRow();
    const born = ages.now();
    const entry: Entry = {
      row,
      incarnation: this.#mesh.incarnation,
      sequence: lane.next++,
      class: message.class,
      traffic: message.traffic,
      born,
      lifetimeMs: message.lifetimeMs,
      body: message.body,
      submittedAt: clock.monotonic(),
      done,
    };
    quota.take(lane.table, bytes);
    this.#bytes += bytes;
    const { incarnation, sequence, traffic, lifetimeMs, body } = entry;
    group.append({ table: lane.table, row, incarnation, sequence, traffic, born, lifetimeMs, ...ages.stamp(), meta: undefined, body }, () => {
      entry.done?.();
      entry.done = undefined;
      lane.young.delete(row);
      if (lane.behind > 0) this.#feed(lane);
    });
    if (lane.direct && this.#mesh.room('backend', lane.class) > 0) {
      lane.cursor = row;
      this.#submit(lane, entry);
    } else {
      if (lane.behind === 0) lane.behindBorn = born;
      lane.behind++;
      lane.young.set(row, entry);
      this.#feed(lane);
    }
  }

  #submit(lane: Lane, entry: Entry): void {
    lane.add(entry);
    this.#mesh.submit({
      stream: 'backend',
      class: entry.class,
      traffic: entry.traffic,
      incarnation: entry.incarnation,
      sequence: entry.sequence,
      ageMs: this.#file.ages.now() - entry.born,
      lifetimeMs: entry.lifetimeMs,
      body: entry.body,
    });
  }

  #settle(run: EntryRun): number {
    const lane = this.#lanes[run.class]!;
    const taken = lane.take(run.incarnation, run.first, run.count);
    for (const entry of taken) {
      this.#remove(lane, entry.row, entry.body.byteLength);
      entry.done?.();
      entry.done = undefined;
    }
    return taken.length;
  }

  #lose(run: EntryRun, why: Lost['why']): void {
    const traffic = this.#lanes[run.class]!.window.get(run.incarnation)?.get(run.first)?.traffic ?? 0;
    const count = this.#settle(run);
    if (count > 0) this.#report({ class: run.class, traffic, why, count });
  }

  #report(lost: Lost): void {
    this.#expired += lost.count;
    this.#onLost(lost);
  }

  #remove(lane: Lane, row: number, bodyBytes: number): void {
    const bytes = rowBytes(bodyBytes);
    this.#file.group.discard(lane.table, row);
    this.#file.quota.give(lane.table, bytes);
    this.#bytes -= bytes;
  }

  #expel(run: EntryRun, reason: 'full' | 'too-big' | 'out-of-order'): void {
    const lane = this.#lanes[run.class]!;
    if (reason !== 'full') {
      this.#logger.error({ run, reason }, 'the mesh refused an entry for good');
      this.#lose(run, reason);
      this.#evaluate();
      return;
    }
    for (let i = 0; i < run.count; i++) {
      const entry = lane.window.get(run.incarnation)?.get(run.first + i);
      if (entry && !lane.expelled.includes(entry)) lane.expelled.push(entry);
    }
    lane.expelled.sort((a, b) => a.row - b.row);
  }

  /** The one place that moves entries on after something changed: floors, backlog, publishers who wait. */
  #evaluate(): void {
    if (!this.#opened || this.#closing) return;
    for (const lane of this.#lanes) {
      this.#feed(lane);
      this.#declare(lane);
      const waiters = this.#waiters[lane.class]!;
      while (waiters[0] && this.#admits(waiters[0].message)) waiters.shift()!.admit();
    }
  }

  #declare(lane: Lane): void {
    const floor = lane.floor(this.#mesh.incarnation);
    if (!floor || (lane.declared?.incarnation === floor.incarnation && lane.declared.sequence === floor.sequence)) return;
    lane.declared = floor;
    this.#mesh.floor('backend', lane.class, floor);
    this.#onSettled(lane.class);
  }

  #feed(lane: Lane): void {
    if (this.#closing) return;
    while (lane.expelled.length > 0 && this.#mesh.room('backend', lane.class) > 0) {
      const entry = lane.expelled.shift()!;
      const { traffic, incarnation, sequence, born, lifetimeMs, body } = entry;
      entry.submittedAt = this.#file.clock.monotonic();
      this.#mesh.submit({ stream: 'backend', class: lane.class, traffic, incarnation, sequence, ageMs: this.#file.ages.now() - born, lifetimeMs, body });
    }
    if (lane.expelled.length > 0) return;
    let room = this.#mesh.room('backend', lane.class);
    while (lane.loaded.length > 0 && room > 0) {
      const row = lane.loaded.shift()!;
      // A commit whose fate was unknown may have left the row on disk while its publisher still waits here.
      const young = lane.young.get(row.row);
      lane.young.delete(row.row);
      if (!young && this.#expiredRow(lane, row)) continue;
      this.#submit(lane, young ?? entryOf(lane, row, this.#file.clock.monotonic()));
      room--;
    }
    if (lane.loaded.length === 0 && lane.behind > 0 && room > 0 && !lane.loading) void this.#load(lane);
  }

  #expiredRow(lane: Lane, row: Row): boolean {
    if (row.lifetimeMs === 0 || this.#file.ages.now() - row.born < row.lifetimeMs) return false;
    this.#remove(lane, row.row, row.body.byteLength);
    this.#report({ class: lane.class, traffic: row.traffic as Traffic, why: 'expired', count: 1 });
    return true;
  }

  async #load(lane: Lane): Promise<void> {
    lane.loading = true;
    let rows: Row[];
    try {
      rows = await this.#file.journal.load(lane.table, lane.cursor, this.#limits.load);
    } catch (error) {
      this.#logger.warn({ err: error, table: lane.table }, 'the backlog cannot be read');
      this.#file.clock.after(this.#limits.loadRetryMs, () => {
        lane.loading = false;
        this.#evaluate();
      });
      return;
    }
    lane.loading = false;
    if (this.#closing) return;
    const last = rows.at(-1);
    if (!last) {
      this.#submitYoung(lane);
      return;
    }
    lane.cursor = last.row;
    lane.behind -= rows.length;
    lane.behindBorn = last.born;
    lane.loaded = rows;
    this.#evaluate();
  }

  /** The disk has nothing beyond the cursor, so all that is behind is on its way there. */
  #submitYoung(lane: Lane): void {
    for (const entry of lane.young.values()) {
      if (this.#mesh.room('backend', lane.class) <= 0) break;
      lane.young.delete(entry.row);
      lane.behind--;
      lane.cursor = entry.row;
      entry.submittedAt = this.#file.clock.monotonic();
      this.#submit(lane, entry);
    }
    this.#declare(lane);
  }

  #sweepLater(): void {
    this.#cancelSweep = this.#file.clock.after(this.#limits.sweepMs, () => {
      void this.#sweep();
      this.#sweepLater();
    });
  }

  #sweepSoon(): void {
    if (this.#opened && this.#file.clock.monotonic() - this.#sweptAt >= this.#limits.sweepMsMin) void this.#sweep();
  }

  /** Entries behind expire unseen until their turn comes; this finds them where they lie, a slice at a time. */
  async #sweep(): Promise<void> {
    if (this.#sweeping) return;
    this.#sweeping = true;
    this.#sweptAt = this.#file.clock.monotonic();
    try {
      for (const lane of this.#lanes) await this.#sweepLane(lane);
    } catch (error) {
      this.#logger.warn({ err: error }, 'the backlog cannot be searched for what expired');
    } finally {
      this.#sweeping = false;
    }
    this.#evaluate();
  }

  async #sweepLane(lane: Lane): Promise<void> {
    let after: number | undefined = lane.cursor;
    while (after !== undefined && lane.behind > 0 && !lane.loading && !this.#closing) {
      // A load meanwhile would take the same rows.
      lane.loading = true;
      try {
        const found = await this.#file.journal.expired(lane.table, after, this.#file.ages.now(), this.#limits.sweepRows);
        for (const { row, bytes, traffic } of found.rows) {
          this.#remove(lane, row, bytes);
          lane.behind--;
          this.#report({ class: lane.class, traffic: traffic as Traffic, why: 'expired', count: 1 });
        }
        after = found.next;
      } finally {
        lane.loading = false;
      }
    }
  }
}

const entryOf = (lane: Lane, row: Row, now: number): Entry => ({
  row: row.row,
  incarnation: row.incarnation as Entry['incarnation'],
  sequence: row.sequence,
  class: lane.class,
  traffic: row.traffic as Traffic,
  born: row.born,
  lifetimeMs: row.lifetimeMs,
  body: row.body,
  submittedAt: now,
  done: undefined,
});

const tooBig = (message: UpMessage, max: number): IntakeRefused => new IntakeRefused('too-big', `${message.body.byteLength} bytes, at most ${max} are carried`);
