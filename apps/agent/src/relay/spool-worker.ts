import { parentPort, workerData } from 'node:worker_threads';
import { type Batch, type ExpiredRows, JournalError, type LoadLimits, type OpenedJournal, type Row, type Table } from './journal.ts';
import { SpoolDatabase } from './spool-database.ts';

/** What the spool's thread is asked, and answers: one answer per question, in order. */
export type Question = { readonly id: number } & (
  | { readonly ask: 'open' }
  /** Bodies of `rows` stand one after the other in `bodies`, `lengths` bytes each. */
  | {
      readonly ask: 'write';
      readonly rows: readonly Omit<Row, 'body'>[];
      readonly lengths: readonly number[];
      readonly bodies: Uint8Array;
      readonly removals: Batch['removals'];
      readonly notes: Batch['notes'];
    }
  | { readonly ask: 'load'; readonly table: Table; readonly after: number; readonly limits: LoadLimits }
  | { readonly ask: 'expired'; readonly table: Table; readonly after: number; readonly now: number; readonly span: number }
  | { readonly ask: 'close' }
);
export type Answer = { readonly id: number } & (
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly code: string; readonly message: string }
);
export interface SpoolWorkerData {
  readonly file: string;
  readonly reserveBytes: number;
}

if (parentPort) serve(parentPort, workerData as SpoolWorkerData);

function serve(port: NonNullable<typeof parentPort>, { file, reserveBytes }: SpoolWorkerData): void {
  let database: SpoolDatabase | undefined;
  const perform = (question: Question): OpenedJournal | Row[] | ExpiredRows | undefined => {
    if (question.ask === 'open') {
      database ??= SpoolDatabase.open(file, reserveBytes);
      return database.opened;
    }
    if (question.ask === 'close') {
      database?.close();
      return undefined;
    }
    if (!database) throw new JournalError('CLOSED', 'the spool is not open');
    if (question.ask === 'load') return database.load(question.table, question.after, question.limits);
    if (question.ask === 'expired') return database.expired(question.table, question.after, question.now, question.span);
    let at = 0;
    const rows = question.rows.map((row, i) => {
      const from = at;
      at += question.lengths[i] ?? 0;
      return { ...row, body: question.bodies.subarray(from, at) };
    });
    database.write({ rows, removals: question.removals, notes: question.notes });
    return undefined;
  };
  port.on('message', (question: Question) => {
    let answer: Answer;
    try {
      answer = { id: question.id, ok: true, value: perform(question) };
    } catch (error) {
      const code = error instanceof JournalError ? error.code : 'BUG';
      answer = { id: question.id, ok: false, code, message: error instanceof Error ? error.message : String(error) };
    }
    port.postMessage(answer);
    if (question.ask === 'close') port.close();
  });
}
