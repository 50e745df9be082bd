import { and, asc, count, desc, eq, gte, lt, lte, or, sql } from 'drizzle-orm';
import type {
  ChainValueRow,
  Errand,
  HourEntry,
  HourRecord,
  MovementRow,
  Purpose,
  ReceiptRow,
  RewardBook,
  SightingRow,
  StageSum,
  SubmissionRow,
} from '../reward-book.ts';
import type { Database } from './database.ts';
import { chainValues, errands, movements, receipts, rewardHours, sightings, submissions } from './reward-schema.ts';
import { settings } from './schema.ts';

export interface BookLimits {
  /** Two years of hours. */
  readonly hoursMax: number;
  readonly valuesMax: number;
  readonly errandsMax: number;
  readonly submissionsMax: number;
  readonly movementsMax: number;
}
/** Of a busy hour, with up to 5 KB of ranges each: what is decoded of them in one piece. */
const receiptsAtOnce = 64;
export const bookLimits: BookLimits = { hoursMax: 17_520, valuesMax: 1000, errandsMax: 64, submissionsMax: 500, movementsMax: 5000 };

/** Rows of one contract. At a bound the oldest go. */
export class Book implements RewardBook {
  readonly id: number;
  readonly #database: Database;
  readonly #limits: BookLimits;

  constructor(database: Database, id: number, limits: Partial<BookLimits> = {}) {
    this.#database = database;
    this.id = id;
    this.#limits = { ...bookLimits, ...limits };
  }

  /** One transaction. A receipt that is there already stays as it is. */
  addReceipts(rows: readonly ReceiptRow[]): void {
    if (rows.length === 0) return;
    this.#database.transaction((tx) => {
      for (const row of rows)
        tx.insert(receipts)
          .values({ ...row, book: this.id })
          .onConflictDoNothing()
          .run();
    });
  }

  dropReceipts(epoch: number, next: string): void {
    this.#database
      .delete(receipts)
      .where(and(eq(receipts.book, this.id), eq(receipts.epoch, epoch), eq(receipts.next, next)))
      .run();
  }

  nextsOf(epoch: number): string[] {
    return this.#database
      .selectDistinct({ next: receipts.next })
      .from(receipts)
      .where(and(eq(receipts.book, this.id), eq(receipts.epoch, epoch)))
      .orderBy(asc(receipts.next))
      .all()
      .map(({ next }) => next);
  }

  receiptCount(): number {
    return this.#database.select({ rows: count() }).from(receipts).where(eq(receipts.book, this.id)).get()?.rows ?? 0;
  }

  *receiptsOf(epoch: number): Generator<readonly ReceiptRow[]> {
    const { book, ...columns } = { book: receipts.book, ...rowColumns };
    let last: ReceiptRow | undefined;
    do {
      const after = last && sql`(${receipts.next}, ${receipts.seq}) > (${last.next}, ${last.seq})`;
      const page: ReceiptRow[] = this.#database
        .select(columns)
        .from(receipts)
        .where(and(eq(book, this.id), eq(receipts.epoch, epoch), after))
        .orderBy(asc(receipts.next), asc(receipts.seq))
        .limit(receiptsAtOnce)
        .all();
      if (page.length > 0) yield page;
      last = page.length === receiptsAtOnce ? page.at(-1) : undefined;
    } while (last);
  }

  packetsOf(epoch: number): number {
    const sum = this.#database
      .select({ packets: sql<number>`coalesce(sum(${receipts.packets}), 0)` })
      .from(receipts)
      .where(and(eq(receipts.book, this.id), eq(receipts.epoch, epoch)))
      .get();
    return sum?.packets ?? 0;
  }

  saveSightings(rows: readonly SightingRow[]): void {
    if (rows.length === 0) return;
    this.#database.transaction((tx) => {
      for (const row of rows) {
        const set = { minutes: row.minutes, rttUsSum: row.rttUsSum, samples: row.samples };
        tx.insert(sightings)
          .values({ ...row, book: this.id })
          .onConflictDoUpdate({ target: [sightings.book, sightings.epoch, sightings.node], set })
          .run();
      }
    });
  }

  sightingsOf(epoch: number): SightingRow[] {
    return this.#database
      .select({ epoch: sightings.epoch, node: sightings.node, minutes: sightings.minutes, rttUsSum: sightings.rttUsSum, samples: sightings.samples })
      .from(sightings)
      .where(and(eq(sightings.book, this.id), eq(sightings.epoch, epoch)))
      .orderBy(asc(sightings.node))
      .all();
  }

  forget(epoch: number): void {
    this.#database.transaction((tx) => {
      tx.delete(receipts)
        .where(and(eq(receipts.book, this.id), eq(receipts.epoch, epoch)))
        .run();
      tx.delete(sightings)
        .where(and(eq(sightings.book, this.id), eq(sightings.epoch, epoch)))
        .run();
    });
  }

  prune(before: number): void {
    const { hoursMax, valuesMax } = this.#limits;
    this.#database.transaction((tx) => {
      tx.delete(receipts)
        .where(and(eq(receipts.book, this.id), lt(receipts.epoch, before)))
        .run();
      tx.delete(sightings)
        .where(and(eq(sightings.book, this.id), lt(sightings.epoch, before)))
        .run();
      for (const [table, max] of [[rewardHours, hoursMax] as const, [chainValues, valuesMax] as const]) {
        const last = tx.select({ epoch: table.epoch }).from(table).where(eq(table.book, this.id)).orderBy(desc(table.epoch)).limit(1).offset(max).get();
        if (last)
          tx.delete(table)
            .where(and(eq(table.book, this.id), lte(table.epoch, last.epoch)))
            .run();
      }
    });
  }

  saveHour({ record, ...sums }: HourEntry): void {
    const row = { ...sums, proved: record.proof !== undefined, record };
    this.#database
      .insert(rewardHours)
      .values({ book: this.id, epoch: record.epoch, ...row })
      .onConflictDoUpdate({ target: [rewardHours.book, rewardHours.epoch], set: row })
      .run();
  }

  hour(epoch: number): HourRecord | undefined {
    return this.#database
      .select({ record: rewardHours.record })
      .from(rewardHours)
      .where(and(eq(rewardHours.book, this.id), eq(rewardHours.epoch, epoch)))
      .get()?.record;
  }

  openHours(): HourRecord[] {
    return this.#database
      .select({ record: rewardHours.record })
      .from(rewardHours)
      .where(and(eq(rewardHours.book, this.id), eq(rewardHours.settled, false)))
      .orderBy(asc(rewardHours.epoch))
      .all()
      .map(({ record }) => record);
  }

  lastProved(): number | undefined {
    return this.#database
      .select({ epoch: rewardHours.epoch })
      .from(rewardHours)
      .where(and(eq(rewardHours.book, this.id), eq(rewardHours.proved, true)))
      .orderBy(desc(rewardHours.epoch))
      .limit(1)
      .get()?.epoch;
  }

  hours(limit: number, before = Number.MAX_SAFE_INTEGER): HourRecord[] {
    return this.#database
      .select({ record: rewardHours.record })
      .from(rewardHours)
      .where(and(eq(rewardHours.book, this.id), lt(rewardHours.epoch, before)))
      .orderBy(desc(rewardHours.epoch))
      .limit(limit)
      .all()
      .map(({ record }) => record);
  }

  hoursBetween(from: number, to: number): HourRecord[] {
    return this.#database
      .select({ record: rewardHours.record })
      .from(rewardHours)
      .where(and(eq(rewardHours.book, this.id), gte(rewardHours.epoch, from), lt(rewardHours.epoch, to)))
      .orderBy(asc(rewardHours.epoch))
      .all()
      .map(({ record }) => record);
  }

  sums(from = 0, to = Number.MAX_SAFE_INTEGER): StageSum[] {
    return this.#database
      .select({
        stage: rewardHours.stage,
        hours: count(),
        packets: sql<number>`sum(${rewardHours.packets})`,
        amount: sql<number>`sum(${rewardHours.amount})`,
      })
      .from(rewardHours)
      .where(and(eq(rewardHours.book, this.id), gte(rewardHours.epoch, from), lt(rewardHours.epoch, to)))
      .groupBy(rewardHours.stage)
      .all();
  }

  saveValues(rows: readonly ChainValueRow[]): void {
    if (rows.length === 0) return;
    this.#database.transaction((tx) => {
      for (const row of rows)
        tx.insert(chainValues)
          .values({ ...row, book: this.id })
          .onConflictDoNothing()
          .run();
    });
  }

  valueFrom(epoch: number): ChainValueRow | undefined {
    return this.#database
      .select({ epoch: chainValues.epoch, value: chainValues.value, drawn: chainValues.drawn })
      .from(chainValues)
      .where(and(eq(chainValues.book, this.id), gte(chainValues.epoch, epoch), or(eq(chainValues.drawn, false), eq(chainValues.epoch, epoch))))
      .orderBy(asc(chainValues.epoch))
      .limit(1)
      .get();
  }

  saveErrand(errand: Errand): void {
    this.#database.transaction((tx) => {
      tx.insert(errands)
        .values({ book: this.id, id: errand.id, at: errand.at, errand })
        .onConflictDoUpdate({ target: [errands.book, errands.id], set: { at: errand.at, errand } })
        .run();
      const old = tx
        .select({ id: errands.id })
        .from(errands)
        .where(eq(errands.book, this.id))
        .orderBy(desc(errands.at))
        .offset(this.#limits.errandsMax)
        .limit(64)
        .all();
      for (const { id } of old)
        tx.delete(errands)
          .where(and(eq(errands.book, this.id), eq(errands.id, id)))
          .run();
    });
  }

  /** Newest first. */
  errands(): Errand[] {
    return this.#database
      .select({ errand: errands.errand })
      .from(errands)
      .where(eq(errands.book, this.id))
      .orderBy(desc(errands.at), asc(errands.id))
      .all()
      .map(({ errand }) => errand);
  }

  saveSubmission(submission: SubmissionRow): void {
    const set = { open: submission.state === 'open', submission };
    this.#database.transaction((tx) => {
      tx.insert(submissions)
        .values({ book: this.id, id: submission.id, kind: submission.purpose.kind, at: submission.at, ...set })
        .onConflictDoUpdate({ target: [submissions.book, submissions.id], set })
        .run();
      const old = tx
        .select({ id: submissions.id })
        .from(submissions)
        .where(and(eq(submissions.book, this.id), eq(submissions.open, false)))
        .orderBy(desc(submissions.at))
        .offset(this.#limits.submissionsMax)
        .limit(64)
        .all();
      for (const { id } of old)
        tx.delete(submissions)
          .where(and(eq(submissions.book, this.id), eq(submissions.id, id)))
          .run();
    });
  }

  openSubmission(): SubmissionRow | undefined {
    return this.#database
      .select({ submission: submissions.submission })
      .from(submissions)
      .where(and(eq(submissions.book, this.id), eq(submissions.open, true)))
      .orderBy(asc(submissions.at))
      .limit(1)
      .get()?.submission;
  }

  submissions(kind: Purpose['kind'], limit: number): SubmissionRow[] {
    return this.#database
      .select({ submission: submissions.submission })
      .from(submissions)
      .where(and(eq(submissions.book, this.id), eq(submissions.kind, kind)))
      .orderBy(desc(submissions.at), asc(submissions.id))
      .limit(limit)
      .all()
      .map(({ submission }) => submission);
  }

  note<T>(name: string): T | undefined {
    const row = this.#database
      .select()
      .from(settings)
      .where(eq(settings.key, noteKey(this.id, name)))
      .get();
    return row && (JSON.parse(row.value) as T);
  }

  setNote(name: string, value: unknown): void {
    const text = JSON.stringify(value);
    this.#database
      .insert(settings)
      .values({ key: noteKey(this.id, name), value: text })
      .onConflictDoUpdate({ target: settings.key, set: { value: text } })
      .run();
  }

  addMovements(address: string, rows: readonly MovementRow[]): void {
    if (rows.length === 0) return;
    this.#database.transaction((tx) => {
      for (const movement of rows) tx.insert(movements).values({ book: this.id, address, id: movement.id, movement }).onConflictDoNothing().run();
      const ofAddress = and(eq(movements.book, this.id), eq(movements.address, address));
      const last = tx
        .select({ id: movements.id })
        .from(movements)
        .where(ofAddress)
        .orderBy(desc(movements.id))
        .limit(1)
        .offset(this.#limits.movementsMax)
        .get();
      if (last)
        tx.delete(movements)
          .where(and(ofAddress, lte(movements.id, last.id)))
          .run();
    });
  }

  movements(address: string, limit: number): MovementRow[] {
    return this.#database
      .select({ movement: movements.movement })
      .from(movements)
      .where(and(eq(movements.book, this.id), eq(movements.address, address)))
      .orderBy(desc(movements.id))
      .limit(limit)
      .all()
      .map(({ movement }) => movement);
  }
}

const rowColumns = {
  epoch: receipts.epoch,
  next: receipts.next,
  seq: receipts.seq,
  packets: receipts.packets,
  ranges: receipts.ranges,
  signature: receipts.signature,
};

export const noteKey = (book: number, name: string): string => `book.${book}.${name}`;
