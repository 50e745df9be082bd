import type { Told } from '@energymesh/rewards';
import type { Submission, Unsigned } from '@energymesh/wallet';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Database, Session } from '../store/database.ts';
import { addAsk, countDone, endAsk, holdAsk, nextAsk } from '../store/rewards/asks.ts';
import { rewardNodeBy } from '../store/rewards/nodes.ts';
import { noteOf, putNote } from '../store/rewards/notes.ts';
import { addTransaction, openTransactions } from '../store/rewards/transactions.ts';
import { backoff } from './backoff.ts';
import type { Job } from './jobs.ts';
import type { Ledger } from './ledger.ts';
import type { TransactionQueue } from './queue.ts';
import type { Teller } from './teller.ts';

export interface SponsorDeskOptions {
  readonly db: Database;
  readonly ledger: Ledger;
  readonly queue: Pick<TransactionQueue, 'advance'>;
  readonly teller: Pick<Teller, 'send'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly sponsoredMax: number;
  readonly epochSeconds: number;
}

/** What waits for a node's signature: `Unsigned`, with its numbers as text. */
interface Offer {
  readonly key: string;
  readonly node: string;
  readonly address: string;
  readonly unsigned: Extract<Told, { kind: 'cosign' }>['unsigned'];
  readonly cosigned?: { readonly envelope: string };
}

const noteName = 'sponsor-offer';
/** Tried again after a minute, at the latest after an hour; sooner where hours are shorter. */
const againMs = (epochSeconds: number): number => Math.min(60_000, (epochSeconds * 1000) / 6);
const againMsMax = (epochSeconds: number): number => Math.min(3_600_000, epochSeconds * 1000);
/** After its time bound: a ledger may be late. */
const graceSeconds = 30;
/** A wallet, and two that were lost: who names ever new addresses does not take the reserves of all others. */
const perNodeMax = 3;
/** For a reserve of 1 XLM each, and fees. */
export const fundStroops = 50_000_000n;

/**
 * Accounts for nodes without any XLM, whose reserve the hub holds. The transaction needs the new account's signature too, and so a way through the mesh
 * and back; it is of an account of its own, whose sequence number waits while the other's goes on. One is under way at a time.
 */
export class SponsorDesk {
  readonly #o: SponsorDeskOptions;
  problem: 'insufficient' | 'source-missing' | undefined;

  constructor(options: SponsorDeskOptions) {
    this.#o = options;
  }

  async turn(ledgerTime: number, signal?: AbortSignal): Promise<void> {
    const { db, queue, ledger, clock, epochSeconds } = this.#o;
    const open = (await openTransactions(db)).find(({ account }) => account === 'sponsor');
    if (open) {
      if (await queue.advance(open, signal)) await putNote(db, noteName, null);
      return;
    }
    const offer = await noteOf<Offer | null>(db, noteName);
    if (offer?.cosigned) return this.#submit(offer, offer.cosigned.envelope);
    if (offer && ledgerTime <= offer.unsigned.validUntil + graceSeconds) return;
    if (offer) {
      await holdAsk(db, offer.key, clock.now() + backoff(0, againMs(epochSeconds), againMsMax(epochSeconds)));
      await putNote(db, noteName, null);
    }
    const ask = await nextAsk(db, clock.now(), { account: 'sponsor' });
    if (!ask || ask.node === null) return;
    const { address } = JSON.parse(ask.call) as { address: string };
    const hold = () => holdAsk(db, ask.key, clock.now() + backoff(ask.tries, againMs(epochSeconds), againMsMax(epochSeconds)));
    if ((await rewardNodeBy(db, ask.node))?.payout !== address)
      return ask.tries < 3 ? hold() : endAsk(db, ask.key, { state: 'refused', why: ['NotRegistered'] });
    const made = { ofAll: await countDone(db, 'sponsor:'), ofNode: await countDone(db, `sponsor:${ask.node}:`) };
    if (made.ofAll >= this.#o.sponsoredMax || made.ofNode >= perNodeMax) return endAsk(db, ask.key, { state: 'refused', why: ['no-funds'] });
    const unsigned = await ledger.prepareSponsored(address, signal);
    if ('refused' in unsigned) {
      if (unsigned.refused === 'exists') return endAsk(db, ask.key, { state: 'done' });
      this.problem = unsigned.refused === 'sponsor-missing' ? 'source-missing' : 'insufficient';
      await this.#wantFunds();
      return hold();
    }
    this.problem = undefined;
    const offered: Offer = { key: ask.key, node: ask.node, address, unsigned: textOf(unsigned) };
    await putNote(db, noteName, offered);
    await this.#o.teller.send(ask.node, { kind: 'cosign', address, unsigned: offered.unsigned });
  }

  /** The node's signature is on it: kept, and sent in the next turn. In the caller's transaction. */
  static async cosigned(session: Session, node: string, { hash, envelope }: { hash: string; envelope: string }): Promise<void> {
    const offer = await noteOf<Offer | null>(session, noteName);
    if (offer?.node === node && offer.unsigned.hash === hash && !offer.cosigned) await putNote(session, noteName, { ...offer, cosigned: { envelope } });
  }

  async #submit(offer: Offer, envelope: string): Promise<void> {
    const { db, ledger, clock, log } = this.#o;
    const { sequence, feeMaxStroops, ...rest } = offer.unsigned;
    let submission: Submission;
    try {
      // Signing computes the hash out of the envelope that came: another transaction than the one that was offered is not signed.
      submission = await ledger.sign({ ...rest, envelope, sequence: BigInt(sequence), feeMaxStroops: BigInt(feeMaxStroops) }, 'sponsor');
    } catch (error) {
      log.warn({ node: offer.node, error: (error as Error).message }, 'rewards: a node cosigned something else');
      return putNote(db, noteName, { ...offer, cosigned: undefined });
    }
    const job: Job = { kind: 'ask', key: offer.key };
    await addTransaction(db, {
      ...{ account: 'sponsor', job: JSON.stringify(job), submission: JSON.stringify(submission), tx: submission.signed.hash, madeAt: clock.now() },
    });
  }

  /** Out of the account that pays the fees, as one of its transactions. */
  async #wantFunds(): Promise<void> {
    const { db, ledger, clock, epochSeconds } = this.#o;
    // Once in each hour: for four or five accounts.
    const hour = Math.floor(clock.now() / againMsMax(epochSeconds));
    const call = JSON.stringify({ pay: ledger.address('sponsor'), stroops: fundStroops.toString() });
    await addAsk(db, { key: `fund:${hour}`, node: null, account: 'fees', call, about: null, askedAt: clock.now() });
  }
}

const textOf = ({ sequence, feeMaxStroops, ...rest }: Unsigned): Offer['unsigned'] => ({
  ...rest,
  sequence: sequence.toString(),
  feeMaxStroops: feeMaxStroops.toString(),
});
