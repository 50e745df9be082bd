/** Everything in one SQLite file (or in memory): a ledger is committed whole before anything about it is answered. */
import Database from 'better-sqlite3';
import type { EntryKey } from '../ledger/entries.ts';

export interface LedgerRow {
  readonly seq: number;
  /** seconds since 1970 */
  readonly closeTime: number;
  readonly hash: string;
  /** LedgerHeader */
  readonly header: Uint8Array;
}

export interface TransactionRow {
  readonly hash: string;
  /** of the inner transaction, where there is a fee bump */
  readonly innerHash: string;
  readonly ledger: number;
  /** from 1 */
  readonly position: number;
  readonly closeTime: number;
  readonly source: string;
  readonly successful: boolean;
  readonly feeBump: boolean;
  readonly feePerOperation: number;
  readonly envelope: Uint8Array;
  /** TransactionResultMetaV1 */
  readonly resultMeta: Uint8Array;
}

export interface EventRow {
  /** sorts as time does: ledger, transaction, operation, event; also the cursor */
  readonly id: string;
  readonly ledger: number;
  readonly closeTime: number;
  readonly transactionIndex: number;
  readonly operationIndex: number;
  readonly hash: string;
  readonly type: 'contract' | 'system';
  readonly contract: string;
  /** base64 XDR of each topic */
  readonly topics: readonly string[];
  /** base64 XDR */
  readonly value: string;
}

export interface ClosedLedger {
  readonly ledger: LedgerRow;
  readonly changes: Iterable<readonly [EntryKey, Uint8Array | null]>;
  readonly transactions: readonly (TransactionRow & { readonly accounts: ReadonlySet<string> })[];
  readonly events: readonly EventRow[];
  /** hashes that are no longer pending: included or given up */
  readonly settled: readonly string[];
  /** history below this ledger goes */
  readonly oldestKept: number;
}

const schema = `
  CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, entry BLOB NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS ledgers (seq INTEGER PRIMARY KEY, close_time INTEGER NOT NULL, hash TEXT NOT NULL, header BLOB NOT NULL);
  CREATE TABLE IF NOT EXISTS transactions (
    ledger INTEGER NOT NULL, position INTEGER NOT NULL, hash TEXT NOT NULL UNIQUE, inner_hash TEXT NOT NULL, close_time INTEGER NOT NULL,
    source TEXT NOT NULL, successful INTEGER NOT NULL, fee_bump INTEGER NOT NULL, fee_per_operation INTEGER NOT NULL, envelope BLOB NOT NULL,
    result_meta BLOB NOT NULL, PRIMARY KEY (ledger, position)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS transactions_inner ON transactions (inner_hash);
  CREATE TABLE IF NOT EXISTS participants (
    account TEXT NOT NULL, ledger INTEGER NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (account, ledger, position)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS participants_ledger ON participants (ledger);
  CREATE TABLE IF NOT EXISTS events (
    id TEXT PRIMARY KEY, ledger INTEGER NOT NULL, close_time INTEGER NOT NULL, transaction_index INTEGER NOT NULL, operation_index INTEGER NOT NULL,
    hash TEXT NOT NULL, type TEXT NOT NULL, contract TEXT NOT NULL, topics TEXT NOT NULL, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS events_ledger ON events (ledger);
  CREATE TABLE IF NOT EXISTS pending (hash TEXT PRIMARY KEY, place INTEGER NOT NULL, envelope TEXT NOT NULL) WITHOUT ROWID;
`;

interface RawTransaction {
  ledger: number;
  position: number;
  hash: string;
  inner_hash: string;
  close_time: number;
  source: string;
  successful: number;
  fee_bump: number;
  fee_per_operation: number;
  envelope: Buffer;
  result_meta: Buffer;
}

const transactionOf = (r: RawTransaction): TransactionRow => ({
  hash: r.hash,
  innerHash: r.inner_hash,
  ledger: r.ledger,
  position: r.position,
  closeTime: r.close_time,
  source: r.source,
  successful: r.successful === 1,
  feeBump: r.fee_bump === 1,
  feePerOperation: r.fee_per_operation,
  envelope: new Uint8Array(r.envelope),
  resultMeta: new Uint8Array(r.result_meta),
});

interface RawEvent {
  id: string;
  ledger: number;
  close_time: number;
  transaction_index: number;
  operation_index: number;
  hash: string;
  type: 'contract' | 'system';
  contract: string;
  topics: string;
  value: string;
}

const eventOf = (r: RawEvent): EventRow => ({
  id: r.id,
  ledger: r.ledger,
  closeTime: r.close_time,
  transactionIndex: r.transaction_index,
  operationIndex: r.operation_index,
  hash: r.hash,
  type: r.type,
  contract: r.contract,
  topics: JSON.parse(r.topics) as string[],
  value: r.value,
});

export type Order = 'asc' | 'desc';

/** A place in history: transactions after it (asc) or before it (desc). */
export interface Page {
  readonly after: { readonly ledger: number; readonly position: number } | undefined;
  readonly order: Order;
  readonly limit: number;
}

export class Store implements Disposable {
  readonly #db: Database.Database;

  private constructor(db: Database.Database) {
    this.#db = db;
  }

  /** `file`: undefined keeps everything in memory. */
  static open(file: string | undefined): Store {
    const db = new Database(file ?? ':memory:');
    db.pragma('journal_mode = WAL');
    // Survives the process being killed; the last ledgers may go with the power.
    db.pragma('synchronous = NORMAL');
    db.exec(schema);
    return new Store(db);
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  setting(name: string): string | undefined {
    return (this.#db.prepare('SELECT value FROM settings WHERE name = ?').get(name) as { value: string } | undefined)?.value;
  }

  setSetting(name: string, value: string): void {
    this.#db.prepare('INSERT INTO settings VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value').run(name, value);
  }

  *entries(): IterableIterator<[EntryKey, Uint8Array]> {
    const rows = this.#db.prepare('SELECT key, entry FROM entries').iterate() as IterableIterator<{ key: EntryKey; entry: Buffer }>;
    for (const { key, entry } of rows) yield [key, new Uint8Array(entry)];
  }

  pending(): string[] {
    return (this.#db.prepare('SELECT envelope FROM pending ORDER BY place').all() as { envelope: string }[]).map((r) => r.envelope);
  }

  addPending(hash: string, place: number, envelope: string): void {
    this.#db.prepare('INSERT OR IGNORE INTO pending VALUES (?, ?, ?)').run(hash, place, envelope);
  }

  /** `write`: anything that belongs into the same transaction. */
  commit(closed: ClosedLedger, write: () => void = () => undefined): void {
    this.#db.transaction(() => {
      const { seq, closeTime, hash, header } = closed.ledger;
      this.#db.prepare('INSERT INTO ledgers VALUES (?, ?, ?, ?)').run(seq, closeTime, hash, header);
      const put = this.#db.prepare('INSERT INTO entries VALUES (?, ?) ON CONFLICT DO UPDATE SET entry = excluded.entry');
      const remove = this.#db.prepare('DELETE FROM entries WHERE key = ?');
      for (const [key, entry] of closed.changes) entry ? put.run(key, entry) : remove.run(key);
      const transaction = this.#db.prepare('INSERT INTO transactions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
      const participant = this.#db.prepare('INSERT OR IGNORE INTO participants VALUES (?, ?, ?)');
      for (const t of closed.transactions) {
        const flags = [t.successful ? 1 : 0, t.feeBump ? 1 : 0, t.feePerOperation];
        transaction.run(t.ledger, t.position, t.hash, t.innerHash, t.closeTime, t.source, ...flags, t.envelope, t.resultMeta);
        for (const account of t.accounts) participant.run(account, t.ledger, t.position);
      }
      const event = this.#db.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
      for (const e of closed.events) {
        event.run(e.id, e.ledger, e.closeTime, e.transactionIndex, e.operationIndex, e.hash, e.type, e.contract, JSON.stringify(e.topics), e.value);
      }
      const settle = this.#db.prepare('DELETE FROM pending WHERE hash = ?');
      for (const settled of closed.settled) settle.run(settled);
      for (const table of ['transactions', 'participants', 'events']) this.#db.prepare(`DELETE FROM ${table} WHERE ledger < ?`).run(closed.oldestKept);
      this.#db.prepare('DELETE FROM ledgers WHERE seq < ?').run(closed.oldestKept);
      write();
    })();
  }

  latestLedger(): LedgerRow | undefined {
    return this.#ledger('ORDER BY seq DESC LIMIT 1');
  }

  oldestLedger(): LedgerRow | undefined {
    return this.#ledger('ORDER BY seq LIMIT 1');
  }

  #ledger(where: string, ...args: number[]): LedgerRow | undefined {
    return this.#ledgers(where, ...args)[0];
  }

  #ledgers(where: string, ...args: number[]): LedgerRow[] {
    const rows = this.#db.prepare(`SELECT seq, close_time AS closeTime, hash, header FROM ledgers ${where}`).all(...args) as LedgerRow[];
    return rows.map((r) => ({ ...r, header: new Uint8Array(r.header) }));
  }

  ledgersFrom(seq: number, limit: number): LedgerRow[] {
    return this.#ledgers('WHERE seq >= ? ORDER BY seq LIMIT ?', seq, limit);
  }

  /** By its own hash, or by that of the transaction inside a fee bump. */
  transaction(hash: string): TransactionRow | undefined {
    const row = this.#db.prepare('SELECT * FROM transactions WHERE hash = ? OR inner_hash = ? LIMIT 1').get(hash, hash) as RawTransaction | undefined;
    return row && transactionOf(row);
  }

  transactionsOf(ledger: number): TransactionRow[] {
    return (this.#db.prepare('SELECT * FROM transactions WHERE ledger = ? ORDER BY position').all(ledger) as RawTransaction[]).map(transactionOf);
  }

  transactions({ after, order, limit }: Page, account?: string): TransactionRow[] {
    const edge = after ?? (order === 'asc' ? { ledger: -1, position: 0 } : { ledger: Number.MAX_SAFE_INTEGER, position: 0 });
    const sign = order === 'asc' ? '>' : '<';
    const from = account ? 'participants p JOIN transactions t ON t.ledger = p.ledger AND t.position = p.position' : 'transactions t';
    const sql = `SELECT t.* FROM ${from} WHERE ${account ? 'p.account = ? AND' : ''} (t.ledger, t.position) ${sign} (?, ?)
      ORDER BY t.ledger ${order}, t.position ${order} LIMIT ?`;
    const args = [...(account ? [account] : []), edge.ledger, edge.position, limit];
    return (this.#db.prepare(sql).all(...args) as RawTransaction[]).map(transactionOf);
  }

  /** After an id, in ledgers below `endLedger`, in order. */
  *events(afterId: string, endLedger: number): IterableIterator<EventRow> {
    const rows = this.#db.prepare('SELECT * FROM events WHERE id > ? AND ledger < ? ORDER BY id').iterate(afterId, endLedger);
    for (const row of rows as IterableIterator<RawEvent>) yield eventOf(row);
  }

  /** Inclusion fees per operation of the last ledgers. */
  recentFees(fromLedger: number): { readonly fee: number; readonly ledger: number }[] {
    const rows = this.#db.prepare('SELECT fee_per_operation AS fee, ledger FROM transactions WHERE ledger >= ?').all(fromLedger);
    return rows as { fee: number; ledger: number }[];
  }
}
