import type { RewardTerms } from '@energymesh/identity';
import { type EpochReading, type NeighbourView, strictly, type VerifySignature, type VouchRequest } from '@energymesh/protocol';
import { encodeMessage, type FromNode, readTold, type ToldTo } from '@energymesh/rewards';
import type { Logger } from 'pino';
import type { Clock, NodeKeys } from '../ports.ts';
import type { LedgerCall, RewardBook } from '../reward-book.ts';
import { type Chain, ChainAway, type Cosign, type Ledger, type WalletChain } from '../reward-ports.ts';
import { Asks } from './asks.ts';
import { Errands } from './errands.ts';
import { Governance } from './governance.ts';
import { ReceiptJournal } from './journal.ts';
import { type ClaimPolicy, HourKeeper } from './keeper.ts';
import { Loop } from './loop.ts';
import { LedgerReader } from './reader.ts';
import { RuleBook } from './rule-book.ts';
import { settleCall } from './settling.ts';
import { Sightings } from './sightings.ts';
import { type CallOutcome, Submitter } from './submitter.ts';
import { domainOf, sha256 } from './terms.ts';
import { hear } from './told.ts';
import { type Vault, Wallet, type WalletInput } from './wallet.ts';
import { type SubmitMode, wayOf } from './way.ts';

/** A way to the ledger for one contract. */
export interface WayToLedger {
  readonly ledger: Ledger;
  /** Of the node's own account; undefined: there is no wallet. */
  readonly own: (Chain & WalletChain) | undefined;
}

export interface AccountOptions {
  readonly terms: RewardTerms;
  readonly book: RewardBook;
  readonly node: Uint8Array;
  readonly sign: (data: Uint8Array) => Uint8Array;
  readonly verify: VerifySignature;
  readonly keys: NodeKeys;
  readonly neighbours: () => readonly NeighbourView[];
  /** Undefined while the clock is not trusted. */
  readonly epoch: () => EpochReading | undefined;
  readonly publish: (payload: Uint8Array) => Promise<void>;
  /** Opened when it is first needed; undefined: no server is named. Rejects with ChainAway. */
  readonly way: () => Promise<WayToLedger | undefined>;
  readonly cosign: Cosign;
  readonly vault: Vault;
  readonly input: WalletInput;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: RewardSettings;
  readonly onChange: () => void;
  readonly onStoreError: (error: unknown) => void;
}
export interface RewardSettings {
  readonly claims: ClaimPolicy;
  /** auto: by the hub, and by this node itself while the hub is silent and the wallet can pay. */
  readonly submit: SubmitMode;
  /** "own": the wallet of this node, made if there is none; "ask": as the operator says; else an address. What the operator says later stands above it. */
  readonly payout: string;
}

/** A server that does not answer. */
const answerMs = 20_000;

/** Everything about one contract: from the receipts to the money. What it knows is in its book; closed and opened again it goes on. */
export class Account implements AsyncDisposable {
  readonly terms: RewardTerms;
  readonly book: RewardBook;
  readonly rules: RuleBook;
  readonly journal: ReceiptJournal;
  readonly keeper: HourKeeper;
  readonly errands: Errands;
  readonly reader: LedgerReader;
  readonly wallet: Wallet;
  readonly governance: Governance;
  readonly asks: Asks;
  readonly submitter: Submitter;
  readonly #o: AccountOptions;
  readonly #sightings: Sightings;
  readonly #toldTo: ToldTo;
  readonly #hubKey: Uint8Array;
  /** As the ledger verifies. */
  readonly #verify: VerifySignature;
  readonly #counters: Record<string, number> = {};
  readonly #near: Loop;
  readonly #far: Loop;
  readonly #ending = new AbortController();
  #ledgerAway = true;
  #readAt = Number.NEGATIVE_INFINITY;
  /** When the hub last said something: after a restart it is listened for anew. */
  #heardAt: number;

  constructor(options: AccountOptions) {
    this.#o = options;
    const { terms, book, clock, keys, node, sign, verify, neighbours, epoch, onStoreError, onChange, settings, logger } = options;
    this.terms = terms;
    this.#toldTo = { domain: domainOf(terms), node, sha256 };
    this.#hubKey = Buffer.from(terms.hubKey, 'hex');
    this.#verify = strictly(verify);
    this.#heardAt = clock.wall();
    this.book = book;
    const wall = (): number => clock.wall();
    const send = (message: FromNode): Promise<void> => this.#send(message);
    const bring = (call: LedgerCall): boolean => this.#bring(call);
    const via = () =>
      wayOf(settings.submit, {
        keeper: this.keeper,
        account: this.#ledgerAway ? undefined : this.wallet.account?.now,
        now: wall(),
        heardAt: this.#heardAt,
        epochSeconds: terms.epochSeconds,
      });
    const count = (name: string, by?: number): void => this.#count(name, by);
    this.rules = new RuleBook(book);
    this.journal = new ReceiptJournal({ terms, ownKey: node, keys, verify: this.#verify, book, clock, onStoreError });
    this.#sightings = new Sightings({ clock, epoch, epochSeconds: terms.epochSeconds, neighbours, book, onStoreError });
    this.keeper = new HourKeeper({
      ...{ terms, node, sign, book, epoch, send, via, bring, wall, onChange, count },
      journal: this.journal,
      circumstances: (of) => this.rules.circumstances(of, node, this.#ledgerAway),
      mayVouch: (next) => this.#mayVouch(next),
      claims: settings.claims,
    });
    this.errands = new Errands({
      ...{ book, epochSeconds: terms.epochSeconds, send, via, bring, wall, onChange },
      registered: () => this.rules.standing?.registered === true,
    });
    this.submitter = new Submitter({
      book,
      chain: async () => (await options.way())?.own,
      wall,
      onCall: (call, outcome) => this.#called(call, outcome),
      onChange,
    });
    this.wallet = new Wallet({
      ...{ vault: options.vault, input: options.input, cosign: options.cosign, book, wall, onChange },
      chain: async () => (await options.way())?.own,
      submitter: this.submitter,
    });
    const ledger = async () => (await options.way())?.ledger;
    this.reader = new LedgerReader({
      ...{ book, wall, onChange, ledger },
      ...{ rules: this.rules, keeper: this.keeper, errands: this.errands },
      epoch: () => epoch()?.epoch,
      epochSeconds: terms.epochSeconds,
      onProposal: (id) => this.governance.heard(id),
    });
    this.asks = new Asks({
      ...{ terms, node, sign, book, wall, rules: this.rules, errands: this.errands, wallet: this.wallet, keeper: this.keeper },
      epoch: () => epoch()?.epoch,
    });
    this.governance = new Governance({ book, ledger, epoch: () => epoch()?.epoch, wall, onChange });
    const failed = (what: string) => (error: unknown) => {
      count(`${what}-failed`);
      logger.warn({ err: error, what }, 'rewards: tried again later');
    };
    this.#near = new Loop({ clock, work: () => this.#turnNear(), restMs: () => this.#nearRestMs(), onError: failed('turn') });
    this.#far = new Loop({ clock, work: (signal) => this.#turnFar(signal), restMs: () => this.#farRestMs(), onError: failed('ledger') });
  }

  start(): void {
    const { settings } = this.#o;
    if (settings.payout !== 'ask' && this.#o.book.note('payout') === undefined) this.wallet.choosePayout(settings.payout);
    this.#near.start();
    this.#far.start();
  }

  counters(): Readonly<Record<string, number>> {
    const { kept, packets, forged, full, late } = this.journal.counters;
    return { ...this.#counters, receipts: kept, receiptPackets: packets, forgedReceipts: forged, receiptsFull: full, lateReceipts: late };
  }

  /** Something may have to be done at once. */
  poke(): void {
    this.#near.poke();
  }
  /** The ledger may have news. */
  look(): void {
    this.reader.stale();
    this.#readAt = Number.NEGATIVE_INFINITY;
    this.#far.poke();
  }

  /** Somebody waits for something of the ledger. */
  lookSoon(): void {
    this.#readAt = Number.NEGATIVE_INFINITY;
    this.#far.poke();
  }

  /** Resolves when the ledger was asked, or could not be. */
  async refreshWallet(): Promise<void> {
    await this.wallet.turn(AbortSignal.timeout(answerMs)).catch((error: unknown) => {
      if (!(error instanceof ChainAway) && (error as Error).name !== 'TimeoutError') throw error;
    });
  }

  /** A neighbour signed. */
  receipt(receipt: Parameters<ReceiptJournal['take']>[0]): void {
    this.journal.take(receipt);
  }

  /** A gateway's hop: the hub may sign. What cannot be asked now is not asked again: its packets earn nothing for this hop. */
  wanted(request: VouchRequest, text: string): void {
    this.#send({ kind: 'vouch', epoch: request.epoch, seq: request.seq, ranges: text }).catch(() => this.#count('unvouched-by-hub'));
  }

  /** What the hub said. Durable when it resolves; what is none of its messages, or in its name by another, is counted and dropped. */
  async told(payload: Uint8Array): Promise<void> {
    const told = readTold(payload, this.#toldTo, (message, signature) => this.#verify(this.#hubKey, message, signature));
    if (told === undefined) return this.#count('malformed');
    if (told === 'forged') return this.#count('forged');
    this.#heardAt = this.#o.clock.wall();
    const { keeper, journal, errands, rules, wallet } = this;
    await hear(told, {
      keeper,
      journal,
      errands,
      rules,
      wallet,
      send: (message) => this.#send(message),
      wall: () => this.#o.clock.wall(),
      count: (name) => this.#count(name),
    });
    if (told.kind !== 'voucher') this.poke();
  }

  claimNow(): number {
    const hours = this.keeper.claimNow();
    this.poke();
    return hours;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort(new Error('the node is stopping'));
    this.#sightings[Symbol.dispose]();
    await Promise.all([this.#near.stop(), this.#far.stop()]);
    this.journal[Symbol.dispose]();
  }

  async #turnNear(): Promise<boolean> {
    if (!this.#o.epoch()) return true;
    await this.asks.turn();
    // First what people wait for: an own account has one transaction under way at a time.
    await this.errands.turn();
    const done = await this.keeper.turn();
    if (this.submitter.open) this.#far.poke();
    return done;
  }

  async #turnFar(signal: AbortSignal): Promise<boolean> {
    const until = AbortSignal.any([signal, AbortSignal.timeout(answerMs)]);
    try {
      await this.submitter.turn(until);
      // A transaction is looked at every few seconds, everything else in its time.
      const now = this.#o.clock.monotonic();
      if (this.submitter.open && now < this.#readAt + this.#readEveryMs()) return true;
      this.#readAt = now;
      const all = await this.reader.turn(until);
      this.#ledgerAway = this.reader.now.why !== undefined || this.reader.now.at === undefined;
      await this.wallet.turn(until);
      await this.governance.turn(until);
      this.#near.poke();
      return all;
    } catch (error) {
      this.#ledgerAway = true;
      if (error instanceof ChainAway || (error as Error).name === 'TimeoutError') return true;
      throw error;
    }
  }

  /** When what is under way is done; the next turn comes by the clock. */
  async atRest(): Promise<void> {
    await Promise.all([this.#near.atRest(), this.#far.atRest()]);
  }

  /** Shortly after an hour closes; else now and then. */
  #nearRestMs(): number {
    const epochMs = this.terms.epochSeconds * 1000;
    const closes = this.keeper.closesInMs();
    return Math.min(30_000, Math.max(250, epochMs / 40), closes === undefined ? Number.POSITIVE_INFINITY : Math.max(50, closes));
  }

  #farRestMs(): number {
    return this.submitter.open ? Math.min(3000, Math.max(500, this.terms.epochSeconds * (1000 / 60))) : this.#readEveryMs();
  }

  #readEveryMs(): number {
    return Math.min(300_000, Math.max(1000, this.terms.epochSeconds * (1000 / 12)));
  }

  #bring(call: LedgerCall): boolean {
    const taken = this.submitter.bring(call);
    if (taken) this.#far.poke();
    return taken;
  }

  #called(call: LedgerCall, outcome: CallOutcome): void {
    this.#count(`call-${call.name}-${outcome.at}`);
    if (outcome.at !== 'confirmed') this.#o.logger.info({ call: call.name, ...outcome }, 'rewards: a call of this node');
    settleCall(call, outcome, this);
    this.look();
  }

  async #mayVouch(next: string): Promise<boolean | undefined> {
    const known = this.rules.mayVouch(next);
    // One that does not answer is not waited for at each of them.
    if (known || this.#ledgerAway) return known;
    try {
      const ledger = (await this.#o.way())?.ledger;
      const member = await ledger?.isMember(next, AbortSignal.any([this.#ending.signal, AbortSignal.timeout(answerMs)]));
      if (member) this.rules.learnVoucher(next);
      return member ?? known;
    } catch {
      this.#ledgerAway = true;
      return known;
    }
  }

  async #send(message: FromNode): Promise<void> {
    await this.#o.publish(encodeMessage(message));
    this.#count(`sent-${message.kind}`);
  }

  #count(name: string, by = 1): void {
    this.#counters[name] = (this.#counters[name] ?? 0) + by;
  }
}
