import type { RewardTerms } from '@energymesh/identity';
import type { EpochReading, VerifySignature } from '@energymesh/protocol';
import { rangesText } from '@energymesh/rewards';
import type { Logger } from 'pino';
import type { Clock, Mesh, NodeKeys } from '../ports.ts';
import type { RewardBook } from '../reward-book.ts';
import type { Cosign } from '../reward-ports.ts';
import { Account, type RewardSettings, type WayToLedger } from './account.ts';
import type { Vault, WalletInput } from './wallet.ts';

/** What is opened for a contract, once a community has one. */
export interface Outfit {
  readonly vault: Vault;
  readonly input: WalletInput;
  readonly way: () => Promise<WayToLedger | undefined>;
  readonly cosign: Cosign;
}

export interface RewardsOptions {
  /** As the newest community document has them; undefined: this community pays nothing. */
  readonly terms: () => RewardTerms | undefined;
  /** Called when they may be others. */
  readonly onTerms: (handler: () => void) => () => void;
  readonly epoch: () => EpochReading | undefined;
  readonly mesh: Pick<Mesh, 'neighbours' | 'subscribe'>;
  readonly node: Uint8Array;
  readonly sign: (data: Uint8Array) => Uint8Array;
  readonly verify: VerifySignature;
  readonly keys: NodeKeys;
  readonly open: (terms: RewardTerms) => RewardBook;
  /** Loaded late: a node without rewards carries none of it in memory. */
  readonly outfit: (terms: RewardTerms) => Promise<Outfit>;
  /** To the hub. */
  readonly publish: (payload: Uint8Array) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: RewardSettings;
  readonly onStoreError: (error: unknown) => void;
}

const againMs = 60_000;

/** An account with the contract that the community has now. Other terms close it and open the next; what it knew stays in its book. */
export class Rewards implements AsyncDisposable {
  readonly #o: RewardsOptions;
  readonly #handlers = new Set<() => void>();
  readonly #unsubscribe: (() => void)[];
  #unheard = 0;
  #account: Account | undefined;
  #of = '';
  #changing: Promise<void> = Promise.resolve();
  #closed = false;
  #told = false;

  private constructor(options: RewardsOptions) {
    this.#o = options;
    this.#unsubscribe = [
      options.onTerms(() => this.#follow()),
      options.mesh.subscribe((output) => {
        if (output.type === 'receipt') this.#account?.receipt(output);
        if (output.type === 'receiptWanted') this.#account?.wanted(output.request, rangesText(output.request.ranges));
      }),
    ];
  }

  /** Resolves when the account is there, if there is to be one. */
  static async open(options: RewardsOptions): Promise<Rewards> {
    const rewards = new Rewards(options);
    rewards.#follow();
    await rewards.#changing;
    return rewards;
  }

  /** Undefined: this community pays nothing. */
  get account(): Account | undefined {
    return this.#account;
  }

  /** Since the account was opened. */
  counters(): Readonly<Record<string, number>> {
    return { unheard: this.#unheard, ...this.#account?.counters() };
  }

  /** Once per turn of the event loop at most. Returns the unsubscriber. */
  onChange(handler: () => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  /** Out of the mesh, for this node. Durable when it resolves; rejects when it cannot be kept now. */
  async told(payload: Uint8Array): Promise<void> {
    await this.#changing;
    if (this.#account) return this.#account.told(payload);
    // It comes again, and by then they are.
    if (this.#o.terms()) throw new Error('rewards are not open now');
    this.#unheard++;
  }

  /** Terms may be others, or the first. */
  async settled(): Promise<void> {
    await this.#changing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const off of this.#unsubscribe) off();
    await this.#changing;
    await this.#account?.[Symbol.asyncDispose]();
    this.#account = undefined;
  }

  #follow(): void {
    const terms = this.#o.terms();
    const of = JSON.stringify(terms ?? null);
    if (of === this.#of || this.#closed) return;
    this.#of = of;
    this.#changing = this.#changing
      .then(() => this.#change(terms))
      .catch((error: unknown) => {
        // The wallet's secret or the book cannot be read now; the rest of the node goes on.
        this.#o.logger.error({ err: error }, 'rewards cannot be opened: tried again in a minute');
        this.#of = '';
        this.#o.clock.after(againMs, () => this.#follow());
      });
  }

  async #change(terms: RewardTerms | undefined): Promise<void> {
    await this.#account?.[Symbol.asyncDispose]();
    this.#account = undefined;
    if (terms && !this.#closed) {
      const { open, outfit, publish, node, sign, verify, keys, mesh, epoch, clock, logger, settings, onStoreError } = this.#o;
      this.#account = new Account({
        ...{ terms, node, sign, verify, keys, epoch, publish, clock, logger, settings, onStoreError },
        ...(await outfit(terms)),
        book: open(terms),
        neighbours: () => mesh.neighbours(),
        onChange: () => this.#changed(),
      });
      this.#account.start();
      logger.info({ contract: terms.contract, epochSeconds: terms.epochSeconds }, 'this community pays for what its nodes carry');
    }
    this.#changed();
  }

  #changed(): void {
    if (this.#told) return;
    this.#told = true;
    setImmediate(() => {
      this.#told = false;
      for (const handler of this.#handlers) handler();
    });
  }
}
