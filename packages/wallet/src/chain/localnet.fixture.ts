import { Localnet, type LocalnetOptions } from '@energymesh/localnet';
import { Address, type Keypair, Operation, TransactionBuilder, type xdr } from '@stellar/stellar-sdk/base';
import { Api, Server } from '@stellar/stellar-sdk/rpc';
import { signerOf } from '../keystore/derive.ts';
import { readAccounts } from './account.ts';
import { type Chain, chainOf } from './chain.ts';
import { readLedger } from './ledger.ts';
import { type Network, networkOf } from './network.ts';
import { advance, isSettled, type Submission, submissionOf } from './submission.ts';
import { build, type Signer, signTransaction, type Unsigned } from './transaction.ts';

/** 22 November 2026: the network's time stands still until a test moves it. */
export const start = Date.UTC(2026, 10, 22, 12) / 1000;
export const xlm = (amount: number): bigint => BigInt(Math.round(amount * 1e7));

/** A local network in memory, and a wallet's view of it. */
export class World implements AsyncDisposable {
  readonly net: Localnet;
  readonly chain: Chain;
  #people = 0;
  #contracts = 0;

  private constructor(net: Localnet, network: Network) {
    this.net = net;
    this.chain = chainOf(network, { timeoutMs: 10_000 });
  }

  /** Protocol 29: what the probe of the local network's own tests is built for. */
  static async open(options: LocalnetOptions = {}): Promise<World> {
    const net = await Localnet.open({ clock: () => start * 1000, ...options, config: { protocolVersion: 29, ...options.config } });
    const network = networkOf('local', { rpcUrl: net.rpcUrl, horizonUrl: net.url });
    if ('fault' in network) throw new Error(network.fault);
    return new World(net, network);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.net[Symbol.asyncDispose]();
  }

  /** Somebody without an account: the same keys in every run. */
  stranger(): Signer {
    return signerOf(new Uint8Array(32).fill(++this.#people));
  }

  /** With 10,000 XLM. */
  async funded(): Promise<Signer> {
    const person = this.stranger();
    const response = await fetch(`${this.net.friendbotUrl}?addr=${person.address}`);
    if (!response.ok) throw new Error(await response.text());
    return person;
  }

  /** With this balance, exactly. */
  async withBalance(stroops: bigint): Promise<Signer> {
    const person = this.stranger();
    const startingBalance = `${stroops / 10_000_000n}.${(stroops % 10_000_000n).toString().padStart(7, '0')}`;
    await this.operate(signerOfKeypair(this.net.faucet), Operation.createAccount({ destination: person.address, startingBalance }));
    return person;
  }

  /** Any operations of somebody, included. */
  async operate(source: Signer, ...operations: xdr.Operation[]): Promise<Submission> {
    const ledger = await readLedger(this.chain);
    const [account] = await readAccounts(this.chain, [source.address], ledger.baseReserveStroops);
    const unsigned = build({ chain: this.chain, source: source.address, sequence: account!.sequence, madeAt: ledger.closedAt, feeStroops: 100n, operations });
    return this.done(unsigned, source);
  }

  async done(unsigned: Unsigned, ...signers: Signer[]): Promise<Submission> {
    const submission = await this.settled(submissionOf(await signTransaction(this.chain, unsigned, ...signers)));
    if (submission.state.at !== 'confirmed') throw new Error(JSON.stringify(submission.state));
    return submission;
  }

  /** A contract from its wasm: the SDK's own way, as deploying is none of a wallet's business. */
  async deploy(wasm: Uint8Array, ...constructorArgs: xdr.ScVal[]): Promise<string> {
    const server = new Server(this.net.rpcUrl, { allowHttp: true });
    const send = async (operation: xdr.Operation): Promise<xdr.ScVal> => {
      const source = await server.getAccount(this.net.faucet.publicKey());
      const raw = new TransactionBuilder(source, { fee: '1000', networkPassphrase: this.net.passphrase }).addOperation(operation).setTimeout(0).build();
      const prepared = await server.prepareTransaction(raw);
      prepared.sign(this.net.faucet);
      const { hash } = await server.sendTransaction(prepared);
      const result = await server.pollTransaction(hash, { attempts: 50, sleepStrategy: () => 5 });
      if (result.status !== Api.GetTransactionStatus.SUCCESS) throw new Error(`deploying: ${JSON.stringify(result.status)}`);
      return result.returnValue!;
    };
    const uploaded = await send(Operation.uploadContractWasm({ wasm }));
    const wasmHash = uploaded.type === 'scvBytes' ? uploaded.bytes.value : new Uint8Array(32);
    const salt = new Uint8Array(32).fill(++this.#contracts);
    const address = new Address(this.net.faucet.publicKey());
    return Address.fromScVal(await send(Operation.createCustomContract({ address, wasmHash, salt, constructorArgs }))).toString();
  }

  /** Advanced until it is settled, without waiting: the network closes a ledger for every transaction. */
  async settled(submission: Submission, save: (step: Submission) => void = () => undefined): Promise<Submission> {
    let current = submission;
    for (let i = 0; i < 100 && !isSettled(current); i++) current = await advance(this.chain, current, save);
    return current;
  }

  async balance(address: string): Promise<bigint | undefined> {
    const [account] = await readAccounts(this.chain, [address], 5_000_000n);
    return account?.balanceStroops;
  }
}

export const signerOfKeypair = (keypair: Keypair): Signer => ({ address: keypair.publicKey(), sign: async (hash) => keypair.sign(hash) });

/** What stands in an envelope, as the network reads it. */
export const operationsOf = (chain: Chain, envelope: string): { operations: unknown[]; memo: unknown } => {
  const transaction = TransactionBuilder.fromXdr(envelope, chain.network.passphrase);
  return { operations: [...transaction.operations], memo: 'memo' in transaction ? transaction.memo.value : undefined };
};
