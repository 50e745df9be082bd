import type { Clock } from '../clock.ts';
import { Tally } from '../tally.ts';
import type { Topics } from '../topics.ts';
import type { Committer } from './committer.ts';
import { type Arrival, readArrival, readReply } from './message.ts';
import type { Row } from './row.ts';

/** From the broker's PUBLISH to the database. */
export class Ingest {
  readonly #topics: Topics;
  readonly #clock: Clock;
  readonly #committer: Pick<Committer<Row>, 'submit' | 'waiting'>;
  readonly refused = new Tally();

  /** What nodes say about rewards has somebody who reads it. */
  readonly #rewards: boolean;
  /** Who waits for nodes' answers to phones. */
  #onReply: ((node: string, payload: Uint8Array) => void) | undefined;

  constructor(options: { readonly topics: Topics; readonly clock: Clock; readonly committer: Pick<Committer<Row>, 'submit' | 'waiting'>; rewards?: boolean }) {
    this.#rewards = options.rewards ?? false;
    this.#topics = options.topics;
    this.#clock = options.clock;
    this.#committer = options.committer;
  }

  onReply(handler: (node: string, payload: Uint8Array) => void): void {
    this.#onReply = handler;
  }

  get waiting(): number {
    return this.#committer.waiting;
  }

  /** Resolves when the message is committed, or known to be nothing that the hub keeps; rejects when it must come again. */
  async take(arrival: Arrival): Promise<void> {
    const reply = this.#onReply && readReply(arrival, this.#topics);
    if (reply) return this.#onReply?.(reply.node, reply.payload);
    const read = readArrival(arrival, this.#topics, this.#clock.now());
    if (!read.ok) return this.refused.add(read.reason);
    if (read.row.table === 'rewards' && !this.#rewards) return this.refused.add('no-rewards');
    return this.#committer.submit(read.row);
  }
}
