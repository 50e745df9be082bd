/** A Stellar network on one machine, for development and tests. What of it is real is in the README. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Keypair } from '@stellar/stellar-sdk/base';
import { type Faults, noFaults } from './faults.ts';
import { HttpServer } from './http/server.ts';
import { Chain } from './ledger/chain.ts';
import { type CloseMode, Closer } from './ledger/closer.ts';
import { defaultConfig, type NetworkConfig } from './ledger/config.ts';
import { faucetKeypair, rootKeypair } from './ledger/genesis.ts';
import { nativeContractId } from './soroban/native-events.ts';
import { Store } from './store/store.ts';

export interface LocalnetOptions {
  /** where localnet.db lies; without it everything is in memory */
  readonly dataDir?: string;
  readonly port?: number;
  readonly host?: string;
  /** milliseconds since 1970; Date.now unless told otherwise */
  readonly clock?: () => number;
  readonly close?: CloseMode;
  readonly config?: Partial<NetworkConfig>;
}

export interface LedgerInfo {
  readonly seq: number;
  /** seconds since 1970 */
  readonly closeTime: number;
}

export class Localnet implements AsyncDisposable {
  readonly #stack: AsyncDisposableStack;
  readonly #chain: Chain;
  readonly #closer: Closer;
  /** also Horizon's address */
  readonly url: string;
  readonly rpcUrl: string;
  readonly friendbotUrl: string;

  private constructor(stack: AsyncDisposableStack, chain: Chain, closer: Closer, url: string) {
    this.#stack = stack;
    this.#chain = chain;
    this.#closer = closer;
    this.url = url;
    this.rpcUrl = `${url}/rpc`;
    this.friendbotUrl = `${url}/friendbot`;
  }

  static async open(options: LocalnetOptions = {}): Promise<Localnet> {
    const config: NetworkConfig = Object.freeze({ ...defaultConfig, ...options.config });
    await using stack = new AsyncDisposableStack();
    if (options.dataDir) mkdirSync(options.dataDir, { recursive: true });
    const store = stack.use(Store.open(options.dataDir && join(options.dataDir, 'localnet.db')));
    const chain = new Chain({ store, config, clock: options.clock ?? Date.now });
    const closer = stack.use(new Closer(chain, options.close ?? { mode: 'immediate' }));
    const server = stack.use(new HttpServer({ chain, closer, host: options.host ?? '127.0.0.1', port: options.port ?? 0 }));
    const url = await server.listen();
    closer.start();
    return new Localnet(stack.move(), chain, closer, url);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }

  get passphrase(): string {
    return this.#chain.config.passphrase;
  }

  /** The native asset's contract. */
  get nativeContract(): string {
    return nativeContractId(this.passphrase);
  }

  /** Holds all lumens that the faucet does not. */
  get root(): Keypair {
    return rootKeypair(this.passphrase);
  }

  get faucet(): Keypair {
    return faucetKeypair(this.passphrase);
  }

  get latest(): LedgerInfo {
    return this.#chain.latest;
  }

  /** seconds since 1970, as the next ledger will say */
  now(): number {
    return this.#chain.now();
  }

  close(): LedgerInfo {
    return this.#closer.close();
  }

  /** Adds to the network's clock and closes one ledger; `ledgers`: how far its number moves, one per five seconds unless told. */
  advance(seconds: number, ledgers?: number): LedgerInfo {
    return this.#closer.advance(seconds, ledgers);
  }

  /** What is not named is off. */
  setFaults(faults: Partial<Faults>): void {
    this.#chain.faults = Object.freeze({ ...noFaults, ...faults });
    this.#closer.owed();
  }
}
