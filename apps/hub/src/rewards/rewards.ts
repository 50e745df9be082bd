import type { RewardTerms } from '@energymesh/identity';
import { type Domain, defaultParams, epochsKept, epochsLapsed, partOf } from '@energymesh/protocol';
import { readFromNode, type Told } from '@energymesh/rewards';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Database, Session } from '../store/database.ts';
import { allNodes, nodeBy } from '../store/members.ts';
import { answerAppeal } from '../store/rewards/appeals.ts';
import { addHeardByHub, dropArrivals, type SumUp } from '../store/rewards/arrivals.ts';
import { dropAsks } from '../store/rewards/asks.ts';
import { dropHomes, nameHome } from '../store/rewards/homes.ts';
import { dropHours, hoursToJudge } from '../store/rewards/hours.ts';
import { doneInInbox, nextInInbox } from '../store/rewards/inbox.ts';
import { allRewardNodes } from '../store/rewards/nodes.ts';
import { dropValues, knownParams, paramsAt, putParams } from '../store/rewards/rule.ts';
import { dropTransactions, openTransactions } from '../store/rewards/transactions.ts';
import { Tally } from '../tally.ts';
import { backoff } from './backoff.ts';
import type { RewardsConfig } from './config.ts';
import { type Followed, Follower } from './follower.ts';
import { Intake } from './intake.ts';
import { judgeHour } from './judge.ts';
import type { RewardKeys } from './keys.ts';
import { type AccountName, Ledger, LedgerAway } from './ledger.ts';
import { graceMs, RewardPlan } from './plan.ts';
import { TransactionQueue } from './queue.ts';
import { Reconciler } from './reconcile.ts';
import { SponsorDesk } from './sponsor-desk.ts';
import { Teller } from './teller.ts';
import { domainOf } from './terms.ts';
import { HubChain } from './values.ts';

interface Answer {
  readonly node: string;
  readonly told: Told;
}

export interface RewardsOptions {
  readonly config: RewardsConfig;
  readonly keys: RewardKeys;
  readonly terms: RewardTerms;
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Logger;
  /** Resolves when the broker has it for the node's session. */
  readonly publish: (node: string, payload: Uint8Array) => Promise<void>;
  readonly isMember: (node: string) => boolean;
  /** `sumUpArrivals`, wherever the database is. */
  readonly sumUp: (options: SumUp) => Promise<boolean>;
  /** Nodes that are connected to the broker themselves. */
  readonly present: () => readonly string[];
  /** Tests cut what goes to the ledger. */
  readonly fetch?: typeof globalThis.fetch;
}

/** Messages worked on in one transaction. */
const messagesAtOnce = 50;
const judgedPerTurn = 64;
/** Transactions begun and settled in one turn, where the ledger is quick. */
const stepsPerTurn = 64;
/** No shorter than an hour can hang in the air: proved a week late, it is claimed forty days later. */
const epochsOfHours = epochsKept + epochsLapsed;
const epochsOfArrivals = epochsKept + 8;

/** Rewards of a community: what nodes say, what arrived, what goes to the ledger and what comes of it. docs/hub.md "Rewards" */
export class Rewards {
  readonly refused = new Tally();
  readonly #o: RewardsOptions;
  readonly #ledger: Ledger;
  readonly #domain: Domain;
  readonly #chain: HubChain;
  readonly #intake: Intake;
  readonly #follower: Follower;
  readonly #reconciler: Reconciler;
  readonly #queue: TransactionQueue;
  readonly #teller: Teller;
  readonly #sponsors: SponsorDesk;
  #anchorEpoch: number | undefined;
  #fault: RewardsFault | undefined;
  /** The server has fewer ledgers than were read. */
  #behind = false;
  #ledgerTime: number | undefined;
  #away = { tries: 0, until: 0, why: '' };
  #tidied = -1;
  #heard = { in: '', nodes: new Set<string>() };
  #balances: Record<AccountName, string | null> = { fees: null, sponsor: null };
  #balancesAt = Number.NEGATIVE_INFINITY;
  #busy: Promise<boolean> | undefined;

  private constructor(options: RewardsOptions, ledger: Ledger, chain: HubChain) {
    const { keys, terms, db, clock, log } = options;
    this.#o = options;
    this.#ledger = ledger;
    this.#chain = chain;
    this.#domain = domainOf(terms);
    const { epochSeconds } = terms;
    const now = () => clock.now();
    this.#intake = new Intake({ domain: this.#domain, keys, epochSeconds, wallet: ledger.wallet, epoch: () => this.epoch, now });
    this.#follower = new Follower({ db, ledger, epochSeconds });
    this.#reconciler = new Reconciler({ db, ledger, members: () => this.#memberKeys() });
    const planner = new RewardPlan({
      ...{ db, ledger, keys, chain, domain: this.#domain, epochSeconds, now },
      keyOf: (node) => this.#keyOf(node),
      anchorEpoch: () => this.#anchorEpoch,
      ledgerEpoch: () => this.ledgerEpoch ?? 0,
    });
    this.#queue = new TransactionQueue({ db, ledger, planner, clock, log });
    this.#teller = new Teller({
      ...{ db, clock, log, epochSeconds, publish: options.publish, refused: this.refused, domain: this.#domain, sign: keys.sign },
      keyOf: (node) => this.#keyOf(node),
      epoch: () => this.epoch,
    });
    this.#sponsors = new SponsorDesk({
      db,
      ledger,
      queue: this.#queue,
      teller: this.#teller,
      clock,
      log,
      sponsoredMax: options.config.sponsoredMax,
      epochSeconds,
    });
  }

  /** Asks nobody: a ledger that is away keeps no hub from starting. Throws ConfigError. */
  static async open(options: RewardsOptions): Promise<Rewards> {
    const { config, keys, terms } = options;
    const ledger = await Ledger.open(config, keys, terms.contract, options.fetch);
    return new Rewards(options, ledger, await HubChain.of(keys.chain.secret, keys.chain.length));
  }

  get ledger(): Ledger {
    return this.#ledger;
  }
  get terms(): RewardTerms {
    return this.#o.terms;
  }
  /** By the hub's clock. */
  get epoch(): number {
    return Math.floor(this.#o.clock.now() / 1000 / this.terms.epochSeconds);
  }
  /** By the newest ledger that was seen. */
  get ledgerEpoch(): number | undefined {
    return this.#ledgerTime === undefined ? undefined : Math.floor(this.#ledgerTime / this.terms.epochSeconds);
  }

  /** Last epoch for which there is a value in the hub's chain. */
  get chainEnds(): number | undefined {
    return this.#anchorEpoch === undefined ? undefined : this.#anchorEpoch + this.#chain.length;
  }
  /** Balances in stroops as of at most a minute ago; null: no such account, or nobody has asked yet. */
  get accounts(): Readonly<Record<AccountName, { readonly address: string; readonly balance: string | null }>> {
    const of = (name: AccountName) => ({ address: this.#ledger.address(name), balance: this.#balances[name] });
    return { fees: of('fees'), sponsor: of('sponsor') };
  }

  /** A person's word on an appeal, which its node is told. False: there is no such appeal. */
  async answerAppeal(node: string, epoch: number, text: string): Promise<boolean> {
    if (!(await answerAppeal(this.#o.db, node, epoch, text, this.#o.clock.now()))) return false;
    await this.#teller.send(node, { kind: 'asked', about: { kind: 'appeal', epoch }, state: 'done', text });
    return true;
  }

  /** Why nothing goes to the ledger; undefined: it can. */
  get hindrance(): Hindrance | undefined {
    if (this.#fault) return { kind: this.#fault };
    if (this.#away.tries > 0) return { kind: 'ledger-away', detail: this.#away.why };
    if (this.#behind) return { kind: 'ledger-behind' };
    const problem = this.#queue.problem ?? this.#sponsors.problem;
    return problem && { kind: problem };
  }

  /** One turn of everything; one at a time. Resolves to whether something is under way on the ledger. */
  turn(signal?: AbortSignal): Promise<boolean> {
    this.#busy ??= this.#turn(signal).finally(() => {
      this.#busy = undefined;
    });
    return this.#busy;
  }

  async #turn(signal?: AbortSignal): Promise<boolean> {
    await this.#near();
    const underWay = await this.#atLedger(signal);
    await this.#teller.turn();
    await this.#tidy();
    return underWay;
  }

  /** Only what needs no ledger: between two turns. */
  async nearTurn(): Promise<void> {
    if (this.#busy) return;
    this.#busy = this.#near()
      .then(() => false)
      .finally(() => {
        this.#busy = undefined;
      });
    await this.#busy;
  }

  async #atLedger(signal?: AbortSignal): Promise<boolean> {
    const now = this.#o.clock.now();
    // A clock that was put back holds nothing up.
    const longest = Math.min(awayMsMax, graceMs(this.terms.epochSeconds));
    if (now < this.#away.until && now >= this.#away.until - longest) return false;
    try {
      const underWay = await this.#far(signal);
      this.#away = { tries: 0, until: 0, why: '' };
      return underWay;
    } catch (error) {
      if (!(error instanceof LedgerAway)) throw error;
      const { tries } = this.#away;
      this.#away = { tries: tries + 1, until: now + backoff(tries, Math.min(awayMs, longest / 10), longest), why: error.message };
      if (tries === 0) this.#o.log.warn({ why: error.message }, 'rewards: the ledger is away');
      return false;
    }
  }

  /** What needs no ledger. */
  async #near(): Promise<void> {
    const { db } = this.#o;
    await this.#hear();
    await this.#sumUp();
    for (;;) {
      const messages = await nextInInbox(db, messagesAtOnce);
      if (messages.length === 0) return;
      let answers: readonly Answer[];
      try {
        answers = await this.#takeAll(messages);
      } catch {
        // One of them is more than we can bear: the others are taken without it.
        answers = [];
        for (const message of messages)
          answers = [...answers, ...(await this.#takeAll([message]).catch((error: unknown) => this.#failed(message.node, error)))];
      }
      for (const { node, told } of answers) await this.#teller.send(node, told);
      // Only now: killed before, they are taken and answered again.
      await doneInInbox(
        db,
        messages.map(({ seq }) => seq),
      );
      if (messages.length < messagesAtOnce) return;
    }
  }

  /** A mistake of ours: the message is no better the next time. */
  #failed(node: string, error: unknown): [] {
    this.refused.add('failed');
    this.#o.log.error({ err: error, node }, 'rewards: a message could not be taken');
    return [];
  }

  /** In one transaction. */
  #takeAll(messages: readonly { readonly node: string; readonly payload: Uint8Array }[]): Promise<Answer[]> {
    return this.#o.db.transaction(async (session) => {
      const answers: Answer[] = [];
      for (const { node, payload } of messages) {
        const message = readFromNode(payload);
        const publicKey = await this.#keyOf(node, session);
        if (!message || !publicKey) this.refused.add(message ? 'not-a-member' : 'malformed');
        else for (const told of await this.#intake.take(session, { node, publicKey }, message)) answers.push({ node, told });
      }
      return answers;
    });
  }

  /** Whoever is connected is heard, once in each sixtieth of an epoch. */
  async #hear(): Promise<void> {
    const { db, clock, present } = this.#o;
    const { epochSeconds } = this.terms;
    const part = partOf(clock.now(), epochSeconds);
    const key = `${this.epoch}.${part}`;
    if (this.#heard.in !== key) this.#heard = { in: key, nodes: new Set() };
    const fresh = present().filter((node) => !this.#heard.nodes.has(node));
    if (fresh.length === 0) return;
    await db.transaction((session) =>
      addHeardByHub(
        session,
        fresh.map((node) => ({ epoch: this.epoch, node, minutes: 1n << BigInt(part) })),
      ),
    );
    for (const node of fresh) this.#heard.nodes.add(node);
  }

  async #sumUp(): Promise<void> {
    const { db, clock, sumUp } = this.#o;
    const deviceQuota = (await knownParams(db, this.epoch))?.deviceQuota ?? defaultParams.deviceQuota;
    const { epochSeconds } = this.terms;
    while (await sumUp({ epochSeconds, deviceQuota, now: clock.now(), over: this.#over }));
  }

  /** Epochs before this one are over, and everything of them has come. */
  get #over(): number {
    const { epochSeconds } = this.terms;
    return Math.floor((this.#o.clock.now() - graceMs(epochSeconds)) / 1000 / epochSeconds);
  }

  /** A person's word on where a device belongs. */
  async nameHome(device: string, node: string): Promise<void> {
    await this.#o.db.transaction((session) => nameHome(session, device, node, this.epoch));
  }

  /** Of an enrolled node that is not revoked, hex. */
  async #keyOf(node: string, session: Session = this.#o.db): Promise<string | undefined> {
    if (!this.#o.isMember(node)) return undefined;
    const key = (await nodeBy(session, node))?.publicKey;
    return key ? Buffer.from(key).toString('hex') : undefined;
  }

  async #memberKeys(): Promise<string[]> {
    return (await allNodes(this.#o.db)).flatMap(({ publicKey }) => (publicKey ? [Buffer.from(publicKey).toString('hex')] : []));
  }

  async #far(signal?: AbortSignal): Promise<boolean> {
    this.#ledgerTime = await this.#ledger.time(signal);
    await this.#setUp(signal);
    await this.#askBalances(signal);
    if (this.#fault) return false;
    await this.#follow(signal);
    for (let steps = 0; steps < stepsPerTurn; steps++) {
      await this.#judge();
      if (!(await this.#queue.turn(signal))) break;
      await this.#follow(signal);
    }
    await this.#sponsors.turn(this.#ledgerTime, signal);
    return (await openTransactions(this.#o.db)).length > 0;
  }

  async #askBalances(signal?: AbortSignal): Promise<void> {
    const now = this.#o.clock.now();
    if (now < this.#balancesAt + balancesMs && now >= this.#balancesAt) return;
    const [fees, sponsor] = [await this.#ledger.balance('fees', signal), await this.#ledger.balance('sponsor', signal)];
    this.#balances = { fees: fees?.balance.toString() ?? null, sponsor: sponsor?.balance.toString() ?? null };
    this.#balancesAt = now;
  }

  /** Once: whether the contract is this hub's. */
  async #setUp(signal?: AbortSignal): Promise<void> {
    if (this.#anchorEpoch !== undefined && !this.#fault) return;
    const { db, keys, terms, log } = this.#o;
    const { call } = this.#ledger.wallet;
    const config = await this.#ledger.ask(call('config'), signal).catch((error: Error) => {
      if (error instanceof LedgerAway) throw error;
      return undefined;
    });
    const epoch = this.ledgerEpoch!;
    if (config && !(await knownParams(db, epoch))) await putParams(db, 0, await this.#ledger.params(epoch, signal));
    const anchor = Buffer.from(this.#chain.anchor).toString('hex');
    const fault = !config
      ? 'no-contract'
      : config.epochSeconds !== terms.epochSeconds
        ? 'epoch-seconds'
        : config.hubKey !== keys.hubKey
          ? 'another-hub'
          : config.anchor !== anchor
            ? 'another-chain'
            : undefined;
    if (fault && fault !== this.#fault) log.error({ fault, contract: terms.contract }, 'rewards: the contract is not of this hub');
    this.#fault = fault;
    if (!fault) this.#anchorEpoch = config?.anchorEpoch;
  }

  async #follow(signal?: AbortSignal): Promise<void> {
    let followed: Followed;
    do followed = await this.#follower.turn(signal);
    while (followed === 'more');
    this.#behind = followed === 'ahead';
    while (!(await this.#reconciler.turn(this.ledgerEpoch!, signal)));
  }

  async #judge(): Promise<void> {
    const { db, keys, config } = this.#o;
    const hours = await hoursToJudge(db, { before: this.#over, incompleteBefore: this.epoch - 1, limit: judgedPerTurn });
    if (hours.length === 0) return;
    await this.#sumUp();
    const nodes = await allRewardNodes(db);
    const registered = new Set(nodes.map(({ publicKey }) => publicKey));
    for (const hour of hours) {
      const node = nodes.find((one) => one.node === hour.node);
      if (!node) continue;
      const params = await paramsAt(db, hour.epoch);
      const onProbation = hour.epoch < node.probationFrom + params.probationEpochs;
      const value = this.#anchorEpoch === undefined ? undefined : this.#chain.at(hour.accepted! + 1 - this.#anchorEpoch);
      const of = { hubKey: keys.hubKey, publicKey: node.publicKey, secret: keys.chain.secret, challenge: config.challenge };
      await db.transaction((session) => judgeHour(session, hour, { ...of, params, epoch: this.epoch, onProbation, registered, value }));
    }
  }

  /** Once an epoch: what is too old to matter goes. */
  async #tidy(): Promise<void> {
    const { db, clock } = this.#o;
    const { epoch } = this;
    if (this.#tidied === epoch) return;
    this.#tidied = epoch;
    const old = clock.now() - epochsOfHours * this.terms.epochSeconds * 1000;
    await dropArrivals(db, epoch - epochsOfArrivals);
    await dropHomes(db, epoch - epochsOfArrivals);
    await dropHours(db, epoch - epochsOfHours);
    await dropValues(db, epoch - epochsOfHours);
    await dropAsks(db, old);
    await dropTransactions(db, old);
  }
}

/** `no-contract`: nothing answers at its address; the others: it was not deployed with this hub's configuration and keys. */
export type RewardsFault = 'no-contract' | 'epoch-seconds' | 'another-hub' | 'another-chain';
export interface Hindrance {
  readonly kind: RewardsFault | 'ledger-away' | 'ledger-behind' | 'source-missing' | 'insufficient' | 'too-dear';
  readonly detail?: string;
}
const balancesMs = 60_000;
/** A ledger that does not answer is asked again after this, doubling, to ten minutes of an hour. */
const awayMs = 5000;
const awayMsMax = 600_000;
