/** The queue is full: whoever sent this gets no acknowledgement and sends again. */
export class CommitterBusy extends Error {
  override readonly name = 'CommitterBusy';
}

interface Waiting<T> {
  readonly row: T;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: one transaction runs at a time, and what arrives meanwhile goes into the next one together.
 * 1. `submit` resolves only after the transaction that holds its row has committed.
 * 2. A batch that fails is tried again row by row, so that one bad row never holds up the others.
 * 3. At most `rowsMax` rows are in one transaction, at most `queueMax` wait; beyond that `submit` rejects with CommitterBusy.
 */
export class Committer<T> {
  readonly #commit: (rows: readonly T[]) => Promise<void>;
  readonly #rowsMax: number;
  readonly #queueMax: number;
  #queue: Waiting<T>[] = [];
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(options: { readonly commit: (rows: readonly T[]) => Promise<void>; readonly rowsMax?: number; readonly queueMax?: number }) {
    this.#commit = options.commit;
    this.#rowsMax = options.rowsMax ?? 500;
    this.#queueMax = options.queueMax ?? 20_000;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  submit(row: T): Promise<void> {
    if (this.#closed || this.#queue.length >= this.#queueMax) {
      return Promise.reject(new CommitterBusy(this.#closed ? 'closing' : `${this.#queueMax} messages wait for the database`));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ row, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Takes nothing more; resolves when what was taken is committed or refused. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    // Lets everything that one read of a socket brought into the same batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queue.length > 0) {
      const batch = this.#queue.slice(0, this.#rowsMax);
      this.#queue = this.#queue.slice(this.#rowsMax);
      await this.#settle(batch);
    }
    this.#running = undefined;
  }

  async #settle(batch: readonly Waiting<T>[]): Promise<void> {
    try {
      await this.#commit(batch.map((waiting) => waiting.row));
      for (const waiting of batch) waiting.resolve();
    } catch (error) {
      if (batch.length === 1) return batch[0]!.reject(error);
      for (const waiting of batch) await this.#settle([waiting]);
    }
  }
}
