import { epochsKept } from '@energymesh/protocol';
import type { RewardBook } from '../reward-book.ts';
import type { ChainEvents, ChainViews, EventPosition, LedgerEvent } from '../reward-ports.ts';
import { ChainAway } from '../reward-ports.ts';
import type { Errands } from './errands.ts';
import type { HourKeeper } from './keeper.ts';
import { isHearsay, type News, reconcile } from './news.ts';
import { RuleBook } from './rule-book.ts';

const streams = ['common', 'own'] as const;
type StreamName = (typeof streams)[number];
/** Pages read of one stream before the other has its turn. */
const pagesPerTurn = 4;
/** Hours asked for one by one in a turn. */
const asksPerTurn = 16;
/** How far back hours are looked for that this node has no record of: a year. */
const backEpochs = 8760;
/** The hub's word is believed so long: events take a moment. */
const hearsayEpochs = 2;

const heardEveryMs = 15 * 60_000;

/** Where reading stands; kept in the book. */
interface Marks {
  readonly positions: Readonly<Partial<Record<StreamName, EventPosition>>>;
  /** Hours below are not known here, unless the ledger had them: from this epoch on the node's own book is whole. */
  readonly knownFrom: number;
  /** Hours of after a gap, still to be asked for: descending from, down to. */
  readonly asking?: { readonly from: number; readonly to: number } | undefined;
  readonly at?: number | undefined;
  readonly differs: boolean;
  readonly unread: number;
}

export interface ReaderOptions {
  readonly book: RewardBook;
  readonly rules: RuleBook;
  readonly keeper: Pick<HourKeeper, 'learn' | 'replace' | 'record' | 'open' | 'refresh'>;
  readonly errands: Pick<Errands, 'answered' | 'get'>;
  /** Undefined: no way to the ledger is known. */
  readonly ledger: () => Promise<(ChainEvents & ChainViews) | undefined>;
  readonly onProposal: (id: number) => void;
  readonly epochSeconds: number;
  /** The running epoch; undefined while the clock is not trusted. */
  readonly epoch: () => number | undefined;
  readonly wall: () => number;
  readonly onChange: () => void;
}

export interface LedgerNow {
  /** Unix milliseconds of the last answer. */
  readonly at: number | undefined;
  readonly upToDate: boolean;
  readonly why: string | undefined;
  readonly differs: boolean;
  readonly knownFrom: number;
}

/** Writes the ledger's word into the hours: by its events, and where the server has forgotten those, by asking the contract hour by hour. */
export class LedgerReader {
  readonly #o: ReaderOptions;
  #marks: Marks;
  #upToDate = false;
  #why: string | undefined;
  /** Standing and rule, asked for once an epoch and after events about them. */
  #standingOf = -1;
  #comparedIn = -1;
  #heardKept = 0;

  constructor(options: ReaderOptions) {
    this.#o = options;
    this.#marks = options.book.note<Marks>('ledger') ?? { positions: {}, knownFrom: -1, differs: false, unread: 0 };
  }

  get now(): LedgerNow {
    const { at, differs, knownFrom } = this.#marks;
    return { at, upToDate: this.#upToDate, why: this.#why, differs, knownFrom };
  }

  /** Reads what is new, a few pages at most. True: that was all. */
  async turn(signal: AbortSignal): Promise<boolean> {
    const epoch = this.#o.epoch();
    if (epoch === undefined) return true;
    if (this.#marks.knownFrom < 0) this.#mark({ knownFrom: epoch });
    try {
      const ledger = await this.#o.ledger();
      if (!ledger) {
        this.#away(undefined);
        return true;
      }
      let all = true;
      for (const stream of streams) all = (await this.#read(stream, ledger, epoch, signal)) && all;
      if (all) {
        await this.#look(ledger, epoch, signal);
        all = await this.#ask(ledger, epoch, signal);
        await this.#compare(ledger, epoch, signal);
      }
      this.#upToDate = all;
      this.#why = undefined;
      this.#mark({ at: this.#o.wall() });
      return all;
    } catch (error) {
      if (!(error instanceof ChainAway) || signal.aborted) throw error;
      this.#away(error.message);
      return true;
    }
  }

  /** The ledger is to be looked at again as soon as there is time: a call was settled. */
  stale(): void {
    this.#upToDate = false;
    this.#standingOf = -1;
  }

  #away(why: string | undefined): void {
    this.#upToDate = false;
    this.#why = why;
    this.#o.onChange();
  }

  /** False: there is more. */
  async #read(stream: StreamName, ledger: ChainEvents, epoch: number, signal: AbortSignal): Promise<boolean> {
    for (let pages = 0; pages < pagesPerTurn; pages++) {
      const from = this.#marks.positions[stream] ?? { ledger: 1 };
      const page = await ledger.read(stream, from, signal);
      if (page.kind === 'ahead') throw new ChainAway('The ledger server knows less than was read here before: it is behind, or of another network.');
      if (page.kind === 'gap') {
        // A server forgets after days. What it told in between stands in the contract's state as well.
        this.#mark({ positions: { ...this.#marks.positions, [stream]: { ledger: page.oldest } } });
        if (stream === 'own') this.#askFrom(epoch, this.#lastHeardIn(epoch));
        else this.#standingOf = -1;
        continue;
      }
      for (const event of page.events) this.#apply(event);
      // After the events: killed in between, they are read once more, and change nothing.
      this.#mark({ positions: { ...this.#marks.positions, [stream]: { cursor: page.next } }, unread: this.#marks.unread + page.unread });
      if (page.upToDate) return true;
    }
    return false;
  }

  #apply(event: LedgerEvent): void {
    const { keeper, rules, errands } = this.#o;
    const by = { by: 'ledger' as const, tx: event.tx, at: event.at };
    switch (event.name) {
      case 'proved': {
        const { epoch, accepted, packets, root } = event;
        return keeper.learn(epoch, { of: 'proved', fact: { ...by, accepted, packets, root } });
      }
      case 'attested': {
        const { epoch, earning, uptimeBp, latencyUs, packets, bp, shareBp, gross, inTime } = event;
        return keeper.learn(epoch, { of: 'attested', fact: { ...by, earning, uptimeBp, latencyUs, packets, bp, shareBp, gross, inTime } });
      }
      case 'challenged':
        return keeper.learn(event.epoch, { of: 'challenged', fact: by });
      case 'revealed':
        return keeper.learn(event.epoch, { of: 'revealed', fact: by });
      case 'forfeited':
        this.#standingOf = -1;
        return keeper.learn(event.epoch, { of: 'forfeited', fact: by });
      case 'paid': {
        const { epoch, amount, packets, bp, shareBp, gross, payout } = event;
        const news: News = { of: 'paid', fact: { ...by, amount, packets, bp, shareBp, gross, payout } };
        return keeper.learn(epoch, news);
      }
      case 'published':
      case 'drawn':
        return rules.learnValues([{ epoch: event.epoch, value: event.value, drawn: event.name === 'drawn' }]);
      case 'params':
        rules.learnParams('ledger', { from: event.from, params: event.params });
        return keeper.refresh();
      case 'member':
        return rules.learnVoucher(event.node);
      case 'registered':
      case 'payout': {
        this.#standingOf = -1;
        const what = errands.get('register')?.what;
        if (what?.kind === 'register' && what.payout === event.payout) errands.answered('register', { state: 'done', tx: event.tx });
        return;
      }
      case 'voted':
        return errands.answered(`vote:${event.proposal}`, { state: 'done', tx: event.tx });
      case 'proposed':
        return errands.answered('propose', { state: 'done', tx: event.tx });
      case 'proposal':
        return this.#o.onProposal(event.proposal);
    }
  }

  /** The rule and the standing that hold now: events may have been before the server's memory. */
  async #look(ledger: ChainViews, epoch: number, signal: AbortSignal): Promise<void> {
    if (this.#standingOf === epoch) return;
    const { rules, keeper, wall } = this.#o;
    const [node, params, ahead] = [await ledger.standing(signal), await ledger.params(epoch, signal), await ledger.params(epoch + 1, signal)];
    rules.learnStanding(RuleBook.standingOf(node, wall()));
    rules.learnParams('ledger', { from: epoch, params });
    rules.learnParams('ledger', { from: epoch + 1, params: ahead });
    keeper.refresh();
    this.#standingOf = epoch;
    // Hours of before this book began: a card was replaced.
    const { asking, knownFrom } = this.#marks;
    if (node && node.registered < knownFrom && (asking?.to ?? knownFrom) > node.registered) this.#askFrom(epoch, node.registered);
  }

  #askFrom(epoch: number, to: number): void {
    this.#mark({ asking: { from: epoch - 1, to: Math.max(0, epoch - backEpochs, Math.min(to, this.#marks.asking?.to ?? to)) } });
  }

  /** The first epoch of which something may have been told since the ledger was last heard: a proof may be a week late, and be shown a week later. */
  #lastHeardIn(epoch: number): number {
    const { at, knownFrom } = this.#marks;
    const heard = at === undefined ? epoch : Math.floor(at / 1000 / this.#o.epochSeconds);
    return Math.max(knownFrom, heard - 2 * epochsKept);
  }

  /** Hours of after a gap, and those of which only the hub has spoken. False: there are more. */
  async #ask(ledger: ChainViews, epoch: number, signal: AbortSignal): Promise<boolean> {
    const { keeper, rules } = this.#o;
    const asks = keeper.open.filter((record) => isHearsay(record) && record.epoch + hearsayEpochs < epoch).map((record) => record.epoch);
    const wanted = asks.slice(0, asksPerTurn);
    const range = this.#marks.asking;
    for (let at = range?.from ?? -1; range && at >= range.to && wanted.length < asksPerTurn; at--) wanted.push(at);
    for (const one of wanted) {
      const hour = await ledger.hour(one, signal);
      const record = keeper.record(one);
      if (!record && !hour) continue;
      const known = record ?? { epoch: one };
      const next = reconcile(known, hour, rules.params(one).probationBp);
      if (next !== record) keeper.replace(next);
    }
    if (!range) return true;
    const from = range.from - (wanted.length - Math.min(asks.length, asksPerTurn));
    const done = from < range.to;
    this.#mark({ asking: done ? undefined : { ...range, from }, knownFrom: Math.min(this.#marks.knownFrom, from + 1) });
    if (done) this.#comparedIn = -1;
    return done;
  }

  /** Once an epoch: the contract's own sum of what it paid this node. */
  async #compare(ledger: ChainViews, epoch: number, signal: AbortSignal): Promise<void> {
    if (this.#comparedIn === epoch || this.#marks.asking) return;
    const earned = await ledger.earnings(signal);
    const paid = this.#o.book.sums().reduce((sum, { stage, amount }) => sum + (stage === 'paid' ? BigInt(amount) : 0n), 0n);
    const differs = BigInt(earned?.paid ?? '0') !== paid;
    // Something is not known here: every hour since the registration is asked for, once.
    if (differs && !this.#marks.differs) this.#askFrom(epoch, this.#o.rules.standing?.since ?? 0);
    this.#mark({ differs });
    this.#comparedIn = epoch;
  }

  #mark(marks: Partial<Marks>): void {
    const before = this.#marks;
    this.#marks = { ...before, ...marks };
    this.#o.onChange();
    // When the ledger was last heard is written now and then: it is for people.
    const { at: heard = 0, ...is } = this.#marks;
    const { at: _, ...was } = before;
    if (JSON.stringify(is) === JSON.stringify(was) && heard - this.#heardKept < heardEveryMs) return;
    this.#o.book.setNote('ledger', this.#marks);
    this.#heardKept = heard;
  }
}
