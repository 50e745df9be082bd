import { join } from 'node:path';
import { LedgerProcess } from './ledger-process.ts';

/** A community that pays, on a simulated ledger of its own. */
export interface RewardsOptions {
  /** The contract is deployed with it, so it stays; left out: as at the first start, there `defaultEpochSeconds`. */
  readonly epochSeconds?: number;
  /** Parameters of the contract that are to differ from the first ones, by their names in docs/proofs.md §8 in camelCase. */
  readonly params?: Readonly<Record<string, number>>;
  /** What else the hub's configuration has under `rewards`. */
  readonly hub?: Readonly<Record<string, unknown>>;
  /** What the nodes' configuration has under `rewards`. */
  readonly node?: Readonly<Record<string, unknown>>;
  /** XLM that the contract gets at the first start. */
  readonly fundXlm?: number;
  /** When ledgers close: options of packages/localnet. */
  readonly ledgerArgs?: readonly string[];
}

/** What of it lasts. */
export interface RewardsState {
  readonly port: number;
  readonly epochSeconds: number;
}

export const defaultEpochSeconds = 300;
const epochSecondsBounds = { min: 10, max: 3600 } as const;
const fundXlm = 1000;
/** Every second one where something waits, as a transaction on the real network waits for seconds. */
const ledgerArgs = ['--interval', '1000'];

/** Of COMMUNITY_EPOCH_SECONDS. Undefined: not set. Throws with what to write instead. */
export function epochSecondsOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const { min, max } = epochSecondsBounds;
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < min || seconds > max)
    throw new Error(`COMMUNITY_EPOCH_SECONDS: got "${text}". Give a whole number of seconds from ${min} to ${max}; without it, it is ${defaultEpochSeconds}`);
  return seconds;
}

/** The ledger of a community in `dir`, and how it pays there. */
export class CommunityRewards {
  readonly ledger: LedgerProcess;
  readonly epochSeconds: number;
  readonly #o: RewardsOptions;

  private constructor(options: RewardsOptions, ledger: LedgerProcess, epochSeconds: number) {
    this.#o = options;
    this.ledger = ledger;
    this.epochSeconds = epochSeconds;
  }

  static of(options: RewardsOptions, { port, epochSeconds }: RewardsState, dir: string): CommunityRewards {
    if (options.epochSeconds !== undefined && options.epochSeconds !== epochSeconds)
      throw new Error(
        `the contract of the community in ${dir} was made for hours of ${epochSeconds} seconds, not ${options.epochSeconds}. Leave COMMUNITY_EPOCH_SECONDS out, or make another community: --dir <folder>`,
      );
    const ledger = new LedgerProcess({
      dir: join(dir, 'ledger'),
      port,
      logFile: join(dir, 'logs', 'ledger.log'),
      args: options.ledgerArgs ?? ledgerArgs,
    });
    return new CommunityRewards(options, ledger, epochSeconds);
  }

  /** The hub's configuration. */
  get hub(): object {
    return { network: 'local', rpcUrl: this.ledger.rpcUrl, epochSeconds: this.epochSeconds, ...this.#o.hub };
  }
  /** A node's. Pay is asked for every hour: it is looked at, and on this ledger a claim costs nobody anything. */
  get node(): object {
    return { claimEveryEpochs: 1, ...this.#o.node };
  }
  get params(): RewardsOptions['params'] {
    return this.#o.params;
  }
  get fundXlm(): number {
    return this.#o.fundXlm ?? fundXlm;
  }
}
