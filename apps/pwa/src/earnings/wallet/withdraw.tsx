'use client';
import type { WithdrawPlan } from '@energymesh/agent/rewards-schema';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useHere } from '../../live/providers.tsx';
import { walletStrings } from '../../strings/wallet.ts';
import { stroops, unitOf, xlmExact } from '../money.ts';
import { Trouble, useWork } from '../work.tsx';
import type { SheetProps } from './sheets.tsx';
import type { Typed } from './typed.ts';
import { WithdrawForm } from './withdraw-form.tsx';
import { WithdrawResult } from './withdraw-result.tsx';
import { WithdrawReview } from './withdraw-review.tsx';

const words = walletStrings.wallet.withdraw;

export type Plan = Extract<WithdrawPlan, { ok: true }>;
export type Refusal = Extract<WithdrawPlan, { ok: false }>;
type Step = { readonly at: 'form'; readonly refusal?: Refusal } | { readonly at: 'review'; readonly plan: Plan } | { readonly at: 'sent'; readonly id: string };

const blank: Typed = { to: '', amount: '', memoKind: 'none', memo: '' };

/** Typed and judged here, checked on the ledger by the node, shown once more, and only then sent; the result with its transaction. */
export function Withdraw(props: SheetProps) {
  const { trpc } = useHere();
  const queries = useQueryClient();
  const { earnings, wallet, open } = props;
  const unit = unitOf(earnings.terms);
  const [typed, setTyped] = useState<Typed>(blank);
  const [step, setStep] = useState<Step>({ at: 'form' });
  const { busy, trouble, run, setTrouble } = useWork();
  const spendable = wallet.account && stroops(wallet.account.spendable);

  const check = (of: Typed, create = false): Promise<void> =>
    run(async () => {
      const plan = await trpc.rewards.wallet.prepareWithdraw.mutate({
        to: of.to.trim(),
        amount: of.amount.trim(),
        ...(of.memoKind !== 'none' && { memo: { kind: of.memoKind, text: of.memo } }),
        ...(create && { create }),
      });
      setStep(plan.ok ? { at: 'review', plan } : { at: 'form', refusal: plan });
    });
  const send = ({ id }: Plan): Promise<void> =>
    run(async () => {
      const sent = await trpc.rewards.wallet.withdraw.mutate({ id });
      await queries.invalidateQueries({ queryKey: ['withdrawals'] });
      setStep({ at: 'sent', id: sent.id });
    });

  if (spendable === 0n && step.at === 'form' && !wallet.unreachable) return <p className="lede">{words.none}</p>;
  return (
    <>
      {step.at === 'form' && (
        <WithdrawForm
          typed={typed}
          onTyped={(next) => {
            setTyped(next);
            setTrouble(undefined);
            setStep({ at: 'form' });
          }}
          spendable={spendable}
          terms={earnings.terms}
          refusal={step.refusal}
          held={wallet.account && `${xlmExact(stroops(wallet.account.balance))}`}
          unit={unit}
          busy={busy}
          onCheck={check}
        />
      )}
      {step.at === 'review' && (
        <WithdrawReview
          plan={step.plan}
          unit={unit}
          network={earnings.terms?.network}
          busy={busy}
          onSend={() => send(step.plan)}
          onBack={() => setStep({ at: 'form' })}
        />
      )}
      {step.at === 'sent' && <WithdrawResult id={step.id} unit={unit} network={earnings.terms?.network} onDone={() => open(undefined)} />}
      <div className="mt-4">
        <Trouble of={trouble} />
      </div>
      <p className="sm min-h-5" role="status">
        {busy && step.at === 'form' ? words.checking : ''}
      </p>
    </>
  );
}
