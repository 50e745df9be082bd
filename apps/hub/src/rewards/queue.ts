import type { Call, CallOnTheWay, CallRefusal, Refusal, Submission } from '@energymesh/wallet';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Database, Session } from '../store/database.ts';
import { addTransaction, endTransaction, openTransactions, saveSubmission, type TransactionRow } from '../store/rewards/transactions.ts';
import type { Job } from './jobs.ts';
import type { AccountName, Ledger } from './ledger.ts';

/** A job with its call, or with what it pays. */
export type Planned = { readonly job: Job } & ({ readonly call: Call<unknown> } | { readonly pay: { readonly to: string; readonly stroops: bigint } });
export type Ended =
  | { readonly at: 'confirmed'; readonly tx: string; readonly closedAt: number; readonly returnValue: string | undefined }
  /** Without effect: it may be tried again. */
  | { readonly at: 'failed' | 'dead' | 'unknown'; readonly why: string | undefined };

/** Who knows what is to be done, and what follows. All of it in the transaction that it is handed. */
export interface Planner {
  /** The most urgent that may be tried now. */
  next(now: number): Promise<Planned | undefined>;
  /** What would come of it, by the ledger's own reckoning. False: it is not worth sending, and `next` gives something else now. */
  worthSending(planned: Planned, result: unknown): Promise<boolean>;
  /** It costs more than the hub is allowed to pay for a transaction. True: `next` gives something smaller. */
  tooDear(job: Job): boolean;
  refused(session: Session, job: Job, refusal: Refusal): Promise<void>;
  ended(session: Session, job: Job, call: CallOnTheWay | undefined, end: Ended): Promise<void>;
}

export interface QueueOptions {
  readonly db: Database;
  readonly ledger: Ledger;
  readonly planner: Planner;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Jobs looked at in one turn that come to nothing. */
const looksMax = 16;
/** The account has no XLM: asked again so often. */
const poorMs = 60_000;

/**
 * Transactions of the hub's account, one at a time, as they share its sequence number.
 * 1. The signed transaction is in the database before it leaves; until the ledger has taken it or can no longer, no other is built.
 * 2. Its end and what follows from it commit together.
 * 3. A job that is done twice changes nothing the second time: the contract refuses, and its refusal counts as done.
 * So a hub that is killed anywhere loses nothing and doubles nothing.
 */
export class TransactionQueue {
  readonly #o: QueueOptions;
  #poorUntil = 0;
  #problem: Exclude<CallRefusal['refused'], 'contract'> | undefined;

  constructor(options: QueueOptions) {
    this.#o = options;
  }

  /** Why nothing is sent: the account has too little. */
  get problem(): Exclude<CallRefusal['refused'], 'contract'> | undefined {
    return this.#problem;
  }

  /** One step of what is under way; if nothing is, the next job. Resolves to whether there is more to do at once. Rejects with LedgerAway. */
  async turn(signal?: AbortSignal): Promise<boolean> {
    const [open] = (await openTransactions(this.#o.db)).filter(({ account }) => account === ('fees' satisfies AccountName));
    if (open) return this.advance(open, signal);
    const now = this.#o.clock.now();
    if (now < this.#poorUntil) return false;
    for (let looks = 0; looks < looksMax; looks++) {
      const planned = await this.#o.planner.next(now);
      if (!planned) return false;
      const made = await this.#make(planned, signal);
      if (made) return this.advance(made, signal);
      if (this.#poorUntil > now) return false;
    }
    return true;
  }

  /** Resolves to whether it is settled. */
  async advance(row: TransactionRow, signal?: AbortSignal): Promise<boolean> {
    const { db, ledger, clock, planner, log } = this.#o;
    const save = (submission: Submission) => saveSubmission(db, row.id, JSON.stringify(submission));
    const submission = await ledger.advance(JSON.parse(row.submission) as Submission, save, signal);
    const { state } = submission;
    if (state.at === 'signed' || state.at === 'sent') return false;
    const job = JSON.parse(row.job) as Job;
    const call = row.call === null ? undefined : (JSON.parse(row.call) as CallOnTheWay);
    const end = endOf(submission);
    const fee = 'feeChargedStroops' in state ? { fee: Number(state.feeChargedStroops), tx: state.hash } : {};
    await db.transaction(async (session) => {
      const why = end.at === 'confirmed' ? {} : { why: end.why ?? null };
      await endTransaction(session, row.id, { submission: JSON.stringify(submission), state: state.at, endedAt: clock.now(), ...fee, ...why });
      await planner.ended(session, job, call, end);
    });
    log[end.at === 'confirmed' ? 'info' : 'warn']({ job: job.kind, tx: row.tx, ...end, returnValue: undefined }, 'rewards: a transaction ended');
    return true;
  }

  async #prepare(planned: Planned, signal?: AbortSignal) {
    const { ledger } = this.#o;
    if ('call' in planned) return ledger.prepare(planned.call, signal);
    const payment = await ledger.preparePayment(planned.pay.to, planned.pay.stroops, signal);
    if (!('refused' in payment)) return { ...payment, result: undefined };
    if (payment.refused === 'source-missing' || payment.refused === 'insufficient') return { refused: payment.refused } as const;
    return { refused: 'contract', refusal: gone } as const;
  }

  /** Undefined: nothing is to be sent for it now. */
  async #make(planned: Planned, signal?: AbortSignal): Promise<TransactionRow | undefined> {
    const { db, ledger, clock, planner, log } = this.#o;
    const prepared = await this.#prepare(planned, signal).catch((error: unknown) => {
      if (error instanceof ledger.wallet.SimulationFailure) return { refused: 'contract', refusal: stopped(error.message) } as const;
      throw error;
    });
    if ('refused' in prepared) {
      if (prepared.refused === 'contract') {
        await db.transaction((session) => planner.refused(session, planned.job, prepared.refusal));
        log.info({ job: planned.job.kind, why: prepared.refusal.name }, 'rewards: the contract would refuse this');
        return undefined;
      }
      if (prepared.refused === 'too-dear' && planner.tooDear(planned.job)) return undefined;
      this.#problem = prepared.refused;
      this.#poorUntil = clock.now() + poorMs;
      log.warn({ why: prepared.refused, account: ledger.address('fees') }, 'rewards: the account cannot pay');
      return undefined;
    }
    this.#problem = undefined;
    if (!(await planner.worthSending(planned, prepared.result))) return undefined;
    const submission = await ledger.sign(prepared.prepared, 'fees');
    return addTransaction(db, {
      account: 'fees',
      job: JSON.stringify(planned.job),
      call: 'call' in planned ? JSON.stringify(ledger.wallet.callToWire(planned.call)) : null,
      submission: JSON.stringify(submission),
      tx: submission.signed.hash,
      madeAt: clock.now(),
    });
  }
}

const gone: Refusal = { code: -1, name: 'PaymentRefused', verdict: 'never', words: 'The payment would not work.' };

/** The host stopped for a reason that is none of the contract's: an entry that lapsed, a limit. */
const stopped = (words: string): Refusal => ({ code: -1, name: 'HostStopped', verdict: 'later', words });

export function endOf({ state, signed }: Submission): Ended {
  switch (state.at) {
    case 'confirmed':
      return { at: 'confirmed', tx: signed.hash, closedAt: state.closedAt, returnValue: state.returnValue };
    case 'failed':
      return { at: 'failed', why: state.operation ?? state.code };
    case 'dead':
      return { at: 'dead', why: state.code ?? state.because };
    default:
      return { at: 'unknown', why: undefined };
  }
}
