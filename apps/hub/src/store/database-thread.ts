import { parentPort, workerData } from 'node:worker_threads';
import type { PGlite, Transaction } from '@electric-sql/pglite';
import { type OpenDatabase, openDatabase } from './database.ts';
import { type SumUp, sumUpArrivals } from './rewards/arrivals.ts';
import { type Writes, writeGathered } from './writes.ts';

/** The thread of the embedded database: what it is asked, and answers. `database.ts` does the work. */
export type Question = { readonly id: number } & (
  | { readonly ask: 'open' }
  /** `transaction`: the id of the question that began it. */
  | { readonly ask: 'query'; readonly text: string; readonly values: readonly unknown[]; readonly rowMode: 'array' | 'object'; readonly transaction?: number }
  | { readonly ask: 'begin' }
  | { readonly ask: 'end'; readonly transaction: number; readonly commit: boolean }
  | { readonly ask: 'write'; readonly writes: Writes }
  | { readonly ask: 'sum-up'; readonly options: SumUp }
  | { readonly ask: 'close' }
);
export type Answer =
  | ({ readonly id: number } & ({ readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string }))
  /** The thread's last words. */
  | { readonly panic: string };
export interface DatabaseThreadData {
  readonly folder: string;
  readonly migrationsFolder: string;
}

interface Begun {
  readonly on: Transaction;
  readonly end: (commit: boolean) => void;
  readonly ended: Promise<unknown>;
}

class RolledBack extends Error {}

class DatabaseThread {
  readonly #data: DatabaseThreadData;
  readonly #panicked: (text: string) => void;
  readonly #begun = new Map<number, Begun>();
  #database: OpenDatabase | undefined;

  constructor(data: DatabaseThreadData, panicked: (text: string) => void) {
    this.#data = data;
    this.#panicked = panicked;
  }

  async perform(question: Question): Promise<unknown> {
    switch (question.ask) {
      case 'open':
        this.#database = await openDatabase({ ...this.#data, panicked: this.#panicked });
        return undefined;
      case 'write':
        return this.#opened.db.transaction((session) => writeGathered(session, question.writes));
      case 'sum-up':
        return sumUpArrivals(this.#opened.db, question.options);
      case 'query': {
        const on = question.transaction === undefined ? this.#client : this.#transaction(question.transaction).on;
        return on.query(question.text, [...question.values], { rowMode: question.rowMode });
      }
      case 'begin':
        return this.#begin(question.id);
      case 'end': {
        const { end, ended } = this.#transaction(question.transaction);
        this.#begun.delete(question.transaction);
        end(question.commit);
        return ended;
      }
      case 'close':
        return this.#database?.[Symbol.asyncDispose]();
    }
  }

  get #opened(): OpenDatabase {
    if (!this.#database) throw new Error('the database is not open');
    return this.#database;
  }
  get #client(): PGlite {
    return this.#opened.db.$client;
  }

  #transaction(id: number): Begun {
    const begun = this.#begun.get(id);
    if (!begun) throw new Error('there is no such transaction');
    return begun;
  }

  /** Resolves to its id when the transaction has the engine to itself; it has it until its end. */
  #begin(id: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const ended = this.#client.transaction(async (on) => {
        const decided = new Promise<boolean>((end) => this.#begun.set(id, { on, end, ended: ended.catch(rolledBackIsFine) }));
        resolve(id);
        if (!(await decided)) throw new RolledBack();
      });
      ended.catch(reject);
    });
  }
}

function rolledBackIsFine(error: unknown): void {
  if (!(error instanceof RolledBack)) throw error;
}

if (parentPort) serve(parentPort, workerData as DatabaseThreadData);

/** drizzle's errors name the statement, with its values: what was wrong with it is in their cause. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? messageOf(error.cause) : error.message;
}

function serve(port: NonNullable<typeof parentPort>, data: DatabaseThreadData): void {
  const thread = new DatabaseThread(data, (text) => {
    port.postMessage({ panic: text } satisfies Answer);
    // As a kill would: what was answered for is on disk, and the next start reads the log.
    process.exit(1);
  });
  port.on('message', async (question: Question) => {
    let answer: Answer;
    try {
      answer = { id: question.id, ok: true, value: await thread.perform(question) };
    } catch (error) {
      answer = { id: question.id, ok: false, message: messageOf(error) };
    }
    port.postMessage(answer);
    if (question.ask === 'close') port.close();
  });
}
