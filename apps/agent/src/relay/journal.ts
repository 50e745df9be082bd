/**
 * The port of the durable store behind the spool: docs/decisions/0005-spool.md.
 * `SpoolDatabase` implements it on the thread it is called on, `JournalWorker` on a thread of its own; tests plug in one that fails on purpose.
 */

/** Upward entries by class, and commands that wait for their device. */
export const tables = ['up0', 'up1', 'up2', 'up3', 'down'] as const;
export type Table = (typeof tables)[number];

export interface Row {
  readonly table: Table;
  /** Ascending in the order of acceptance, over all tables and restarts; no two rows of the file have the same. */
  readonly row: number;
  readonly incarnation: number;
  readonly sequence: number;
  readonly traffic: number;
  /** Spool time (age-clock.ts) at which the entry's age was 0, milliseconds. */
  readonly born: number;
  /** 0 = never expires. */
  readonly lifetimeMs: number;
  /** When this node accepted it: monotonic and wall clock, and whether the wall clock was trusted. For people who read the file; nothing is decided by them. */
  readonly acceptedMonotonic: number;
  readonly acceptedWall: number;
  readonly wallTrusted: boolean;
  readonly meta: string | undefined;
  readonly body: Uint8Array;
}

export interface Removal {
  readonly table: Table;
  readonly first: number;
  readonly last: number;
}

/** What one commit holds. Rows that are already there are replaced: a batch may be written again after a failure that left its fate unknown. */
export interface Batch {
  readonly rows: readonly Row[];
  readonly removals: readonly Removal[];
  /** Undefined deletes the note. */
  readonly notes: readonly { readonly key: string; readonly value: string | undefined }[];
}

export interface TableSummary {
  readonly rows: number;
  readonly bytes: number;
  /** The oldest row; undefined when the table is empty. */
  readonly oldest: { readonly row: number; readonly incarnation: number; readonly sequence: number; readonly born: number } | undefined;
}

export interface OpenedJournal {
  readonly tables: Readonly<Record<Table, TableSummary>>;
  readonly rowMax: number;
  readonly notes: ReadonlyMap<string, string>;
  /** The file was unreadable and stands aside under this name; what it held is lost to this node. */
  readonly broken: string | undefined;
  /** Bytes of rows that the reserve takes. */
  readonly capacityBytes: number;
}

export interface ExpiredRows {
  readonly rows: readonly { readonly row: number; readonly traffic: number; readonly bytes: number }[];
  readonly next: number | undefined;
}

export interface LoadLimits {
  readonly rowsMax: number;
  readonly bytesMax: number;
}

export interface Journal {
  /** Rejects with JournalError; may be called again. */
  open(): Promise<OpenedJournal>;
  /** Resolves when the batch is durable (fsync). Rejects with JournalError; then none or all of it may be there. */
  write(batch: Batch): Promise<void>;
  /** Rows after `after`, in order. */
  load(table: Table, after: number, limits: LoadLimits): Promise<Row[]>;
  /** Of the `span` rows after `after`, those whose age at spool time `now` is past their lifetime; `next` is undefined at the end of the table. */
  expired(table: Table, after: number, now: number, span: number): Promise<ExpiredRows>;
  close(): Promise<void>;
}

/** The store cannot take it now: disk full, worn out, read-only, or its thread died. Never fatal: the spool counts it as "full" and tries again. */
export class JournalError extends Error {
  /** SQLite's or the system's code, e.g. SQLITE_FULL, SQLITE_IOERR_WRITE, ENOSPC, WORKER. */
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = 'JournalError';
    this.code = code;
  }
}
