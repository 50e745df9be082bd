import { parentPort, workerData } from 'node:worker_threads';
import { type Batch, type ExpiredRows, JournalError, type LoadLimits, type Row, type Table } from './journal.ts';
import { SpoolDatabase } from './spool-database.ts';

/** What the spool's thread is asked, and answers: one answer per question, in order; a close that comes while it opens ends that. */
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
  let opening: { readonly steps: ReturnType<typeof SpoolDatabase.opening>; readonly asked: number[] } | undefined;

  const answer = (id: number, perform: () => unknown): void => {
    let said: Answer;
    try {
      said = { id, ok: true, value: perform() };
    } catch (error) {
      const code = error instanceof JournalError ? error.code : 'BUG';
      said = { id, ok: false, code, message: error instanceof Error ? error.message : String(error) };
    }
    port.postMessage(said);
  };
  const opened = (perform: () => unknown): void => {
    const { asked } = opening ?? { asked: [] };
    opening = undefined;
    for (const id of asked) answer(id, perform);
  };
  const step = (): void => {
    if (!opening) return;
    try {
      const { done, value } = opening.steps.next();
      // Messages are looked at between two steps.
      if (!done) return void setImmediate(step);
      database = value;
      opened(() => value.opened);
    } catch (error) {
      opened(() => {
        throw error;
      });
    }
  };
  const open = (id: number): void => {
    if (database) return answer(id, () => database?.opened);
    if (opening) return void opening.asked.push(id);
    opening = { steps: SpoolDatabase.opening(file, reserveBytes), asked: [id] };
    step();
  };

  const perform = (question: Exclude<Question, { ask: 'open' }>): Row[] | ExpiredRows | undefined => {
    if (question.ask === 'close') {
      opening?.steps.return(undefined as never);
      opened(() => {
        throw new JournalError('CLOSED', 'the spool was closed while it opened');
      });
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
    if (question.ask === 'open') return open(question.id);
    answer(question.id, () => perform(question));
    if (question.ask === 'close') port.close();
  });
}
