import type { Chain } from './chain.ts';
import { type ChainError, shouldRetry } from './errors.ts';
import { accountKey, readEntries } from './ledger.ts';
import { readResult, readReturnValue } from './result.ts';
import type { Signed } from './transaction.ts';

/**
 * One signed transaction on its way. JSON through and through: kept in a durable queue, it survives a kill between any two lines here.
 * 1. `sent` is saved before the envelope leaves: whoever reads `signed` knows that nobody else has it.
 * 2. The same envelope is sent again and again; another one for the same purpose may be built in `dead` only, where the ledger can no longer take this one.
 */
export interface Submission {
  readonly signed: Signed;
  /** Fee bumps around the same transaction: the ledger takes one of all these at most, as they share one sequence number. */
  readonly bumps: readonly Signed[];
  readonly state: SubmissionState;
}

export type SubmissionState =
  | { readonly at: 'signed' }
  | { readonly at: 'sent'; readonly tries: number /** Looks at the ledger since the last try. */; readonly looks: number; readonly answer: SendAnswer }
  | {
      readonly at: 'confirmed';
      readonly hash: string;
      readonly ledger: number;
      readonly closedAt: number;
      readonly feeChargedStroops: string /** Base64 ScVal. */;
      readonly returnValue?: string;
    }
  /** Included and without effect, but for the fee and the sequence number. */
  | {
      readonly at: 'failed';
      readonly hash: string;
      readonly ledger: number;
      readonly closedAt: number;
      readonly feeChargedStroops: string;
      readonly code: string;
      readonly operation?: string;
    }
  /** It never happened and never will. `rejected`: refused at the door on the first try; `code` says why. */
  | { readonly at: 'dead'; readonly because: 'expired' | 'sequence-taken' | 'rejected'; readonly code?: string }
  /** Its time passed while nobody looked, longer ago than the server remembers, and its sequence number is used: by it, or by another. Only its effect can tell. */
  | { readonly at: 'unknown' };

export type SendAnswer =
  | { readonly kind: 'none' }
  | { readonly kind: 'pending' | 'duplicate' | 'try-again-later' }
  | { readonly kind: 'error'; readonly code: string }
  | { readonly kind: 'unreachable'; readonly reason: string };

export const submissionOf = (signed: Signed): Submission => ({ signed, bumps: [], state: { at: 'signed' } });

export const isSettled = ({ state }: Submission): boolean => state.at !== 'signed' && state.at !== 'sent';

/** May another transaction be built for what this one was for? */
export const mayRebuild = ({ state }: Submission): boolean => state.at === 'dead' || state.at === 'failed';

/** Ledgers close out of sight of the server for a moment: so long after its time a transaction counts as gone. */
const graceSeconds = 30;
/** At 5 s or more each. */
const ledgersPerGrace = 5;
/** Seen as pending and not included for this many looks: sent again, as a server may have restarted. */
const looksPerTry = 6;
/** Refusals at the door that may pass by themselves while the transaction is still valid. */
const passing = new Set(['txInsufficientFee', 'txInternalError', 'txBadSeq', 'txTooEarly']);

export type Save = (submission: Submission) => Promise<void> | void;

/**
 * One step: a look at the ledger, a try to send, or both. Saves what must be known after a crash and returns where it stands. What cannot be reached is
 * an answer, not an error; what throws is a mistake of the caller or a server of another network.
 */
export async function advance(chain: Chain, submission: Submission, save: Save, signal?: AbortSignal): Promise<Submission> {
  if (isSettled(submission)) return submission;
  if (submission.state.at === 'signed') {
    const sent: Submission = { ...submission, state: { at: 'sent', tries: 1, looks: 0, answer: { kind: 'none' } } };
    await save(sent);
    return keep(await send(chain, sent, true, signal), save);
  }
  const looked = await look(chain, submission, signal).catch((error: unknown) => unreachable(submission, error, signal));
  if (isSettled(looked) || looked.state.at !== 'sent') return keep(looked, save);
  const { answer, looks, tries } = looked.state;
  if (answer.kind === 'unreachable' && looks === 0) return keep(looked, save);
  const accepted = answer.kind === 'pending' || answer.kind === 'duplicate';
  if (accepted && looks < looksPerTry) return keep(looked, save);
  return keep(await send(chain, { ...looked, state: { ...looked.state, tries: tries + 1, looks: 0 } }, false, signal), save);
}

async function keep(submission: Submission, save: Save): Promise<Submission> {
  await save(submission);
  return submission;
}

function unreachable(submission: Submission, error: unknown, signal?: AbortSignal): Submission {
  signal?.throwIfAborted();
  if (submission.state.at !== 'sent' || !shouldRetry(error)) throw error;
  return { ...submission, state: { ...submission.state, looks: 0, answer: { kind: 'unreachable', reason: (error as ChainError).message } } };
}

/** The newest envelope: the one that pays most. */
const newest = ({ signed, bumps }: Submission): Signed => bumps.at(-1) ?? signed;

async function send(chain: Chain, submission: Submission, first: boolean, signal?: AbortSignal): Promise<Submission> {
  const { state } = submission;
  if (state.at !== 'sent') return submission;
  const answered = (answer: SendAnswer): Submission => ({ ...submission, state: { ...state, answer } });
  try {
    const answer = await chain.rpc.call('sendTransaction', { transaction: newest(submission).envelope }, signal);
    switch (answer.text('status')) {
      case 'PENDING':
        return answered({ kind: 'pending' });
      case 'DUPLICATE':
        return answered({ kind: 'duplicate' });
      case 'TRY_AGAIN_LATER':
        return answered({ kind: 'try-again-later' });
      default: {
        const code = answer.xdr('errorResultXdr', readResult).code;
        // Nobody had this envelope before, so a refusal at the door is the end of it, unless the cause passes.
        if (first && submission.bumps.length === 0 && !passing.has(code)) return { ...submission, state: { at: 'dead', because: 'rejected', code } };
        return answered({ kind: 'error', code });
      }
    }
  } catch (error) {
    return unreachable(submission, error, signal);
  }
}

/** What the ledger knows of it, and whether it can still happen. */
async function look(chain: Chain, submission: Submission, signal?: AbortSignal): Promise<Submission> {
  const { state, signed } = submission;
  if (state.at !== 'sent') return submission;
  // Read before the ledger is asked for the hashes: then a sequence number that is used and a transaction that is not there belong together.
  const { entries, ledger: asOf } = await readEntries(chain, [accountKey(signed.source)], signal);
  const account = entries[0]?.type === 'account' ? entries[0].value : undefined;
  let oldestCloseTime = 0;
  let latestCloseTime = 0;
  let latestLedger = 0;
  for (const { hash } of [signed, ...submission.bumps].reverse()) {
    const answer = await chain.rpc.call('getTransaction', { hash }, signal);
    const status = answer.text('status');
    if (status === 'SUCCESS' || status === 'FAILED') {
      const { ok, code, operation, feeChargedStroops } = answer.xdr('resultXdr', readResult);
      const place = { hash, ledger: answer.integer('ledger'), closedAt: answer.integer('createdAt'), feeChargedStroops: feeChargedStroops.toString() };
      if (!ok) return { ...submission, state: { at: 'failed', ...place, code, ...(operation !== undefined && { operation }) } };
      const returnValue = answer.xdr('resultMetaXdr', readReturnValue);
      return { ...submission, state: { at: 'confirmed', ...place, ...(returnValue !== undefined && { returnValue }) } };
    }
    oldestCloseTime = answer.integer('oldestLedgerCloseTime');
    latestCloseTime = answer.integer('latestLedgerCloseTime');
    latestLedger = answer.integer('latestLedger');
  }
  const used = account !== undefined && account.seqNum >= BigInt(signed.sequence);
  const expired = latestCloseTime > signed.validUntil + graceSeconds;
  const remembers = oldestCloseTime <= signed.madeAt;
  const dead = (because: 'expired' | 'sequence-taken'): Submission => ({ ...submission, state: { at: 'dead', because } });
  // Not among all that was included in its time.
  if (expired && remembers) return dead(used ? 'sequence-taken' : 'expired');
  // Its number went to another transaction. Servers behind one name may be at different ledgers: this one has to have seen the other's.
  if (used && remembers && latestLedger >= asOf) return dead('sequence-taken');
  // Its time passed long ago. An unused number, as of about now, is as good as a memory.
  if (expired && !used && asOf + ledgersPerGrace >= latestLedger) return dead('expired');
  if (expired && used) return { ...submission, state: { at: 'unknown' } };
  return { ...submission, state: { ...state, looks: state.looks + 1 } };
}

/** Once an envelope's fee turned out too low: the same transaction inside a dearer one. */
export const withBump = (submission: Submission, bump: Signed): Submission => ({ ...submission, bumps: [...submission.bumps, bump] });

export interface Waiting {
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly save?: Save;
  readonly signal?: AbortSignal;
  /** Ledgers close every 5 s or so. */
  readonly pollMs?: number;
  /** Unreachable again and again: the wait between looks doubles up to this. */
  readonly pollMsMax?: number;
}

/** Advances until it is settled. Ends with the signal; without one it ends when the chain says something final. */
export async function settle(
  chain: Chain,
  submission: Submission,
  { sleep, save = () => undefined, signal, pollMs = 2_000, pollMsMax = 60_000 }: Waiting,
): Promise<Submission> {
  let current = submission;
  let wait = pollMs;
  for (;;) {
    signal?.throwIfAborted();
    current = await advance(chain, current, save, signal);
    if (isSettled(current)) return current;
    const away = current.state.at === 'sent' && current.state.answer.kind === 'unreachable';
    wait = away ? Math.min(wait * 2, pollMsMax) : pollMs;
    await sleep(wait, signal);
  }
}
