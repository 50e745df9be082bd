import type * as wallet from '@energymesh/wallet';
import type { Call, Chain, EventPosition, IncentivePage, NetworkFault, NodeView, Params, Signer, Submission, Unsigned } from '@energymesh/wallet';
import { ConfigError } from '../config.ts';
import type { RewardsConfig } from './config.ts';
import type { RewardKeys } from './keys.ts';

/** The wallet's chain part: 30 MB and half a second, so only a hub with rewards loads it. */
export type Wallet = typeof wallet;

/** Nothing can be asked now: no answer, or one from somebody who is not the server. */
export class LedgerAway extends Error {
  override readonly name = 'LedgerAway';
}

/** Which of the hub's accounts a transaction is of. */
export type AccountName = 'fees' | 'sponsor';

const faults: Record<NetworkFault['fault'], string> = {
  'rpc-url-missing': 'rewards.rpcUrl: needed',
  'bad-url': 'rewards.rpcUrl: expected an http or https URL without user, query or fragment',
  'plain-http': 'rewards.rpcUrl: plain http is for this machine and the home network only',
  'bad-contract-id': 'rewards.contract: no address of a contract',
};

const answerMs = 15_000;

/** One contract on one network, and the hub's accounts there. Everything that is asked rejects with LedgerAway when there is no answer. */
export class Ledger {
  readonly wallet: Wallet;
  readonly chain: Chain;
  readonly #signers: Readonly<Record<AccountName, Signer>>;
  readonly #feeStroopsMax: bigint;

  private constructor(wallet: Wallet, chain: Chain, signers: Readonly<Record<AccountName, Signer>>, feeStroopsMax: bigint) {
    this.wallet = wallet;
    this.chain = chain;
    this.#signers = signers;
    this.#feeStroopsMax = feeStroopsMax;
  }

  /** Asks nobody yet. Throws ConfigError. */
  static async open(config: RewardsConfig, keys: Pick<RewardKeys, 'account' | 'sponsor'>, contract: string, fetch?: typeof globalThis.fetch): Promise<Ledger> {
    const [wallet, { signerOf }] = await Promise.all([import('@energymesh/wallet'), import('@energymesh/wallet/keystore')]);
    const { passphrase, rpcUrl } = config;
    const network = wallet.networkOf(config.network, { contractId: contract, ...(rpcUrl && { rpcUrl }), ...(passphrase && { passphrase }) });
    if ('fault' in network) throw new ConfigError(faults[network.fault]);
    const signers = { fees: signerOf(keys.account), sponsor: signerOf(keys.sponsor) };
    return new Ledger(wallet, wallet.chainOf(network, { timeoutMs: answerMs, ...(fetch && { fetch }) }), signers, BigInt(Math.round(config.feeXlmMax * 1e7)));
  }

  address(of: AccountName): string {
    return this.#signers[of].address;
  }

  /** Unix seconds of its newest ledger. */
  time(signal?: AbortSignal): Promise<number> {
    return this.#asking(async () => (await this.wallet.readLedger(this.chain, signal)).closedAt);
  }

  async balance(of: AccountName, signal?: AbortSignal): Promise<{ readonly balance: bigint; readonly spendable: bigint } | undefined> {
    const { account } = await this.#asking(() => this.wallet.readAccount(this.chain, this.address(of), signal));
    return account && { balance: account.balanceStroops, spendable: account.spendableStroops };
  }

  /** What a view of the contract says. */
  ask<T>(call: Call<T>, signal?: AbortSignal): Promise<T> {
    return this.#asking(() => this.wallet.ask(this.chain, call, signal));
  }

  params(epoch: number, signal?: AbortSignal): Promise<Params> {
    return this.ask(this.wallet.call('params', epoch), signal);
  }
  node(publicKey: string, signal?: AbortSignal): Promise<NodeView | undefined> {
    return this.ask(this.wallet.call('node', publicKey), signal);
  }

  prepare<T>(call: Call<T>, signal?: AbortSignal) {
    return this.#asking(() => this.wallet.prepareCall(this.chain, call, { source: this.address('fees'), feeStroopsMax: this.#feeStroopsMax }, signal));
  }

  preparePayment(to: string, amountStroops: bigint, signal?: AbortSignal) {
    return this.#asking(() => this.wallet.preparePayment(this.chain, { from: this.address('fees'), to, amountStroops, create: true }, signal));
  }

  /** An account whose reserve the sponsor's account holds. */
  prepareSponsored(address: string, signal?: AbortSignal) {
    return this.#asking(() => this.wallet.prepareSponsoredAccount(this.chain, { sponsor: this.address('sponsor'), address }, signal));
  }

  /** Its envelope may be signed by others already. */
  async sign(unsigned: Unsigned, of: AccountName): Promise<Submission> {
    return this.wallet.submissionOf(await this.wallet.signTransaction(this.chain, unsigned, this.#signers[of]));
  }

  /** Of a transaction that others built. */
  signHash(of: AccountName, hash: Uint8Array): Promise<Uint8Array> {
    return this.#signers[of].sign(hash);
  }

  advance(submission: Submission, save: (submission: Submission) => Promise<void>, signal?: AbortSignal): Promise<Submission> {
    return this.#asking(() => this.wallet.advance(this.chain, submission, save, signal));
  }

  events(from: EventPosition, signal?: AbortSignal): Promise<IncentivePage> {
    return this.#asking(() => this.wallet.readIncentiveEvents(this.chain, from, signal ? { signal } : {}));
  }

  async #asking<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const away = error instanceof this.wallet.Unreachable || error instanceof this.wallet.RpcFailure || error instanceof this.wallet.WrongNetwork;
      if (away) throw new LedgerAway(error.message, { cause: error });
      throw error;
    }
  }
}
