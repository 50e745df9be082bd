import {
  advance,
  type Call,
  type CallRefusal,
  type Chain,
  call,
  isRefusal,
  isSettled,
  judgePayout,
  type PaymentRefusal,
  type PreparedPayment,
  prepareCall,
  preparePayment,
  readAccount,
  readMovements,
  type Signer,
  type Submission,
  signTransaction,
  submissionOf,
  type Unsigned,
} from '@energymesh/wallet';
import type { LedgerCall } from '../reward-book.ts';
import type {
  AccountNow,
  CallRefused,
  Draft,
  PayoutJudged,
  Chain as RewardChain,
  SubmissionNow,
  WalletChain,
  WithdrawPlanned,
  WithdrawWish,
} from '../reward-ports.ts';
import { orAway } from './away.ts';
import { memoOf } from './input.ts';

/** Dearer than this a call of the node's own is not sent without anybody asking: 0.5 XLM. */
const feeStroopsMax = 5_000_000n;
/** A first registration needs the hub's word; a later one does not look at it. */
const noMember = new Uint8Array(64);

/** The node's own account on the ledger: calls that it pays for itself, and its operator's payments. */
export const ownAccount = (chain: Chain, signer: Signer, node: Uint8Array): RewardChain & WalletChain => ({
  account: (signal) => orAway(() => account(chain, signer.address, signal)),
  prepare: (wanted, signal) => orAway(() => prepare(chain, signer, node, wanted, signal)),
  advance: (content, save, signal) => orAway(async () => stateOf(await advance(chain, content as Submission, (next) => save(next), signal))),
  plan: (wish, signal) => orAway(() => plan(chain, signer.address, wish, signal)),
  sign: (planned) => orAway(() => draftOf(chain, signer, planned as Unsigned)),
  judgePayout: (address, signal) => orAway(() => judge(chain, address, signal)),
  movements: (from, signal) =>
    orAway(async () => {
      const page = await readMovements(chain, signer.address, from, undefined, signal);
      if (page.kind === 'gap') return { kind: 'gap', oldest: page.oldestLedger };
      if (page.kind === 'ahead') return { kind: 'ahead' };
      const movements = page.events.map(({ id, kind, amountStroops, counterparty, memo, at, transaction }) => ({
        ...{ id, kind, amount: amountStroops.toString(), at: at * 1000, tx: transaction },
        ...(counterparty !== undefined && { counterparty }),
        ...(memo !== undefined && { memo }),
      }));
      return { kind: 'page', movements, next: page.next.cursor, upToDate: page.upToDate };
    }),
});

async function account(chain: Chain, address: string, signal: AbortSignal): Promise<AccountNow> {
  const { account: now } = await readAccount(chain, address, signal);
  if (!now) return { exists: false, balance: '0', spendable: '0', reserve: '0', memoRequired: false };
  return {
    exists: true,
    balance: now.balanceStroops.toString(),
    spendable: now.spendableStroops.toString(),
    reserve: now.reserveStroops.toString(),
    memoRequired: now.memoRequired,
  };
}

async function prepare(chain: Chain, signer: Signer, node: Uint8Array, wanted: LedgerCall, signal: AbortSignal): Promise<Draft | CallRefused> {
  const prepared = await prepareCall(chain, callOf(node, wanted), { source: signer.address, feeStroopsMax }, signal);
  return 'refused' in prepared ? refusedCall(prepared) : draftOf(chain, signer, prepared.prepared);
}

function callOf(node: Uint8Array, wanted: LedgerCall): Call<unknown> {
  switch (wanted.name) {
    case 'submit':
      return call(
        'submit_batch',
        wanted.proofs.map(({ packetCount, timestamp, root, signature }) => ({ node, packetCount, timestamp, merkleRoot: root, signature })),
      );
    case 'reveal':
      return call('reveal', node, wanted.epoch, wanted.openings);
    case 'claim':
      return call('claim', node, wanted.epochs);
    case 'register':
      return call('register', node, wanted.payout, wanted.nonce, noMember, wanted.signature);
    case 'propose':
      return call('propose', node, wanted.nonce, { params: wanted.params }, wanted.signature);
    case 'vote':
      return call('vote', wanted.proposal, node, wanted.yes, wanted.signature);
    case 'execute':
      return call('execute', wanted.proposal);
  }
}

function refusedCall(refusal: CallRefusal): CallRefused {
  switch (refusal.refused) {
    case 'contract':
      return { refused: refusal.refusal.name, verdict: refusal.refusal.verdict };
    case 'source-missing':
      return { refused: 'no-account', verdict: 'later' };
    case 'insufficient':
      return { refused: 'no-funds', verdict: 'later' };
    case 'too-dear':
      return { refused: 'too-dear', verdict: 'later' };
  }
}

async function draftOf(chain: Chain, signer: Signer, unsigned: Unsigned): Promise<Draft> {
  const signed = await signTransaction(chain, unsigned, signer);
  return { content: submissionOf(signed), tx: signed.hash, feeMax: signed.feeMaxStroops };
}

function stateOf(submission: Submission): SubmissionNow {
  const { state } = submission;
  if (!isSettled(submission)) return { state: 'open', content: submission };
  switch (state.at) {
    case 'confirmed':
      return { state: 'confirmed', content: submission, fee: state.feeChargedStroops };
    case 'failed':
      return { state: 'failed', content: submission, fee: state.feeChargedStroops, why: state.operation ?? state.code };
    case 'dead':
      return { state: 'dead', content: submission, why: state.code ?? state.because };
    default:
      return { state: 'unknown', content: submission };
  }
}

async function plan(chain: Chain, from: string, { to, amount, memo, create }: WithdrawWish, signal: AbortSignal): Promise<WithdrawPlanned> {
  const planned = await preparePayment(chain, { from, to, amountStroops: amount, memo: memoOf(memo), create }, signal);
  if (isRefusal(planned)) return refusedPayment(planned as PaymentRefusal);
  const { prepared, kind, to: receiver, amountStroops, feeLikelyStroops, leftStroops } = planned as PreparedPayment;
  return {
    ...{ ok: true, kind, to: receiver.address, memo, plan: prepared, validUntil: prepared.validUntil * 1000 },
    ...{ amount: amountStroops.toString(), feeLikely: feeLikelyStroops.toString(), feeMax: prepared.feeMaxStroops.toString(), left: leftStroops.toString() },
  };
}

function refusedPayment(refusal: PaymentRefusal): Extract<WithdrawPlanned, { ok: false }> {
  return {
    ok: false,
    refused: refusal.refused,
    ...('why' in refusal && { detail: refusal.why }),
    ...('detail' in refusal && { detail: refusal.detail.slice(0, 300) }),
    ...('maxStroops' in refusal && { max: refusal.maxStroops.toString() }),
    ...('minStroops' in refusal && { min: refusal.minStroops.toString() }),
    ...('feeMaxStroops' in refusal && { feeMax: refusal.feeMaxStroops.toString() }),
  };
}

async function judge(chain: Chain, address: string, signal: AbortSignal): Promise<PayoutJudged> {
  const judged = await judgePayout(chain, address, signal);
  if (judged.payout === 'good') return { ok: true };
  if (judged.payout === 'account-missing') return { ok: true, warning: 'account-missing', min: judged.minStroops.toString() };
  return { ok: false, refused: judged.why };
}
