import type { RewardTerms } from '@energymesh/identity';
import { type EpochReading, encodeOpening, epochStart, sampleIndexes } from '@energymesh/protocol';
import { type FromNode, partsOf } from '@energymesh/rewards';
import type { HourRecord, LedgerCall, LedgerProof, RewardBook, Sent } from '../reward-book.ts';
import { carriedOf, openingsOf, proofOf, treeOf } from './closing.ts';
import { type Circumstances, entryOf, type HourState, reckon, stateOf } from './hour.ts';
import type { ReceiptJournal } from './journal.ts';
import { learn, type News } from './news.ts';
import { isTime, sentNow } from './patience.ts';
import { sha256 } from './terms.ts';

/** Receipts are kept so long for hours that hang in the air: a proof a week late, and a week to show it. */
const receiptEpochs = 360;
/** Hours brought on in one go; the others wait for the next. */
const stepsPerTurn = 8;
/** A contract's call takes no more. */
const batchMax = 32;

export interface ClaimPolicy {
  /** Claims are sent so often. */
  readonly everyEpochs: number;
  /** And at once when so much waits, stroops. */
  readonly aboveStroops: bigint;
}

export interface KeeperOptions {
  readonly terms: RewardTerms;
  readonly node: Uint8Array;
  readonly sign: (data: Uint8Array) => Uint8Array;
  readonly book: RewardBook;
  readonly journal: Pick<ReceiptJournal, 'flush' | 'close' | 'forgot' | 'packetsOf'>;
  /** Undefined while the clock is not trusted. */
  readonly epoch: () => EpochReading | undefined;
  readonly circumstances: (epoch: number) => Circumstances;
  /** Whether the contract takes receipts by this key; undefined: nobody knows. */
  readonly mayVouch: (next: string) => Promise<boolean | undefined>;
  /** Resolves when the message is in custody on its way to the hub. */
  readonly send: (message: FromNode) => Promise<void>;
  /** How hours go to the ledger now. */
  readonly via: () => 'hub' | 'self' | 'nobody';
  /** False: it has no hands free, or no money. */
  readonly bring: (call: LedgerCall) => boolean;
  readonly claims: ClaimPolicy;
  readonly wall: () => number;
  readonly onChange: () => void;
  readonly count: (name: string, by?: number) => void;
}

/**
 * Brings every hour of this node from its first second to its pay, one durable step at a time: what is to be done next follows from the record alone,
 * and doing it twice is doing it once. Killed between any two steps it goes on where it was. docs/earnings.md
 */
export class HourKeeper {
  readonly #o: KeeperOptions;
  /** Those not settled, ascending: the running one among them. */
  readonly #open: Map<number, HourRecord>;
  #claimNow = false;
  /** Of a claim that was refused: the contract pays all that it is named or none, so these are claimed one by one. Bounded by the hours that are open. */
  readonly #alone = new Set<number>();
  #pruned = -1;

  constructor(options: KeeperOptions) {
    this.#o = options;
    this.#open = new Map(options.book.openHours().map((record) => [record.epoch, record]));
  }

  /** Not settled, ascending. */
  get open(): readonly HourRecord[] {
    return [...this.#open.values()];
  }

  record(epoch: number): HourRecord | undefined {
    return this.#open.get(epoch) ?? this.#o.book.hour(epoch);
  }

  circumstances(): Circumstances | undefined {
    const reading = this.#o.epoch();
    return reading && this.#o.circumstances(reading.epoch);
  }

  /** For showing: also by a clock that is in doubt. */
  circumstancesToShow(): Circumstances {
    return this.circumstances() ?? this.#o.circumstances(Math.floor(this.#o.wall() / 1000 / this.#o.terms.epochSeconds));
  }

  /** Packets that next hops signed for so far in an hour without a proof. */
  packetsSoFar(epoch: number): number {
    return this.#o.journal.packetsOf(epoch);
  }

  /** Something was learned about an hour; one that only the ledger knows is added. */
  learn(epoch: number, ...news: readonly News[]): void {
    const before = this.record(epoch);
    const record = news.reduce(learn, before ?? { epoch });
    if (record !== before) this.#save(record);
  }

  replace(record: HourRecord): void {
    this.#save(record);
  }

  /** Everything that can be claimed, now. Returns the number of hours. */
  claimNow(): number {
    const of = this.circumstances();
    const due = of ? this.#claimable(of, Number.NEGATIVE_INFINITY) : [];
    this.#claimNow = due.length > 0;
    return due.length;
  }

  /** One of these is not to be paid now, and the contract does not say which. */
  claimRefused(epochs: readonly number[]): void {
    if (epochs.length > 1) for (const epoch of epochs) this.#alone.add(epoch);
  }

  /** What the rule or a value changed is summed up anew. */
  refresh(): void {
    for (const record of this.open) this.#save(record);
  }

  /**
   * One turn: each hour at most one step on. False: there is more to do at once. Rejects when the store or the way to the hub refuses;
   * the next turn goes on from there.
   */
  async turn(): Promise<boolean> {
    const reading = this.#o.epoch();
    if (!reading) return true;
    if (!this.record(reading.epoch)) this.#save({ epoch: reading.epoch });
    let steps = 0;
    let failure: { readonly error: unknown } | undefined;
    for (const record of this.open) {
      if (steps >= stepsPerTurn) break;
      try {
        if (await this.#step(this.#open.get(record.epoch) ?? record, reading)) steps++;
      } catch (error) {
        // It holds up no other hour.
        failure ??= { error };
        steps++;
      }
    }
    await this.#claim(reading);
    if (this.#pruned !== reading.epoch) {
      this.#o.book.prune(reading.epoch - receiptEpochs);
      this.#o.journal.forgot();
      this.#pruned = reading.epoch;
    }
    if (failure) throw failure.error;
    return steps < stepsPerTurn;
  }

  /** When the next hour closes, milliseconds from now; undefined while the clock is not trusted. */
  closesInMs(): number | undefined {
    const reading = this.#o.epoch();
    if (!reading) return undefined;
    const { epochSeconds } = this.#o.terms;
    const left = (((graceSeconds(epochSeconds) - reading.second) % epochSeconds) + epochSeconds) % epochSeconds || epochSeconds;
    return left * 1000;
  }

  async #step(record: HourRecord, reading: EpochReading): Promise<boolean> {
    const state = stateOf(record, this.#o.circumstances(reading.epoch));
    switch (state.at) {
      case 'open':
        return this.#isOver(record.epoch, reading) && this.#close(record);
      case 'built':
        return this.#prove(record);
      case 'sent':
        return this.#isTime(state.sent) && this.#prove(record);
      case 'to-show':
        return !state.missed && this.#show(record, state);
      case 'showing':
        return this.#isTime(state.sent) && this.#show(record, state);
      case 'refused':
        // Too old to be taken, or to be paid, by now.
        if (!record.refused) this.#save(learn({ ...record, refused: { by: 'node' } }, { of: 'why', why: [record.proved ? 'Lapsed' : 'TooOld'] }));
        return false;
      default:
        return false;
    }
  }

  #isOver(epoch: number, { epoch: present, second }: EpochReading): boolean {
    const { epochSeconds } = this.#o.terms;
    return (present - epoch - 1) * epochSeconds + second >= graceSeconds(epochSeconds);
  }

  #isTime(sent: Sent): boolean {
    return isTime(sent, this.#o.wall(), this.#o.terms.epochSeconds);
  }

  /** Receipts that the contract would not take are left out; then the tree, once and for all. */
  async #close(record: HourRecord): Promise<boolean> {
    const { book, journal, terms, node, sign, mayVouch, count } = this.#o;
    const { epoch } = record;
    if (!journal.flush()) return false;
    for (const next of book.nextsOf(epoch)) {
      if (next === terms.hubKey || (await mayVouch(next)) !== false) continue;
      count('unregistered-next');
      book.dropReceipts(epoch, next);
      record = learn(record, { of: 'why', why: ['next-not-registered'] });
    }
    if (!journal.flush()) return false;
    journal.close(epoch);
    const { tree } = await treeOf(book.receiptsOf(epoch));
    const proof = proofOf(terms, node, epoch, tree, sign);
    const { why } = record;
    const now = this.#now(record);
    this.#save({ ...(why ? learn(now, { of: 'why', why }) : now), proof: { packets: tree.packets, root: hex(tree.root), signature: hex(proof.signature) } });
    count('proofs');
    return true;
  }

  async #prove(record: HourRecord): Promise<boolean> {
    const { book, send, terms, via, bring } = this.#o;
    const { epoch, proof } = record;
    const way = via();
    if (!proof || way === 'nobody') return false;
    if (way === 'self') {
      const due = this.open.filter(
        (one) => one.proof && !one.proved && one.epoch >= epoch && (one === record || !one.sentProof || this.#isTime(one.sentProof)),
      );
      const batch = due.slice(0, batchMax);
      if (!bring({ name: 'submit', proofs: batch.map((one) => ledgerProof(terms, one)) })) return false;
      for (const one of batch) this.#save({ ...one, sentProof: this.#sent(one.sentProof, 'self') });
      return true;
    }
    const heard = book.sightingsOf(epoch).map(({ node, minutes, rttUsSum, samples }) => ({
      ...{ node, minutes, samples },
      ...(samples > 0 && { rttUs: Math.round(rttUsSum / samples) }),
    }));
    const { root, signature, packets } = proof;
    const said = { packetCount: packets, timestamp: epochStart(epoch, terms.epochSeconds), root, signature };
    for (const part of partsOf({ epoch, proof: said, carried: await carriedOf(book.receiptsOf(epoch)), heard })) await send(part);
    this.#save({ ...this.#now(record), sentProof: this.#sent(this.#now(record).sentProof, 'hub') });
    return true;
  }

  /** Answers a challenge or a draw out of the journal. */
  async #show(record: HourRecord, { seed, samples }: Extract<HourState, { at: 'to-show' | 'showing' }>): Promise<boolean> {
    const { book, send, via, bring, count } = this.#o;
    const { epoch, proof, proved } = record;
    const way = via();
    if (way === 'nobody') return false;
    const built = await treeOf(book.receiptsOf(epoch));
    if (!proof || hex(built.tree.root) !== (proved?.root ?? proof.root)) {
      // Somebody else proved with this node's key, or the disk has lost receipts: nothing here can show it.
      count('not-showable');
      const now = this.#now(record);
      this.#save(learn({ ...now, sentOpenings: this.#sent(now.sentOpenings, way) }, { of: 'why', why: ['receipts-missing'] }));
      return true;
    }
    const openings = openingsOf(built, sampleIndexes(sha256, seed, samples, proof.packets)).map(encodeOpening);
    if (way === 'self') {
      if (!bring({ name: 'reveal', epoch, openings: openings.map(hex) })) return false;
    } else await send({ kind: 'openings', epoch, openings: openings.map((bytes) => Buffer.from(bytes).toString('base64')) });
    this.#save({ ...this.#now(record), sentOpenings: this.#sent(this.#now(record).sentOpenings, way) });
    count('shown');
    return true;
  }

  async #claim({ epoch }: EpochReading): Promise<void> {
    const { book, claims, send, via, bring } = this.#o;
    const way = via();
    if (way === 'nobody') return;
    const of = this.#o.circumstances(epoch);
    const due = this.#claimable(of, this.#o.wall());
    if (due.length === 0) {
      this.#claimNow = false;
      return;
    }
    const fresh = due.filter(({ sentClaim }) => !sentClaim);
    const waiting = fresh.reduce((sum, record) => sum + (reckon(record, of)?.gross ?? 0n), 0n);
    const last = book.note<number>('claimed') ?? 0;
    const time = this.#claimNow || epoch - last >= claims.everyEpochs || waiting >= claims.aboveStroops;
    // What was claimed and is not paid is asked for again by itself; the rest waits for its time.
    const wanted = time ? due : due.filter(({ sentClaim }) => sentClaim);
    const together = wanted.filter((record) => !this.#alone.has(record.epoch));
    const batch = together.length > 0 ? together.slice(0, batchMax) : wanted.slice(0, 1);
    if (batch.length === 0) return;
    const epochs = batch.map((record) => record.epoch);
    if (way === 'self') {
      if (!bring({ name: 'claim', epochs })) return;
    } else await send({ kind: 'claim', epochs });
    for (const record of batch) this.#save({ ...this.#now(record), sentClaim: this.#sent(this.#now(record).sentClaim, way) });
    // More than one call takes: the rest follows in the next turn.
    if (time && wanted.length === batch.length) {
      this.#claimNow = false;
      book.setNote('claimed', epoch);
    }
  }

  #claimable(of: Circumstances, now: number): HourRecord[] {
    return this.open.filter((record) => {
      const state = stateOf(record, of);
      return state.at === 'claimable' || (state.at === 'claimed' && (now === Number.NEGATIVE_INFINITY || this.#isTime(state.sent)));
    });
  }

  #sent(before: Sent | undefined, via: 'hub' | 'self'): Sent {
    return sentNow(before, { via, now: this.#o.wall(), epochSeconds: this.#o.terms.epochSeconds });
  }

  /** News may have come while something was under way. */
  #now(record: HourRecord): HourRecord {
    return this.#open.get(record.epoch) ?? record;
  }

  #save(record: HourRecord): void {
    const { book, journal, epoch, circumstances, onChange } = this.#o;
    const entry = entryOf(record, circumstances(epoch()?.epoch ?? record.epoch));
    book.saveHour(entry);
    if (entry.settled) {
      this.#open.delete(record.epoch);
      this.#alone.delete(record.epoch);
      // A refusal may be mended by a word of the ledger: its receipts stay until they are too old.
      if (!record.refused || record.paid || record.forfeited) {
        book.forget(record.epoch);
        journal.forgot();
      }
    } else this.#put(record);
    onChange();
  }

  #put(record: HourRecord): void {
    const last = [...this.#open.keys()].at(-1) ?? -1;
    const known = this.#open.has(record.epoch);
    this.#open.set(record.epoch, record);
    if (known || record.epoch > last) return;
    const sorted = [...this.#open].sort(([a], [b]) => a - b);
    this.#open.clear();
    for (const [epoch, one] of sorted) this.#open.set(epoch, one);
  }
}

/** The receipts of an epoch's last seconds are on their way: they are asked for ten seconds later at most. docs/proofs.md §5.4 */
export const graceSeconds = (epochSeconds: number): number => Math.min(90, Math.max(15, Math.ceil(epochSeconds / 10)));

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

function ledgerProof({ epochSeconds }: RewardTerms, { epoch, proof }: HourRecord): LedgerProof {
  const { packets, root, signature } = proof!;
  return { epoch, packetCount: packets, timestamp: epochStart(epoch, epochSeconds), root, signature };
}
