import { Rewards, type RewardsOptions } from './rewards.ts';

/** What nodes say is looked at so often; the ledger less. */
const tickMs = 1000;
const underWayMsMax = 2000;

/** How often the ledger is asked when nothing is under way: a sixtieth of an epoch. */
export const restMs = (epochSeconds: number): number => Math.min(30_000, Math.max(tickMs, (epochSeconds * 1000) / 60));

/** Rewards with their clock. Closing waits for the step that is under way, and gives up what it asks of the ledger. */
export class RewardsService implements AsyncDisposable {
  readonly rewards: Rewards;
  readonly #options: RewardsOptions;
  readonly #ending = new AbortController();
  readonly #stop: () => void;
  #running: Promise<void> | undefined;
  #nextAt = 0;

  private constructor(options: RewardsOptions, rewards: Rewards) {
    this.#options = options;
    this.rewards = rewards;
    this.#stop = options.clock.every(tickMs, () => this.#tick());
  }

  static async open(options: RewardsOptions): Promise<RewardsService> {
    return new RewardsService(options, await Rewards.open(options));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop();
    this.#ending.abort();
    await this.#running;
  }

  #tick(): void {
    this.#running ??= this.#work()
      .catch((error: unknown) => {
        if (!this.#ending.signal.aborted) this.#options.log.error({ err: error }, 'rewards: a turn failed, and is tried again');
      })
      .finally(() => {
        this.#running = undefined;
      });
  }

  async #work(): Promise<void> {
    const { clock, terms } = this.#options;
    const now = clock.now();
    const rest = restMs(terms.epochSeconds);
    // At the nearest tick: a turn takes a part of one. A clock that was put back holds nothing up.
    if (now + tickMs / 2 < this.#nextAt && now >= this.#nextAt - rest) return this.rewards.nearTurn();
    const underWay = await this.rewards.turn(this.#ending.signal);
    this.#nextAt = clock.now() + (underWay ? Math.min(underWayMsMax, rest) : rest);
  }
}
