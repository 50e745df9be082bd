import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Operation, StrKey } from '@stellar/stellar-sdk/base';
import type { Chain } from '../chain/chain.ts';
import { start, World, xlm } from '../chain/localnet.fixture.ts';
import { preparePayment } from '../chain/payment.ts';
import type { Submission } from '../chain/submission.ts';
import type { Signer } from '../chain/transaction.ts';
import { type Call, call } from './calls.ts';
import { type CallRefusal, type PreparedCall, prepareCall } from './client.ts';
import { type AttestationInput, config, type Params, type ProofInput, params } from './types.ts';

const wasm = readFileSync(new URL('../../../../contracts/incentive/incentive.wasm', import.meta.url));

/** Short hours, no draws, no probation: what is tested here is the way to the contract, not its rules. */
export const epochSeconds = 60;
export const rules: Params = {
  stroopsPer1000: 100_000,
  bonusUptimeBp: 1000,
  bonusLatencyBp: 500,
  penaltyBp: 2000,
  uptimeHighBp: 9500,
  uptimeLowBp: 8000,
  latencyUsMax: 100_000,
  epochBudget: 100_000_000,
  nodeCap: 360_000,
  pairCap: 180_000,
  deviceQuota: 3600,
  probationEpochs: 0,
  probationBp: 5000,
  auditBp: 0,
  samples: 8,
  revealEpochs: 24,
  settleEpochs: 2,
  quorumBp: 3000,
  votingEpochs: 1,
  timelockEpochs: 1,
};

const sha256 = (data: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(data).digest());

/** An Ed25519 key of a node or the hub, as the contract knows them. */
export class MeshKey {
  readonly #key;
  readonly raw: Uint8Array;
  constructor(fill: number) {
    const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), new Uint8Array(32).fill(fill)]);
    this.#key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    this.raw = new Uint8Array(createPublicKey(this.#key).export({ format: 'der', type: 'spki' }).subarray(-32));
  }
  get hex(): string {
    return Buffer.from(this.raw).toString('hex');
  }
  sign(message: Uint8Array): Uint8Array {
    return new Uint8Array(sign(null, message, this.#key));
  }
}

type Part = Uint8Array | string | readonly [value: number, bytes: number];

/** A community with a contract, a hub that pays for everybody, and a node. docs/proofs.md §3 */
export class Community implements AsyncDisposable {
  readonly world: World;
  readonly chain: Chain;
  readonly relay: Signer;
  readonly hub = new MeshKey(101);
  readonly node = new MeshKey(102);

  private constructor(world: World, chain: Chain, relay: Signer) {
    this.world = world;
    this.chain = chain;
    this.relay = relay;
  }

  static async open(): Promise<Community> {
    const world = await World.open();
    const relay = await world.funded();
    await world.operate(relay, Operation.bumpSequence({ bumpTo: '0' }));
    const hub = new MeshKey(101);
    const settings = {
      token: world.net.nativeContract,
      hubKey: hub.raw,
      anchor: Community.value(Community.startEpoch),
      anchorEpoch: Community.startEpoch,
      epochSeconds,
    };
    const contractId = await world.deploy(wasm, config.write(settings), params.write(rules));
    const community = new Community(world, { ...world.chain, network: { ...world.chain.network, contractId } }, relay);
    const gift = await preparePayment(community.chain, { from: relay.address, to: contractId, amountStroops: xlm(100) });
    if ('refused' in gift) throw new Error(gift.refused);
    await world.done(gift.prepared, relay);
    return community;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.world[Symbol.asyncDispose]();
  }

  static readonly startEpoch = Math.floor(start / epochSeconds);

  /** The hub's hash chain, backwards from a value a hundred epochs on. */
  static value(epoch: number): Uint8Array {
    let value = new Uint8Array(32).fill(77);
    for (let e = Community.startEpoch + 100; e > epoch; e--) value = sha256(value) as Uint8Array<ArrayBuffer>;
    return value;
  }

  message(tag: string, ...parts: Part[]): Uint8Array {
    const domain = [
      Buffer.from(tag.padEnd(16, '\0')),
      sha256(Buffer.from(this.chain.network.passphrase)),
      StrKey.decodeContract(this.chain.network.contractId!),
    ];
    const rest = parts.map((part) => {
      if (typeof part === 'string') return Buffer.from(part);
      if (part instanceof Uint8Array) return part;
      const [value, bytes] = part;
      return Buffer.from(value.toString(16).padStart(2 * bytes, '0'), 'hex');
    });
    return Buffer.concat([...domain, ...rest]);
  }

  get now(): number {
    return Math.floor(this.world.net.now() / epochSeconds);
  }

  /** To the first second of a later epoch. */
  waitUntil(epoch: number): void {
    this.world.net.advance(epoch * epochSeconds - this.world.net.now());
  }

  prepare<T>(what: Call<T>): Promise<PreparedCall<T> | CallRefusal> {
    return prepareCall(this.chain, what, { source: this.relay.address });
  }

  async done<T>(what: Call<T>): Promise<Submission> {
    const prepared = await this.prepare(what);
    if ('refused' in prepared) throw new Error(JSON.stringify(prepared, (_, value) => (typeof value === 'bigint' ? value.toString() : value)));
    return this.world.done(prepared.prepared, this.relay);
  }

  registration(payout: string, nonce = 1): Call<undefined> {
    const member = this.hub.sign(this.message('em-member-v1', this.node.raw));
    return call('register', this.node.raw, payout, nonce, member, this.node.sign(this.message('em-register-v1', this.node.raw, [nonce, 4], payout)));
  }

  proof(epoch: number, packetCount: number): ProofInput {
    const timestamp = epoch * epochSeconds;
    const merkleRoot = new Uint8Array(32).fill(5);
    const signature = this.node.sign(this.message('em-proof-v1', this.node.raw, [packetCount, 8], [timestamp, 8], merkleRoot));
    return { node: this.node.raw, packetCount, timestamp, merkleRoot, signature };
  }

  attestation(epoch: number, earning: number, uptimeBp = 9900, latencyUs = 50_000): AttestationInput {
    const signature = this.hub.sign(this.message('em-attest-v1', this.node.raw, [epoch, 4], [uptimeBp, 4], [latencyUs, 4], [earning, 8]));
    return { node: this.node.raw, epoch, uptimeBp, latencyUs, earning, signature };
  }
}
