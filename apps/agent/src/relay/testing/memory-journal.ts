import { type Batch, type ExpiredRows, type Journal, JournalError, type LoadLimits, type OpenedJournal, type Row, type Table, tables } from '../journal.ts';

/** A journal that fails when told to, and can be made to hold its commits back. */
export class MemoryJournal implements Journal {
  readonly rows = new Map<number, Row>();
  readonly notes = new Map<string, string>();
  readonly batches: Batch[] = [];
  failWith: string | undefined;
  capacityBytes = 1_000_000;
  #gate: Promise<void> = Promise.resolve();
  #open: () => void = () => {};

  /** Commits wait until `go`. */
  hold(): void {
    this.#gate = new Promise((resolve) => {
      this.#open = resolve;
    });
  }
  go(): void {
    this.#open();
  }

  async open(): Promise<OpenedJournal> {
    if (this.failWith) throw new JournalError(this.failWith, 'as asked');
    const summary = (table: Table): OpenedJournal['tables'][Table] => {
      const rows = this.#of(table);
      return { rows: rows.length, bytes: rows.reduce((sum, row) => sum + row.body.byteLength + 96, 0), oldest: rows[0] };
    };
    return {
      tables: Object.fromEntries(tables.map((table) => [table, summary(table)])) as OpenedJournal['tables'],
      rowMax: Math.max(0, ...this.rows.keys()),
      notes: new Map(this.notes),
      broken: undefined,
      capacityBytes: this.capacityBytes,
    };
  }
  async write(batch: Batch): Promise<void> {
    this.batches.push(batch);
    await this.#gate;
    if (this.failWith) throw new JournalError(this.failWith, 'as asked');
    for (const r of batch.removals) for (const row of this.#of(r.table)) if (row.row >= r.first && row.row <= r.last) this.rows.delete(row.row);
    for (const row of batch.rows) this.rows.set(row.row, row);
    for (const { key, value } of batch.notes) {
      if (value === undefined) this.notes.delete(key);
      else this.notes.set(key, value);
    }
  }
  async load(table: Table, after: number, limits: LoadLimits): Promise<Row[]> {
    return this.#of(table)
      .filter((row) => row.row > after)
      .slice(0, limits.rowsMax);
  }
  async expired(table: Table, after: number, now: number, span: number): Promise<ExpiredRows> {
    const beyond = this.#of(table).filter((row) => row.row > after);
    const rows = beyond
      .filter((row) => row.row <= after + span && row.lifetimeMs > 0 && row.born + row.lifetimeMs <= now)
      .map((row) => ({ row: row.row, traffic: row.traffic, bytes: row.body.byteLength }));
    const more = beyond.find((row) => row.row > after + span);
    return { rows, next: more && more.row - 1 };
  }
  async close(): Promise<void> {}

  #of(table: Table): Row[] {
    return [...this.rows.values()].filter((row) => row.table === table).sort((a, b) => a.row - b.row);
  }
}
