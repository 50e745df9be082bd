import { createHash, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { generateNodeKey, type NodeKey, nodeIdOf, publicKeyFromRaw } from '@energymesh/identity';
import { Localnet } from '@energymesh/localnet';
import {
  bundlesRootOf,
  changeHash,
  defaultParams,
  type EntryRange,
  encodeLeaf,
  encodeOpening,
  type Incarnation,
  type Leaf,
  type NodeId,
  type Params,
  packetsIn,
  proofMessage,
  proposeMessage,
  receiptMessage,
  registerMessage,
  SumTreeBuilder,
  sampleIndexes,
  seedOf,
  uniteRanges,
  voteMessage,
} from '@energymesh/protocol';
import { encodeMessage, type FromNode, rangesText, readTold, type Told, type ToldTo } from '@energymesh/rewards';
import type { Call, Signer } from '@energymesh/wallet';
import { pino } from 'pino';
import { migrationsFolder } from '../hub.fixture.ts';
import { connect, type Database, type OpenDatabase, openDatabase } from '../store/database.ts';
import { putNode } from '../store/members.ts';
import { sumUpArrivals } from '../store/rewards/arrivals.ts';
import { writeGathered } from '../store/writes.ts';
import { type RewardsConfig, rewardsSchema } from './config.ts';
import { deployContract } from './deploy.ts';
import { keysOf, type RewardKeys } from './keys.ts';
import { Rewards } from './rewards.ts';
import { domainOf } from './terms.ts';
import { HubChain, sha256 } from './values.ts';

const wasm = readFileSync(new URL('../../../../contracts/incentive/incentive.wasm', import.meta.url));

/** 23 November 2026: time stands still until a test moves it. */
const start = Date.UTC(2026, 10, 23, 12) / 1000;
export const epochSeconds = 60;

const seed = (name: string): string => createHash('sha256').update(`hub rewards: ${name}`).digest('hex');
/** A transaction that the network lost is looked for six times before it is sent again. */
const turnsMax = 16;
const noSleep = () => Promise.resolve();

export class Killed extends Error {}

/** What a node hears. Throws when it is not the hub's word for it. */
export function heardFrom(hubKey: string, payload: Uint8Array, to: Pick<ToldTo, 'domain' | 'node'>): Told {
  const key = publicKeyFromRaw(Buffer.from(hubKey, 'hex'));
  const told = readTold(payload, { ...to, sha256 }, (message, signature) => verify(null, message, key, signature));
  if (told === undefined || told === 'forged') throw new Error(`told: ${told}`);
  return told;
}

/** A node with a key, as far as the hub sees it: what it carried, and what it says. */
export class TestNode {
  readonly key: NodeKey;
  readonly publicKey: Uint8Array;
  readonly id: string;
  readonly told: Told[] = [];
  readonly #world: RewardsWorld;
  /** Receipts by epoch. */
  readonly #leaves = new Map<number, { leaf: Leaf; ranges: readonly EntryRange[] }[]>();
  #nonce = 0;

  constructor(world: RewardsWorld) {
    this.#world = world;
    this.key = generateNodeKey();
    this.publicKey = this.key.rawPublicKey;
    this.id = nodeIdOf(this.publicKey);
  }

  get hex(): string {
    return Buffer.from(this.publicKey).toString('hex');
  }
  sign(message: Uint8Array): Uint8Array {
    return sign(null, message, this.key.privateKey);
  }

  say(message: FromNode): Promise<void> {
    return this.#world.say(this, message);
  }
  register(payout: string, nonce = ++this.#nonce): Promise<void> {
    return this.say(this.registerMessage(payout, nonce));
  }
  registerMessage(payout: string, nonce: number): FromNode {
    const signature = this.sign(registerMessage(this.#world.domain, { node: this.publicKey, nonce, payout }));
    return { kind: 'register', payout, nonce, signature: Buffer.from(signature).toString('hex') };
  }
  propose(params: Params, nonce = ++this.#nonce): Promise<void> {
    const signature = this.sign(proposeMessage(this.#world.domain, this.publicKey, nonce, changeHash(sha256, { params })));
    return this.say({ kind: 'propose', nonce, change: { params }, signature: Buffer.from(signature).toString('hex') });
  }
  voteMessage(proposal: number, yes: boolean): FromNode {
    const signature = this.sign(voteMessage(this.#world.domain, this.publicKey, proposal, yes));
    return { kind: 'vote', proposal, yes, signature: Buffer.from(signature).toString('hex') };
  }

  /** `next` signs for what it took of this node. */
  receipt(epoch: number, next: TestNode, ...ranges: EntryRange[]): void {
    const leaves = this.#leaves.get(epoch) ?? [];
    const of = { next: next.publicKey, seq: leaves.length + 1, packets: packetsIn(ranges), bundlesRoot: bundlesRootOf(sha256, ranges) };
    const signature = next.sign(receiptMessage(this.#world.domain, { ...of, epoch, relay: this.publicKey }));
    leaves.push({ leaf: { ...of, signature }, ranges });
    this.#leaves.set(epoch, leaves);
  }
  /** The hub signed, and told so. */
  takeVouchers(): void {
    for (const told of this.told.splice(0)) {
      if (told.kind !== 'voucher') continue;
      const ranges = this.#world.ranges(told.ranges);
      const leaves = this.#leaves.get(told.epoch) ?? [];
      const hub = Buffer.from(this.#world.keys.hubKey, 'hex');
      const signature = Buffer.from(told.signature, 'hex');
      leaves.push({ leaf: { next: hub, seq: told.seq, packets: packetsIn(ranges), bundlesRoot: bundlesRootOf(sha256, ranges), signature }, ranges });
      this.#leaves.set(told.epoch, leaves);
    }
  }

  #tree(epoch: number) {
    const builder = new SumTreeBuilder(sha256);
    const leaves = this.#leaves.get(epoch) ?? [];
    for (const { leaf } of leaves) builder.add(encodeLeaf(leaf));
    return { leaves, tree: builder.build() };
  }

  /** Sends the hour's proof. `heard`: whom it heard all the time. */
  async hour(epoch: number, heard: readonly TestNode[] = [], more: Partial<Extract<FromNode, { kind: 'hour' }>> = {}): Promise<void> {
    const { leaves, tree } = this.#tree(epoch);
    const timestamp = epoch * epochSeconds;
    const signature = this.sign(proofMessage(this.#world.domain, { node: this.publicKey, packetCount: tree.packets, timestamp, merkleRoot: tree.root }));
    const byNext = new Map<string, EntryRange[]>();
    for (const { leaf, ranges } of leaves) {
      const next = Buffer.from(leaf.next).toString('hex');
      byNext.set(next, [...(byNext.get(next) ?? []), ...ranges]);
    }
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
    await this.say({
      ...{ kind: 'hour', epoch, part: 1, parts: 1 },
      proof: { packetCount: tree.packets, timestamp, root: hex(tree.root), signature: hex(signature) },
      carried: [...byNext].map(([next, ranges]) => ({ next, ranges: rangesText(uniteRanges(ranges)) })),
      heard: heard.map(({ id }) => ({ node: id, minutes: '0fffffffffffffff', rttUs: 2000, samples: 60 })),
      ...more,
    });
  }

  /** Shows what is drawn of an hour. */
  async show(epoch: number, value: string, samples: number): Promise<void> {
    const { leaves, tree } = this.#tree(epoch);
    const seed = seedOf(sha256, { chainValue: Buffer.from(value, 'hex'), merkleRoot: tree.root, node: this.publicKey, epoch });
    const openings = sampleIndexes(sha256, seed, samples, tree.packets).map((index) => {
      const { added, path } = tree.place(index);
      return Buffer.from(encodeOpening({ leaf: leaves[added]!.leaf, path })).toString('base64');
    });
    await this.say({ kind: 'openings', epoch, openings });
  }

  /** The newest of a kind. */
  last<K extends Told['kind']>(kind: K): Extract<Told, { kind: K }> | undefined {
    return this.told.findLast((one) => one.kind === kind) as Extract<Told, { kind: K }> | undefined;
  }
}

export interface WorldOptions {
  readonly params?: Partial<Params>;
  readonly config?: Partial<RewardsConfig>;
  /** So many ledgers back the server answers. */
  readonly retentionLedgers?: number;
}

interface Seams {
  readonly db?: Database;
  readonly fetch?: typeof globalThis.fetch;
  readonly keys?: RewardKeys;
  readonly contract?: string;
}

/** A hub's rewards on a local network with the real contract, without the hub around them. */
export class RewardsWorld implements AsyncDisposable {
  readonly net: Localnet;
  readonly database: OpenDatabase;
  readonly keys: RewardKeys;
  readonly params: Params;
  readonly config: RewardsConfig;
  readonly contract: string;
  readonly nodes: TestNode[] = [];
  /** Connected to the broker now. */
  present: readonly TestNode[] = [];
  readonly #outcasts = new Set<string>();
  readonly #devices = new Set<string>();
  rewards!: Rewards;
  #entries = 0;

  private constructor(net: Localnet, database: OpenDatabase, keys: RewardKeys, params: Params, config: RewardsConfig, contract: string) {
    this.net = net;
    this.database = database;
    this.keys = keys;
    this.params = params;
    this.config = config;
    this.contract = contract;
  }

  static async open({ params = {}, config = {}, retentionLedgers }: WorldOptions = {}): Promise<RewardsWorld> {
    const net = await Localnet.open({ clock: () => start * 1000, config: retentionLedgers === undefined ? {} : { retentionLedgers } });
    const database = await openDatabase({ folder: undefined, migrationsFolder });
    const [hub, account, sponsor, secret] = ['hub', 'account', 'sponsor', 'chain'].map(seed) as [string, string, string, string];
    const keys = keysOf({ version: 1, hub, account, sponsor, chain: { secret, length: 5000 } });
    const rule = { ...defaultParams, probationEpochs: 0, auditBp: 0, revealEpochs: 24, ...params };
    const { signerOf } = await import('@energymesh/wallet/keystore');
    const signer = signerOf(keys.account);
    await fund(net, signer.address);
    const { anchor } = await HubChain.of(keys.chain.secret, keys.chain.length);
    const of = { rpcUrl: net.rpcUrl, passphrase: net.passphrase, signer, wasm, hubKey: keys.hubKey, anchor, epochSeconds, params: rule, sleep: noSleep };
    const contract = await deployContract(of);
    const world = new RewardsWorld(
      net,
      database,
      keys,
      rule,
      { ...rewardsSchema.parse({ network: 'local', rpcUrl: net.rpcUrl, contract, epochSeconds, challenge: { probationBp: 0 } }), ...config },
      contract,
    );
    await world.start();
    await world.give(contract, 1000);
    return world;
  }

  /** Also after a kill: a hub that comes back. */
  async start(seams: Seams = {}): Promise<void> {
    const { keys = this.keys, contract = this.contract } = seams;
    const terms = { network: this.net.passphrase, contract, hubKey: keys.hubKey, epochSeconds, rpc: [this.net.rpcUrl] };
    this.rewards = await Rewards.open({
      ...{ config: this.config, keys, terms, db: seams.db ?? this.database.db, log: pino({ level: process.env.TEST_LOG ?? 'silent' }) },
      clock: { now: () => this.now, every: () => () => undefined },
      publish: async (id, payload) => {
        const node = this.nodes.find((one) => one.id === id);
        node?.told.push(heardFrom(keys.hubKey, payload, { domain: domainOf(terms), node: node.publicKey }));
      },
      sumUp: (options) => sumUpArrivals(seams.db ?? this.database.db, options),
      present: () => this.present.map(({ id }) => id),
      ...(seams.fetch && { fetch: seams.fetch }),
      isMember: (id) => this.nodes.some((node) => node.id === id) && !this.#outcasts.has(id),
    });
  }

  /**
   * A hub that is killed at its n-th step: before or after what it writes or asks the ledger. Resolves to false when it came to the end of `work` before.
   * Afterwards another one is there, on what the first has left.
   */
  async killedAt(step: number, work: () => Promise<void>): Promise<boolean> {
    let steps = 0;
    let dead = false;
    const pass = (): void => {
      if (dead || ++steps === step) {
        dead = true;
        throw new Killed();
      }
    };
    const around = async <T>(what: () => Promise<T>): Promise<T> => {
      pass();
      const result = await what();
      pass();
      return result;
    };
    const { $client } = this.database.db;
    const client = {
      query: (text: string, ...rest: never[]) => {
        const run = () => ($client.query as (text: string, ...rest: never[]) => Promise<unknown>)(text, ...rest);
        if (dead) throw new Killed();
        return /^(insert|update|delete)/.test(text) ? around(run) : run();
      },
      transaction: (run: never) => around(() => $client.transaction(run)),
    };
    await this.start({ db: connect(client as never), fetch: (...request) => around(() => globalThis.fetch(...request)) });
    try {
      await work();
    } catch (error) {
      if (!dead) throw error;
    }
    await this.start();
    return dead;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.database[Symbol.asyncDispose]();
    await this.net[Symbol.asyncDispose]();
  }

  /** Milliseconds. */
  get now(): number {
    return this.net.now() * 1000;
  }
  get epoch(): number {
    return Math.floor(this.net.now() / epochSeconds);
  }
  get domain() {
    return domainOf({ network: this.net.passphrase, contract: this.contract });
  }

  /** To so many seconds after the beginning of an epoch; the hub is not told. */
  go(epoch: number, second = 0): void {
    const by = epoch * epochSeconds + second - this.net.now();
    if (by > 0) this.net.advance(by);
  }
  /** Turns until nothing is under way on the ledger, which closes for each transaction; and not for ever, if it takes none. */
  async turn(): Promise<void> {
    for (let i = 0; i < turnsMax; i++) if (!(await this.rewards.turn())) return;
  }

  /** Lives on until then, with turns of the hub every quarter of an epoch. */
  async live(epoch: number, second = 0): Promise<void> {
    const end = epoch * epochSeconds + second;
    for (;;) {
      await this.turn();
      const left = end - this.net.now();
      if (left <= 0) return;
      this.net.advance(Math.min(left, epochSeconds / 4));
    }
  }

  async node(): Promise<TestNode> {
    const node = new TestNode(this);
    this.nodes.push(node);
    const issued = { node: node.id, serial: '1', notAfter: 0 } as Parameters<typeof putNode>[1]['issued'];
    await putNode(this.database.db, { issued, publicKey: node.publicKey, name: 'roof', gateway: false, invite: '', now: this.now });
    return node;
  }
  revoke(node: TestNode): void {
    this.#outcasts.add(node.id);
  }
  enrol(...devices: string[]): void {
    for (const device of devices) this.#devices.add(device);
  }

  /** Telemetry of a device at `origin` reaches the hub. */
  async arrive(origin: TestNode, ranges: readonly EntryRange[], { device = 'meter-1', via = null as TestNode | null } = {}): Promise<void> {
    const rows = ranges.flatMap((range) =>
      Array.from({ length: range.count }, (_, i) => ({
        ...({ table: 'telemetry', device, kind: 'telemetry', fingerprint: null, dup: false, late: false, ageMs: 5, payload: Buffer.from('x') } as const),
        ...{ entryId: `${range.origin}.${range.incarnation}.${range.class}.${range.first + i}`, node: origin.id, receivedAt: this.now, via: via?.id ?? null },
      })),
    );
    const enrolled = this.#devices.has(device) ? [device] : [];
    await this.database.db.transaction((session) => writeGathered(session, { rows, changes: [], enrolled }));
  }

  async say(node: TestNode, message: FromNode): Promise<void> {
    await this.post(node, message);
    await this.turn();
  }

  /** Into the hub's inbox; it has not looked yet. */
  async post(node: TestNode, message: FromNode): Promise<void> {
    const row = { table: 'rewards', subject: node.id, node: node.id, receivedAt: this.now } as const;
    const entryId = `${node.id}.1.2.${++this.#entries}`;
    await this.database.db.transaction((session) =>
      writeGathered(session, { rows: [{ ...row, entryId, payload: encodeMessage(message) }], changes: [], enrolled: [] }),
    );
  }

  range(origin: TestNode, first: number, count: number): EntryRange {
    return { origin: origin.id as NodeId, incarnation: 1 as Incarnation, class: 1, first, count };
  }
  ranges(text: string): EntryRange[] {
    const bytes = Buffer.from(text, 'base64');
    return Array.from({ length: bytes.length / 21 }, (_, i) => {
      const at = bytes.subarray(i * 21, i * 21 + 21);
      return {
        origin: at.toString('hex', 0, 8) as NodeId,
        incarnation: at.readUInt32BE(8) as Incarnation,
        class: at.readUInt8(12) as EntryRange['class'],
        first: at.readUIntBE(13, 6),
        count: at.readUInt16BE(19),
      };
    });
  }

  /** XLM from the faucet, to an account or the contract. */
  async give(to: string, xlm: number): Promise<void> {
    const { wallet, chain } = this.rewards.ledger;
    const faucet: Signer = { address: this.net.faucet.publicKey(), sign: async (digest) => this.net.faucet.sign(digest) };
    const gift = await wallet.preparePayment(chain, { from: faucet.address, to, amountStroops: BigInt(xlm * 1e7), create: true });
    if ('refused' in gift) throw new Error(gift.refused);
    const sent = await wallet.settle(chain, wallet.submissionOf(await wallet.signTransaction(chain, gift.prepared, faucet)), { sleep: noSleep });
    if (sent.state.at !== 'confirmed') throw new Error(JSON.stringify(sent.state));
  }
  /** A call that somebody else brings to the ledger. */
  async bring(call: Call<unknown>): Promise<void> {
    const { wallet, chain } = this.rewards.ledger;
    const faucet: Signer = { address: this.net.faucet.publicKey(), sign: async (digest) => this.net.faucet.sign(digest) };
    const prepared = await wallet.prepareCall(chain, call, { source: faucet.address });
    if ('refused' in prepared) throw new Error(JSON.stringify(prepared, (_, value) => (typeof value === 'bigint' ? value.toString() : value)));
    const sent = await wallet.settle(chain, wallet.submissionOf(await wallet.signTransaction(chain, prepared.prepared, faucet)), { sleep: noSleep });
    if (sent.state.at !== 'confirmed') throw new Error(JSON.stringify(sent.state));
  }
  async wallet(name: string): Promise<string> {
    const { signerOf } = await import('@energymesh/wallet/keystore');
    const { address } = signerOf(Buffer.from(seed(name), 'hex'));
    await fund(this.net, address);
    return address;
  }
  async balance(address: string): Promise<bigint> {
    const { wallet, chain } = this.rewards.ledger;
    return (await wallet.readAccount(chain, address)).account?.balanceStroops ?? 0n;
  }
}

async function fund(net: Localnet, address: string): Promise<void> {
  const response = await fetch(`${net.friendbotUrl}?addr=${address}`);
  if (!response.ok) throw new Error(await response.text());
}
