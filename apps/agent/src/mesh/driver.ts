import { type Input, type MeshNodeApi, Millis, type Output } from '@energymesh/protocol';
import type { Clock } from '../ports.ts';

export interface DriverOptions {
  readonly node: Pick<MeshNodeApi, 'handle' | 'wakeAt'>;
  readonly clock: Clock;
  /** Sends or enqueues; what it causes at once comes back through `input` and is handled after it. */
  readonly perform: (output: Output) => void;
}

/**
 * Runs the protocol node: one input after the other, each input's outputs performed before the next input, and one timer for when the node wants
 * to be woken.
 */
export class Driver {
  readonly #options: DriverOptions;
  /** Inputs that `perform` caused, each by closing a connection: as many as there are connections at most. */
  readonly #caused: Input[] = [];
  #handling = false;
  #armedFor = Number.POSITIVE_INFINITY;
  #cancel: () => void = () => {};
  #stopped = false;

  constructor(options: DriverOptions) {
    this.#options = options;
  }

  input(input: Input): void {
    if (this.#stopped) return;
    if (this.#handling) {
      this.#caused.push(input);
      return;
    }
    const { node, clock, perform } = this.#options;
    this.#handling = true;
    try {
      for (let next: Input | undefined = input; next !== undefined; next = this.#caused.shift()) {
        for (const output of node.handle(Millis(clock.monotonic()), next)) perform(output);
      }
    } finally {
      this.#handling = false;
    }
    this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  /** An earlier timer than needed stays: waking up for nothing now and then is cheaper than setting a timer with every frame. */
  #arm(): void {
    const { node, clock } = this.#options;
    if (this.#stopped || node.wakeAt >= this.#armedFor) return;
    this.#cancel();
    this.#armedFor = node.wakeAt;
    this.#cancel = clock.after(Math.max(0, node.wakeAt - clock.monotonic()), () => this.#due());
  }

  #due(): void {
    this.#armedFor = Number.POSITIVE_INFINITY;
    if (this.#options.node.wakeAt <= this.#options.clock.monotonic()) this.input({ type: 'wake' });
    else this.#arm();
  }
}
