import { Worker } from 'node:worker_threads';
import { type Batch, type ExpiredRows, type Journal, JournalError, type LoadLimits, type OpenedJournal, type Row, type Table } from './journal.ts';
import type { Answer, Question, SpoolWorkerData } from './spool-worker.ts';

/** The one place that knows where the thread's code is: beside this source in development and tests, beside the bundle in production. */
const workerUrl = new URL(import.meta.url.endsWith('.ts') ? './spool-worker.ts' : './spool-worker.mjs', import.meta.url);

type Ask = Question extends infer Q ? (Q extends Question ? Omit<Q, 'id'> : never) : never;

/** The journal on a thread of its own: an fsync on an SD card takes tens of milliseconds, in which the event loop must relay. */
export class JournalWorker implements Journal {
  readonly #data: SpoolWorkerData;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: JournalError) => void }>();
  #worker: Worker | undefined;
  #id = 0;
  #closing = false;

  constructor(data: SpoolWorkerData) {
    this.#data = data;
  }

  async open(): Promise<OpenedJournal> {
    this.#worker ??= this.#start();
    return (await this.#ask({ ask: 'open' })) as OpenedJournal;
  }

  async write(batch: Batch): Promise<void> {
    // A thread that died is replaced; its successor opens the same file.
    if (!this.#worker) await this.open();
    const lengths = batch.rows.map((row) => row.body.byteLength);
    const bodies = new Uint8Array(lengths.reduce((sum, n) => sum + n, 0));
    let at = 0;
    for (const row of batch.rows) {
      bodies.set(row.body, at);
      at += row.body.byteLength;
    }
    const rows = batch.rows.map(({ body: _, ...row }) => row);
    await this.#ask({ ask: 'write', rows, lengths, bodies, removals: batch.removals, notes: batch.notes }, [bodies.buffer]);
  }

  async load(table: Table, after: number, limits: LoadLimits): Promise<Row[]> {
    if (!this.#worker) await this.open();
    return (await this.#ask({ ask: 'load', table, after, limits })) as Row[];
  }

  async expired(table: Table, after: number, now: number, span: number): Promise<ExpiredRows> {
    if (!this.#worker) await this.open();
    return (await this.#ask({ ask: 'expired', table, after, now, span })) as ExpiredRows;
  }

  async close(): Promise<void> {
    this.#closing = true;
    const worker = this.#worker;
    if (!worker) return;
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    await this.#ask({ ask: 'close' }).catch(() => undefined);
    await exited;
  }

  /** Ends the thread at once, as a crash would. For tests. */
  async kill(): Promise<void> {
    await this.#worker?.terminate();
  }

  #start(): Worker {
    const worker = new Worker(workerUrl, { workerData: this.#data, name: 'spool' });
    worker.on('message', (answer: Answer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (answer.ok) waiting?.resolve(answer.value);
      else waiting?.reject(new JournalError(answer.code, answer.message));
    });
    let cause = 'the thread of the spool ended';
    worker.on('error', (error) => {
      cause = `the thread of the spool failed: ${error instanceof Error ? error.message : String(error)}`;
    });
    worker.on('exit', () => {
      this.#worker = undefined;
      const lost = [...this.#waiting.values()];
      this.#waiting.clear();
      for (const { reject } of lost) reject(new JournalError('WORKER', cause));
    });
    return worker;
  }

  #ask(question: Ask, transfer: ArrayBuffer[] = []): Promise<unknown> {
    const worker = this.#worker;
    if (!worker || (this.#closing && question.ask !== 'close')) return Promise.reject(new JournalError('CLOSED', 'the spool is closed'));
    return new Promise((resolve, reject) => {
      const id = ++this.#id;
      this.#waiting.set(id, { resolve, reject });
      worker.postMessage({ ...question, id }, transfer);
    });
  }
}
