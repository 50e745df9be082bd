import { and, gte, lt, sql } from 'drizzle-orm';
import type { CounterSum } from '../ports.ts';
import type { Database } from './database.ts';
import { minuteCounters, runIntervals } from './schema.ts';

export type MinuteRow = typeof minuteCounters.$inferSelect;
export type RunInterval = typeof runIntervals.$inferSelect;

/** What was carried, per minute, and when this node was running. */
export class CounterTable {
  readonly #database: Database;
  constructor(database: Database) {
    this.#database = database;
  }

  /** Adds the rows and notes the sign of life, in one transaction. */
  flush(rows: readonly MinuteRow[], run: { readonly id: number; readonly seenAt: number } | undefined): void {
    this.#database.transaction((tx) => {
      for (const row of rows) {
        tx.insert(minuteCounters)
          .values(row)
          .onConflictDoUpdate({
            target: [minuteCounters.minute, minuteCounters.incarnation, minuteCounters.traffic, minuteCounters.direction, minuteCounters.class],
            set: { packets: sql`${minuteCounters.packets} + ${row.packets}`, bytes: sql`${minuteCounters.bytes} + ${row.bytes}` },
          })
          .run();
      }
      if (run) tx.update(runIntervals).set({ seenAt: run.seenAt }).where(sql`${runIntervals.id} = ${run.id}`).run();
    });
  }

  /** Sums over [from, to) in slots of `slotMs`, counted from `from`. */
  sums(from: number, to: number, slotMs: number): CounterSum[] {
    const slot = sql<number>`${from} + cast((${minuteCounters.minute} - ${from}) / ${slotMs} as integer) * ${slotMs}`.as('slot');
    return this.#database
      .select({
        slot,
        traffic: minuteCounters.traffic,
        direction: minuteCounters.direction,
        class: minuteCounters.class,
        packets: sql<number>`sum(${minuteCounters.packets})`,
        bytes: sql<number>`sum(${minuteCounters.bytes})`,
      })
      .from(minuteCounters)
      .where(and(gte(minuteCounters.minute, from), lt(minuteCounters.minute, to)))
      .groupBy(sql`slot`, minuteCounters.traffic, minuteCounters.direction, minuteCounters.class)
      .orderBy(sql`slot`)
      .all();
  }

  startRun(run: Omit<RunInterval, 'id'>): number {
    return this.#database.insert(runIntervals).values(run).returning({ id: runIntervals.id }).get().id;
  }

  /** Intervals that touch [from, to), oldest first. */
  runs(from: number, to: number): RunInterval[] {
    return this.#database
      .select()
      .from(runIntervals)
      .where(and(gte(runIntervals.seenAt, from), lt(runIntervals.startedAt, to)))
      .orderBy(runIntervals.startedAt)
      .all();
  }

  /** Forgets what is older than `before`. */
  prune(before: number): void {
    this.#database.transaction((tx) => {
      tx.delete(minuteCounters).where(lt(minuteCounters.minute, before)).run();
      tx.delete(runIntervals).where(lt(runIntervals.seenAt, before)).run();
    });
  }
}
