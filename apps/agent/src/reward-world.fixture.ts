import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RewardTerms } from '@energymesh/identity';
import type { EntryRange, Incarnation, NeighbourView, NodeId, Params } from '@energymesh/protocol';
import { encodeTold, type Told } from '@energymesh/rewards';
import { pino } from 'pino';
import { VirtualClock } from './clock.fixture.ts';
import { Key, plainVerify } from './key.fixture.ts';
import type { Clock } from './ports.ts';
import type { RewardBook } from './reward-book.ts';
import type { Chain, WalletChain } from './reward-ports.ts';
import { Account, type RewardSettings, type WayToLedger } from './rewards/account.ts';
import { ToyContract } from './rewards/contract.fixture.ts';
import { ToyHub } from './rewards/hub.fixture.ts';
import { domainOf, sha256 } from './rewards/terms.ts';
import { receiptBytes, Vouching } from './rewards/vouching.ts';
import type { Vault, VaultState } from './rewards/wallet.ts';
import { Store } from './store/store.ts';

export const epochSeconds = 3600;
export const hourMs = epochSeconds * 1000;
export const own = `G${'A'.repeat(55)}`;

export const range = (first: number, count: number, origin = '1111111111111111'): EntryRange => ({
  origin: origin as NodeId,
  incarnation: 1 as Incarnation,
  class: 1,
  first,
  count,
});

/** Called before every step that lasts; throws to kill. */
export type Step = (what: string) => void;

export interface WorldOptions {
  readonly params?: Partial<Params>;
  readonly settings?: Partial<RewardSettings>;
  /** Whether this node has a way to the ledger. */
  readonly ledger?: boolean;
  readonly chain?: (contract: ToyContract, node: Key) => Chain & WalletChain;
  readonly step?: Step;
}

/** One node with its book, a hub and a contract, in virtual time that begins with an hour. */
export class World implements AsyncDisposable {
  readonly clock = new VirtualClock(Date.UTC(2026, 10, 22, 12));
  readonly node = new Key('node');
  readonly neighbour = new Key('neighbour');
  readonly hubKey = new Key('hub');
  readonly terms: RewardTerms = {
    network: 'EnergyMesh Local Network ; not real',
    contract: `C${'A'.repeat(55)}`,
    hubKey: this.hubKey.hex,
    epochSeconds,
    rpc: [],
  };
  readonly contract: ToyContract;
  readonly hub: ToyHub;
  readonly vault = new ToyVault();
  readonly errors: unknown[] = [];
  trusted = true;
  neighbours: NeighbourView[] = [];
  account!: Account;
  readonly #folder = mkdtempSync(join(tmpdir(), 'em-rewards-'));
  readonly #store: Store;
  readonly #options: WorldOptions;
  #life: Life | undefined;
  #sequence = 0;
  #entry = 1;

  constructor(options: WorldOptions = {}) {
    this.#options = options;
    this.#store = Store.open(join(this.#folder, 'state.db'));
    this.contract = new ToyContract(this.terms, () => this.clock.wall(), options.params);
    this.contract.join(this.neighbour.hex);
    this.hub = new ToyHub(this.contract, this.hubKey, this.node.raw);
    this.start();
  }

  get epoch(): number {
    return this.contract.epoch;
  }
  get book(): RewardBook {
    return this.#store.rewards.open(this.terms, 0);
  }
  get vouching(): Vouching {
    const { node, terms } = this;
    return new Vouching({
      terms: () => terms,
      reading: () => ({ now: this.clock.wall(), trusted: this.trusted }),
      ownKey: node.raw,
      keys: { publicKey: (id) => this.#keyOf(id) },
      sign: node.sign,
    });
  }

  /** The node comes to life, with what its book knows. */
  start(): void {
    const life = new Life(this.clock);
    this.#life = life;
    const { settings, ledger = true, chain } = this.#options;
    const step = (what: string): void => {
      life.expectAlive();
      try {
        this.#options.step?.(what);
      } catch (error) {
        life.end();
        throw error;
      }
      life.expectAlive();
    };
    const { node, terms, contract, clock } = this;
    const way: WayToLedger | undefined = ledger ? { ledger: contract.ledger(), own: chain?.(contract, node) } : undefined;
    this.account = new Account({
      terms,
      book: stepwise(this.#store.rewards.open(terms, clock.wall()), writes, step),
      node: node.raw,
      sign: node.sign,
      verify: plainVerify,
      keys: { publicKey: (id) => this.#keyOf(id) },
      neighbours: () => this.neighbours,
      epoch: () => this.vouching.epoch(),
      publish: async (payload) => {
        step('send');
        this.hub.take(payload);
      },
      way: async () => way,
      cosign: async (unsigned) => ((unsigned as { envelope: string }).envelope === 'AAAA' ? { hash: 'ab'.repeat(32), envelope: 'BBBB' } : undefined),
      vault: this.vault,
      input: { amount: () => 1n, isPayout: () => true, link: ({ address }) => `web+stellar:pay?destination=${address}` },
      clock: life,
      logger: pino({ level: 'silent' }),
      settings: { claims: { everyEpochs: 24, aboveStroops: 10_000_000n }, submit: 'hub', payout: own, ...settings },
      onChange: () => {},
      onStoreError: (error) => this.errors.push(error),
    });
    this.account.start();
  }

  /** Without a goodbye: what is on disk is what remains. */
  kill(): void {
    this.#life?.end();
  }
  get killed(): boolean {
    return this.#life?.ended ?? true;
  }

  /** Time passes; the hub works every minute of it. */
  async pass(ms: number, everyMs = 60_000): Promise<void> {
    for (let left = ms; left > 0; left -= everyMs) {
      this.clock.advance(Math.min(left, everyMs));
      await quiet();
      for (const told of this.hub.turn()) await this.tell(told);
      await quiet();
    }
  }
  /** To the first second of a later hour, by default the next. */
  async passTo(epoch = this.epoch + 1): Promise<void> {
    await this.pass(epoch * hourMs - this.clock.wall());
  }

  /** What is lost with a node that is killed is told again, as the broker has it. */
  async tell(told: Told): Promise<void> {
    for (let tries = 0; tries < 3; tries++) {
      if (this.killed) this.start();
      try {
        await this.account.told(this.fromHub(told));
        return;
      } catch (error) {
        if (!this.killed) throw error;
      }
    }
    throw new Error('never heard');
  }

  /** As it comes through a gateway. */
  fromHub(told: Told, by = this.hubKey): Uint8Array {
    return encodeTold(told, { domain: domainOf(this.terms), node: this.node.raw, sha256 }, by.sign);
  }

  /** The neighbour signs for packets of this node. */
  carry(packets: number, { epoch = this.epoch, by = this.neighbour }: { epoch?: number; by?: Key } = {}): void {
    for (let left = packets; left > 0; left -= 256) {
      const count = Math.min(256, left);
      const request = { epoch, seq: ++this.#sequence, ranges: [range(this.#entry, count)] };
      this.#entry += count + 1;
      const signature = by.sign(receiptBytes(domainOf(this.terms), { relay: this.node.raw, next: by.raw, request }));
      this.account.receipt({ next: by.id as NodeId, request, signature });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    this.#store[Symbol.dispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #keyOf(id: NodeId): Uint8Array | undefined {
    return [this.neighbour, this.node, ...this.strangers].find((key) => key.id === id)?.raw;
  }
  readonly strangers: Key[] = [];
}

/** What is under way comes to rest: everything here answers at once. */
export async function quiet(): Promise<void> {
  for (let i = 0; i < 6; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** A node's time: stands still for it when it is killed. */
class Life implements Clock {
  readonly #clock: VirtualClock;
  readonly #timers = new Set<() => void>();
  ended = false;
  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }
  monotonic(): number {
    return this.#clock.monotonic();
  }
  wall(): number {
    return this.#clock.wall();
  }
  after(ms: number, run: () => void): () => void {
    if (this.ended) return () => {};
    const cancel = this.#clock.after(ms, () => {
      this.#timers.delete(cancel);
      run();
    });
    this.#timers.add(cancel);
    return () => {
      this.#timers.delete(cancel);
      cancel();
    };
  }
  expectAlive(): void {
    if (this.ended) throw new Error('dead');
  }
  end(): void {
    this.ended = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }
}

const writes = [
  'addReceipts',
  'dropReceipts',
  'saveSightings',
  'forget',
  'prune',
  'saveHour',
  'saveValues',
  'saveErrand',
  'saveSubmission',
  'setNote',
  'addMovements',
];

function stepwise<T extends object>(target: T, names: readonly string[], step: Step): T {
  return new Proxy(target, {
    get(of, name) {
      const method = Reflect.get(of, name, of) as unknown;
      if (typeof method !== 'function') return method;
      return (...values: unknown[]) => {
        if (names.includes(String(name))) step(String(name));
        return (method as (...values: unknown[]) => unknown).apply(of, values);
      };
    },
  });
}

/** A wallet without secrets. */
export class ToyVault implements Vault {
  state: VaultState = { at: 'none' };
  async create(): Promise<void> {
    this.state = { at: 'unconfirmed', address: own, shown: false, ask: [1, 5, 9], words: 24 };
  }
  async phrase(): Promise<readonly string[]> {
    return ['abandon', 'ability'];
  }
  async confirm(): Promise<boolean> {
    this.state = { at: 'confirmed', address: own };
    return true;
  }
  async restore(): Promise<void> {
    this.state = { at: 'confirmed', address: own };
  }
  async startOver(): Promise<void> {
    await this.create();
  }
}
