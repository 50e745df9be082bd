import type { Clock } from '../clock.ts';
import type { Database } from '../store/database.ts';
import { writeBatch } from '../store/messages.ts';
import { Tally } from '../tally.ts';
import type { Topics } from '../topics.ts';
import { Committer } from './committer.ts';
import { type Arrival, readArrival } from './message.ts';
import type { Row } from './row.ts';

/** From the broker's PUBLISH to the database. */
export class Ingest implements AsyncDisposable {
  readonly #topics: Topics;
  readonly #clock: Clock;
  readonly #committer: Committer<Row>;
  readonly refused = new Tally();

  constructor(options: { readonly topics: Topics; readonly clock: Clock; readonly commit: (rows: readonly Row[]) => Promise<void> }) {
    this.#topics = options.topics;
    this.#clock = options.clock;
    this.#committer = new Committer({ commit: options.commit });
  }

  get waiting(): number {
    return this.#committer.waiting;
  }

  /** Resolves when the message is committed, or known to be nothing that the hub keeps; rejects when it must come again. */
  async take(arrival: Arrival): Promise<void> {
    const read = readArrival(arrival, this.#topics, this.#clock.now());
    if (read.ok) return this.#committer.submit(read.row);
    this.refused.add(read.reason);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#committer.close();
  }
}

export const commitTo =
  (db: Database, enrolled: (device: string) => boolean) =>
  (rows: readonly Row[]): Promise<void> =>
    db.transaction((session) => writeBatch(session, rows, enrolled));
