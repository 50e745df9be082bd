/** The queue is full: whoever sent this gets no acknowledgement and sends again. */
export class CommitterBusy extends Error {
  override readonly name = 'CommitterBusy';
}

export interface CommitterOptions<T> {
  /** Writes all or nothing; resolves when it is on disk. */
  readonly commit: (writes: readonly T[]) => Promise<void>;
  /** Roughly how much of a transaction one takes. */
  readonly bytesOf?: (write: T) => number;
  /** After a transaction of `gatherMin` or more the next one begins when this resolves, counted from the beginning of the former, unless more wait than fit. */
  readonly gather?: () => Promise<unknown>;
  readonly gatherMin?: number;
  /** What may be written later is, when this resolves, or before with something else. */
  readonly linger?: () => Promise<unknown>;
  readonly writesMax?: number;
  readonly bytesMax?: number;
  readonly queueMax?: number;
}

interface Waiting<T> {
  readonly write: T;
  readonly urgent: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const atOnce = () => Promise.resolve();
const defaults = { bytesOf: () => 0, gather: atOnce, gatherMin: 3, linger: atOnce, writesMax: 2000, bytesMax: 4 * 1024 * 1024, queueMax: 50_000 };

/**
 * Group commit: one transaction runs at a time, and what arrives meanwhile goes into the next one together, in the order of arrival.
 * 1. `submit` resolves only after the transaction that holds its write has committed.
 * 2. A batch that fails is tried again in halves, so that one bad write never holds up the others.
 * 3. At most `writesMax` and `bytesMax` are in one transaction (but always one), at most `queueMax` wait; beyond that `submit` rejects with CommitterBusy.
 */
export class Committer<T> {
  readonly #options: Required<CommitterOptions<T>>;
  #queue: Waiting<T>[] = [];
  /** Of the queue, those that somebody waits for. */
  #urgent = 0;
  #lingering = false;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(options: CommitterOptions<T>) {
    this.#options = { ...defaults, ...options };
  }

  get waiting(): number {
    return this.#queue.length;
  }

  submit(write: T, when: 'now' | 'later' = 'now'): Promise<void> {
    const { queueMax } = this.#options;
    if (this.#closed || this.#queue.length >= queueMax) {
      return Promise.reject(new CommitterBusy(this.#closed ? 'closing' : `${queueMax} messages wait for the database`));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ write, urgent: when === 'now', resolve, reject });
      if (when === 'now') {
        this.#urgent++;
        this.#running ??= this.#run();
      } else if (!this.#lingering) void this.#linger();
    });
  }

  /** Takes nothing more; resolves when what was taken is committed or refused. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    if (this.#queue.length > 0) this.#running ??= this.#run();
    await this.#running;
  }

  async #linger(): Promise<void> {
    this.#lingering = true;
    await this.#options.linger();
    this.#lingering = false;
    if (this.#queue.length > 0) this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    // Lets everything that one read of a socket brought into the same batch.
    await new Promise((resolve) => setImmediate(resolve));
    do {
      const batch = this.#take();
      const urgent = batch.filter((waiting) => waiting.urgent).length;
      this.#urgent -= urgent;
      const gathered = urgent >= this.#options.gatherMin && this.#queue.length === 0 ? this.#options.gather() : undefined;
      await this.#settle(batch);
      await gathered;
    } while (this.#urgent > 0 || (this.#closed && this.#queue.length > 0));
    this.#running = undefined;
  }

  #take(): Waiting<T>[] {
    const { writesMax, bytesMax, bytesOf } = this.#options;
    let bytes = 0;
    let size = 0;
    for (; size < Math.min(writesMax, this.#queue.length); size++) {
      bytes += bytesOf(this.#queue[size]!.write);
      if (bytes > bytesMax && size > 0) break;
    }
    return this.#queue.splice(0, size);
  }

  async #settle(batch: readonly Waiting<T>[]): Promise<void> {
    if (batch.length === 0) return;
    try {
      await this.#options.commit(batch.map(({ write }) => write));
      for (const { resolve } of batch) resolve();
    } catch (error) {
      if (batch.length === 1) return batch[0]!.reject(error);
      const half = batch.length >> 1;
      await this.#settle(batch.slice(0, half));
      await this.#settle(batch.slice(half));
    }
  }
}
