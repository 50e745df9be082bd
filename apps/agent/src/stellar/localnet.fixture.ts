import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Localnet } from '@energymesh/localnet';
import { attestMessage, chainValue, changeXdr, type Domain, defaultParams, memberMessage, networkIdOf, type Params } from '@energymesh/protocol';
import {
  advance,
  type Call,
  type Chain,
  call,
  chainOf,
  isSettled,
  networkOf,
  prepareCall,
  preparePayment,
  type Signer,
  signTransaction,
  submissionOf,
  type Unsigned,
} from '@energymesh/wallet';
import { signerOf } from '@energymesh/wallet/keystore';
import { Address, Asset, Operation, StrKey, TransactionBuilder, xdr } from '@stellar/stellar-sdk/base';
import { Server } from '@stellar/stellar-sdk/rpc';
import { Key } from '../key.fixture.ts';

const wasm = readFileSync(new URL('../../../../contracts/incentive/incentive.wasm', import.meta.url));
export const sha256 = (data: Uint8Array): Uint8Array => hash('sha256', data, 'buffer');

/** 23 November 2026: the ledger's time stands still until a test moves it. */
export const startMs = Date.UTC(2026, 10, 23, 12);
export const epochSeconds = 60;

/** The real contract on a local network, with a hub that pays for what it brings. */
export class Ground implements AsyncDisposable {
  readonly net: Localnet;
  readonly hub = new Key('hub');
  readonly payer: Signer = signerOf(new Uint8Array(32).fill(9));
  readonly contract: string;
  readonly chain: Chain;

  private constructor(net: Localnet, contract: string, chain: Chain) {
    this.net = net;
    this.contract = contract;
    this.chain = chain;
  }

  static async open(params: Partial<Params> = {}): Promise<Ground> {
    const net = await Localnet.open({ clock: () => startMs });
    const contract = await deploy(net, new Key('hub'), { ...defaultParams, probationEpochs: 0, auditBp: 0, ...params });
    const network = networkOf('local', { rpcUrl: net.rpcUrl, horizonUrl: false, contractId: contract, passphrase: net.passphrase });
    if ('fault' in network) throw new Error(network.fault);
    const ground = new Ground(net, contract, chainOf(network));
    await ground.fund(ground.payer.address);
    const gift = await preparePayment(ground.chain, { from: ground.payer.address, to: contract, amountStroops: 1_000_000_000n });
    if ('refused' in gift) throw new Error(gift.refused);
    await ground.done(gift.prepared);
    return ground;
  }

  get epoch(): number {
    return Math.floor(this.net.now() / epochSeconds);
  }
  get domain(): Domain {
    return { networkId: networkIdOf(sha256, this.net.passphrase), contractId: new Uint8Array(StrKey.decodeContract(this.contract)) };
  }

  /** The hub's chain: begins at the first epoch of this network. */
  static value(epoch: number): Uint8Array {
    return chainValue(sha256, { epoch: Math.floor(startMs / 1000 / epochSeconds) + 400, value: sha256(Buffer.from('chain')) }, epoch);
  }

  async fund(address: string): Promise<void> {
    const answer = await fetch(`${this.net.friendbotUrl}?addr=${address}`);
    if (!answer.ok) throw new Error(await answer.text());
  }

  async bring(what: Call<unknown>): Promise<void> {
    const prepared = await prepareCall(this.chain, what, { source: this.payer.address });
    if ('refused' in prepared) throw new Error(JSON.stringify(prepared, (_, value) => (typeof value === 'bigint' ? value.toString() : (value as unknown))));
    await this.done(prepared.prepared);
  }

  async done(unsigned: Unsigned, ...others: Signer[]): Promise<void> {
    let submission = submissionOf(await signTransaction(this.chain, unsigned, this.payer, ...others));
    for (let i = 0; i < 50 && !isSettled(submission); i++) submission = await advance(this.chain, submission, () => undefined);
    if (submission.state.at !== 'confirmed') throw new Error(JSON.stringify(submission.state));
  }

  admit(node: Key, payout: string, nonce: number, signature: string): Promise<void> {
    const member = this.hub.sign(memberMessage(this.domain, node.raw));
    return this.bring(call('register', node.raw, payout, nonce, member, signature));
  }
  publish(epoch = this.epoch): Promise<void> {
    return this.bring(call('publish', epoch, Ground.value(epoch)));
  }
  attest(node: Key, epoch: number, earning: number): Promise<void> {
    const of = { node: node.raw, epoch, uptimeBp: 9900, latencyUs: 20_000, earning };
    const signature = this.hub.sign(attestMessage(this.domain, of));
    return this.bring(call('attest', of.node, of.epoch, of.uptimeBp, of.latencyUs, of.earning, signature));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.net[Symbol.asyncDispose]();
  }
}

/** The SDK's own way: deploying is none of a node's business. */
async function deploy(net: Localnet, hub: Key, params: Params): Promise<string> {
  const server = new Server(net.rpcUrl, { allowHttp: true });
  const send = async (operation: ReturnType<typeof Operation.uploadContractWasm>): Promise<xdr.ScVal> => {
    const source = await server.getAccount(net.faucet.publicKey());
    const raw = new TransactionBuilder(source, { fee: '10000', networkPassphrase: net.passphrase }).addOperation(operation).setTimeout(0).build();
    const prepared = await server.prepareTransaction(raw);
    prepared.sign(net.faucet);
    const sent = await server.sendTransaction(prepared);
    const found = await server.pollTransaction(sent.hash, { attempts: 20, sleepStrategy: () => 10 });
    if (found.status !== 'SUCCESS') throw new Error(`deploying: ${found.status}`);
    return found.returnValue!;
  };
  await send(Operation.uploadContractWasm({ wasm }));
  const symbol = (name: string) => xdr.ScVal.scvSymbol(name);
  const entry = (key: string, val: xdr.ScVal) => new xdr.ScMapEntry({ key: symbol(key), val });
  const anchorEpoch = Math.floor(startMs / 1000 / epochSeconds);
  const config = xdr.ScVal.scvMap([
    entry('anchor', xdr.ScVal.scvBytes(Ground.value(anchorEpoch))),
    entry('anchor_epoch', xdr.ScVal.scvU32(anchorEpoch)),
    entry('epoch_seconds', xdr.ScVal.scvU32(epochSeconds)),
    entry('hub_key', xdr.ScVal.scvBytes(hub.raw)),
    entry('token', new Address(Asset.native().contractId(net.passphrase)).toScVal()),
  ]);
  const change = xdr.ScVal.fromXdr(Buffer.from(changeXdr({ params })).toString('base64'), 'base64');
  const rule = change.type === 'scvVec' ? change.vec?.[1] : undefined;
  const made = await send(
    Operation.createCustomContract({
      address: new Address(net.faucet.publicKey()),
      wasmHash: sha256(wasm),
      salt: new Uint8Array(32).fill(1),
      constructorArgs: [config, rule!],
    }),
  );
  return Address.fromScVal(made).toString();
}
