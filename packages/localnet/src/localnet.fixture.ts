/** A network in memory and a client of it, as tests need them. The client is the SDK as it is. */
import { readFileSync } from 'node:fs';
import { Account, Asset, Horizon, Keypair, type Memo, Operation, rpc, type Transaction, TransactionBuilder, type xdr } from '@stellar/stellar-sdk';
import { Localnet, type LocalnetOptions } from './localnet.ts';

/** 22 November 2026: tests run at this time until they move it. */
export const startMs = Date.UTC(2026, 10, 22, 12);

/** The contract in fixtures/probe.rs, built for protocol 29. */
export const probeWasm = new Uint8Array(readFileSync(new URL('../fixtures/probe.wasm', import.meta.url)));

export interface TxOptions {
  readonly fee?: string;
  readonly memo?: Memo;
  readonly timeout?: number;
  readonly sequence?: string;
  readonly minTime?: number;
}

export class World implements AsyncDisposable {
  readonly net: Localnet;
  readonly rpc: rpc.Server;
  readonly horizon: Horizon.Server;

  private constructor(net: Localnet) {
    this.net = net;
    this.rpc = new rpc.Server(net.rpcUrl, { allowHttp: true });
    this.horizon = new Horizon.Server(net.url, { allowHttp: true });
  }

  static async open(options: LocalnetOptions = {}): Promise<World> {
    return new World(await Localnet.open({ clock: () => startMs, ...options }));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.net[Symbol.asyncDispose]();
  }

  /** A new account with 10,000 lumens. */
  async funded(): Promise<Keypair> {
    const keypair = Keypair.random();
    await this.rpc.requestAirdrop(keypair.publicKey());
    return keypair;
  }

  async build(source: Keypair, operations: xdr.Operation[], options: TxOptions = {}): Promise<Transaction> {
    const id = source.publicKey();
    const account = options.sequence ? new Account(id, options.sequence) : await this.rpc.getAccount(id);
    const builder = new TransactionBuilder(account, {
      fee: options.fee ?? '100',
      networkPassphrase: this.net.passphrase,
      timebounds: { minTime: options.minTime ?? 0, maxTime: options.timeout === undefined ? 0 : this.net.now() + options.timeout },
      ...(options.memo && { memo: options.memo }),
    });
    for (const operation of operations) builder.addOperation(operation);
    return builder.build();
  }

  async signed(source: Keypair, operations: xdr.Operation[], options: TxOptions = {}, ...others: Keypair[]): Promise<Transaction> {
    const tx = await this.build(source, operations, options);
    tx.sign(source, ...others);
    return tx;
  }

  /** Sends and waits; what comes back may have failed. */
  async sent(tx: Parameters<rpc.Server['sendTransaction']>[0]): Promise<rpc.Api.GetTransactionResponse> {
    const { status, hash, errorResult } = await this.rpc.sendTransaction(tx);
    if (status !== 'PENDING') throw new Error(`${status} ${errorResult?.result.type ?? ''}`);
    return this.rpc.pollTransaction(hash, { attempts: 50, sleepStrategy: () => 5 });
  }

  async pay(from: Keypair, to: string, amount: string, options: TxOptions = {}): Promise<rpc.Api.GetTransactionResponse> {
    return this.sent(await this.signed(from, [payment(to, amount)], options));
  }

  /** stroops */
  async balance(id: string): Promise<bigint> {
    return (await this.rpc.getAccountEntry(id)).balance;
  }
}

export const payment = (destination: string, amount: string, source?: string): xdr.Operation =>
  Operation.payment({ destination, amount, asset: Asset.native(), ...(source && { source }) });

/** The codes of a failed transaction's operations. */
export const operationCodes = (got: rpc.Api.GetTransactionResponse): string[] => {
  if (got.status === rpc.Api.GetTransactionStatus.NOT_FOUND) return [];
  const { result } = got.resultXdr;
  return result.type === 'txFailed' ? result.results.map((r) => (r.type === 'opInner' ? r.tr.value.type : r.type)) : [result.type];
};
