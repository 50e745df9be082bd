import { Worker } from 'node:worker_threads';
import type { PGlite } from '@electric-sql/pglite';
import { connect, type Database, type OpenDatabase } from './database.ts';
import type { Answer, DatabaseThreadData, Question } from './database-thread.ts';
import type { SumUp } from './rewards/arrivals.ts';
import type { Writes } from './writes.ts';

/** The one place that knows where the thread's code is: beside this source in development and tests, beside the bundle in production. */
const threadUrl = new URL(import.meta.url.endsWith('.ts') ? './database-thread.ts' : './database-thread.mjs', import.meta.url);

type Ask = Question extends infer Q ? (Q extends Question ? Omit<Q, 'id'> : never) : never;

/** What drizzle's PGlite driver calls of a PGlite. Its parsers of dates stay behind: they cannot go to another thread, and the schema has no dates. */
interface Client {
  query(text: string, values: readonly unknown[], options: { readonly rowMode: 'array' | 'object' }): Promise<unknown>;
  transaction<T>(run: (client: Pick<Client, 'query'>) => Promise<T>): Promise<T>;
}

/**
 * The embedded database on a thread of its own, since the engine stands still for each fsync and computes for as long again: the event loop must forward
 * meanwhile. Statements and transactions go there and back one by one, groups of writes at once. docs/decisions/0016-hub-latency.md
 */
export class ThreadedDatabase implements OpenDatabase {
  readonly db: Database;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  #id = 0;
  #closing = false;
  #ended: Error | undefined;

  private constructor(data: DatabaseThreadData, died: (error: Error) => void) {
    this.#worker = new Worker(threadUrl, { workerData: data, name: 'database' });
    let cause = new Error('the thread of the database ended');
    this.#worker.on('message', (answer: Answer) => {
      if ('panic' in answer) cause = new Error(answer.panic);
      else this.#take(answer);
    });
    this.#worker.on('error', (error) => {
      cause = error instanceof Error ? error : new Error(String(error));
    });
    this.#worker.on('exit', () => {
      this.#ended = cause;
      for (const { reject } of this.#waiting.values()) reject(cause);
      this.#waiting.clear();
      if (!this.#closing) died(cause);
    });
    this.db = connect(this.#client() as unknown as PGlite);
  }

  /** `died`: told when the thread ends by itself; nothing can be read or written any more. */
  static async open(data: DatabaseThreadData, died: (error: Error) => void): Promise<ThreadedDatabase> {
    const made = new ThreadedDatabase(data, died);
    try {
      await made.#ask({ ask: 'open' });
    } catch (error) {
      made.#closing = true;
      await made.#worker.terminate();
      throw error;
    }
    return made;
  }

  /** One transaction; resolves when it is on disk. */
  async write(writes: Writes): Promise<void> {
    await this.#ask({ ask: 'write', writes });
  }

  /** As `sumUpArrivals`: its rows stay on the thread. */
  async sumUp(options: SumUp): Promise<boolean> {
    return (await this.#ask({ ask: 'sum-up', options })) as boolean;
  }

  /** Rejects with why the thread ended, if it ended before it was closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return;
    const exited = new Promise<void>((resolve) => this.#worker.once('exit', () => resolve()));
    const closed = this.#ask({ ask: 'close' });
    this.#closing = true;
    await Promise.all([closed, exited]);
  }

  #client(): Client {
    return {
      query: (text, values, { rowMode }) => this.#ask({ ask: 'query', text, values, rowMode }),
      transaction: async (run) => {
        const transaction = (await this.#ask({ ask: 'begin' })) as number;
        const end = (commit: boolean) => this.#ask({ ask: 'end', transaction, commit });
        let result: Awaited<ReturnType<typeof run>>;
        try {
          result = await run({ query: (text, values, { rowMode }) => this.#ask({ ask: 'query', text, values, rowMode, transaction }) });
        } catch (error) {
          await end(false);
          throw error;
        }
        await end(true);
        return result;
      },
    };
  }

  #ask(question: Ask): Promise<unknown> {
    if (this.#ended || this.#closing) return Promise.reject(this.#ended ?? new Error('the database is closed'));
    return new Promise((resolve, reject) => {
      const id = ++this.#id;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ ...question, id });
    });
  }

  #take(answer: Exclude<Answer, { panic: string }>): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.ok) waiting?.resolve(answer.value);
    else waiting?.reject(new Error(answer.message));
  }
}
