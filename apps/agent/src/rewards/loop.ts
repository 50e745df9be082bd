import type { Clock } from '../ports.ts';

export interface LoopOptions {
  readonly clock: Clock;
  /** False: there is more to do at once. */
  readonly work: (signal: AbortSignal) => Promise<boolean>;
  readonly restMs: () => number;
  readonly onError: (error: unknown) => void;
}

/** Without a rest no more turns in a row than this, so that work that never ends does not take the node. */
const turnsMax = 64;

/** Works, rests, works again; never twice at once. */
export class Loop {
  readonly #o: LoopOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #again = false;
  #cancel: () => void = () => {};

  constructor(options: LoopOptions) {
    this.#o = options;
  }

  start(): void {
    this.poke();
  }

  /** Works now, or once more after the work under way. */
  poke(): void {
    if (this.#stop.signal.aborted) return;
    this.#again = true;
    if (this.#running) return;
    this.#cancel();
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      this.#rest();
    });
  }

  /** When the work under way is done; at once when there is none. */
  async atRest(): Promise<void> {
    await this.#running;
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('the node is stopping'));
    this.#cancel();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let turns = 0; this.#again && turns < turnsMax && !this.#stop.signal.aborted; turns++) {
      this.#again = false;
      try {
        if (!(await this.#o.work(this.#stop.signal))) this.#again = true;
      } catch (error) {
        if (!this.#stop.signal.aborted) this.#o.onError(error);
      }
    }
  }

  #rest(): void {
    if (this.#stop.signal.aborted) return;
    this.#cancel = this.#o.clock.after(this.#o.restMs(), () => this.poke());
  }
}
