import type { FeeOf, LedgerCall } from '../reward-book.ts';
import type { Answer, Errands } from './errands.ts';
import type { HourKeeper } from './keeper.ts';
import type { CallOutcome } from './submitter.ts';

/** What the end of an own call says. That an hour is proved, shown or paid is told by the ledger's events alone. */
export function settleCall(
  call: LedgerCall,
  outcome: CallOutcome,
  { errands, keeper }: { readonly errands: Pick<Errands, 'answered'>; readonly keeper: Pick<HourKeeper, 'learn' | 'claimRefused'> },
): void {
  if (outcome.at === 'confirmed' && outcome.fee !== undefined) {
    for (const { what, epoch } of broughtBy(call)) keeper.learn(epoch, { of: 'fee', what, tx: outcome.tx, fee: outcome.fee });
  }
  const errand = errandOf(call);
  const answer = answerOf(outcome);
  if (errand !== undefined && answer) errands.answered(errand, answer);
  if (outcome.at !== 'refused' || outcome.verdict === 'done') return;
  if (call.name === 'claim') keeper.claimRefused(call.epochs);
  for (const { what, epoch } of broughtBy(call)) if (what !== 'proof') keeper.learn(epoch, { of: 'why', why: [outcome.why] });
}

/** Hours that a call is about. */
function broughtBy(call: LedgerCall): readonly { readonly what: FeeOf; readonly epoch: number }[] {
  switch (call.name) {
    case 'submit':
      return call.proofs.map(({ epoch }) => ({ what: 'proof', epoch }));
    case 'reveal':
      return [{ what: 'reveal', epoch: call.epoch }];
    case 'claim':
      return call.epochs.map((epoch) => ({ what: 'claim', epoch }));
    default:
      return [];
  }
}

function errandOf(call: LedgerCall): string | undefined {
  if (call.name === 'vote') return `vote:${call.proposal}`;
  return call.name === 'register' || call.name === 'propose' ? call.name : undefined;
}

/** Undefined: not the end of it. It is tried again. */
function answerOf(outcome: CallOutcome): Answer | undefined {
  if (outcome.at === 'confirmed') return { state: 'done', tx: outcome.tx };
  if (outcome.at !== 'refused' || outcome.verdict === 'later') return undefined;
  return outcome.verdict === 'done' ? { state: 'done' } : { state: 'refused', why: [outcome.why] };
}
