'use client';
import { type FormEvent, useId, useState } from 'react';
import { useNodeState } from '../../frame/node-state.tsx';
import type { Earnings } from '../../live/model.ts';
import { walletStrings } from '../../strings/wallet.ts';
import { stroops, xlm, xlmExact, xlmPlain } from '../money.ts';
import { type Said, Trouble } from '../work.tsx';
import { type Field, faultIn, fieldOf, filledBy, refusalSaid, type Typed } from './typed.ts';
import type { Refusal } from './withdraw.tsx';

const { withdraw: words, notSent, needsNode } = walletStrings.wallet;
const memoKinds = ['none', 'text', 'id', 'hash', 'return'] as const;

interface WithdrawFormProps {
  readonly typed: Typed;
  readonly onTyped: (typed: Typed) => void;
  readonly spendable: bigint | undefined;
  readonly terms: Earnings['terms'];
  readonly refusal: Refusal | undefined;
  readonly held: string | undefined;
  readonly unit: string;
  readonly busy: boolean;
  readonly onCheck: (typed: Typed, create?: boolean) => void;
}

export function WithdrawForm({ typed, onTyped, spendable, terms, refusal, held, unit, busy, onCheck }: WithdrawFormProps) {
  const { past } = useNodeState();
  const [fault, setFault] = useState<{ field: Field; said: Said }>();
  const id = useId();
  const wrong = fault ?? (refusal && { field: fieldOf(refusal.refused), said: refusalSaid(refusal.refused) });
  const change = (next: Partial<Typed>): void => {
    setFault(undefined);
    onTyped({ ...typed, ...next });
  };
  const check = (of: Typed): void => {
    const found = faultIn(of);
    setFault(found);
    if (found) document.getElementById(`${id}-${found.field}`)?.focus();
    else onCheck(of);
  };
  const typeDestination = (text: string): void => {
    const filled = terms && filledBy(text, terms.passphrase);
    if (filled && 'said' in filled) {
      onTyped({ ...typed, to: text });
      setFault({ field: 'to', said: filled.said! });
    } else change(filled ?? { to: text });
  };
  const trouble = (field: Field) =>
    wrong?.field === field && (
      <div id={`${id}-trouble`} className="mt-2">
        <Trouble of={wrong.said} />
        {!fault && refusal && held !== undefined && <p className="sm -mt-2 mb-2">{notSent(held, unit)}</p>}
        {!fault && <Cure refusal={refusal} typed={typed} busy={busy} onTyped={onTyped} onCheck={onCheck} />}
      </div>
    );
  const about = (field: Field) => ({
    id: `${id}-${field}`,
    'aria-invalid': wrong?.field === field,
    ...(wrong?.field === field && { 'aria-describedby': `${id}-trouble` }),
  });
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    if (!busy) check(typed);
  };
  return (
    <form onSubmit={onSubmit} noValidate data-testid="withdraw-form">
      <label className="label pt-0!" htmlFor={`${id}-to`}>
        {words.to}
      </label>
      <p className="sm pb-1.5">{words.toHint}</p>
      <div className="field">
        <textarea
          {...about('to')}
          rows={2}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          maxLength={2100}
          value={typed.to}
          onChange={(event) => typeDestination(event.target.value)}
        />
      </div>
      {trouble('to')}
      <label className="label" htmlFor={`${id}-amount`}>
        {words.amount}
      </label>
      {spendable !== undefined && <p className="sm pb-1.5">{words.can(xlmExact(spendable))}</p>}
      <div className="field tall">
        <input
          {...about('amount')}
          inputMode="decimal"
          autoComplete="off"
          placeholder={typed.amount === 'all' ? words.allOf : undefined}
          value={typed.amount === 'all' ? '' : typed.amount}
          onChange={(event) => change({ amount: event.target.value })}
        />
        <button
          type="button"
          className="more min-h-11 px-1"
          aria-pressed={typed.amount === 'all'}
          onClick={() => change({ amount: typed.amount === 'all' ? '' : 'all' })}
        >
          {words.all}
        </button>
      </div>
      {trouble('amount')}
      <label className="label" htmlFor={`${id}-kind`}>
        {words.memo}
      </label>
      <p className="sm pb-1.5">{words.memoHint}</p>
      <div className="field tall">
        <select id={`${id}-kind`} value={typed.memoKind} onChange={(event) => change({ memoKind: event.target.value as Typed['memoKind'], memo: '' })}>
          {memoKinds.map((kind) => (
            <option key={kind} value={kind}>
              {words.memoKinds[kind]}
            </option>
          ))}
        </select>
      </div>
      {typed.memoKind !== 'none' && (
        <>
          <label className="label" htmlFor={`${id}-memo`}>
            {words.memoText}
          </label>
          <div className="field tall">
            <input
              {...about('memo')}
              autoComplete="off"
              spellCheck={false}
              maxLength={80}
              value={typed.memo}
              onChange={(event) => change({ memo: event.target.value })}
            />
          </div>
        </>
      )}
      {trouble('memo')}
      <button type="submit" className="btn pri tall mt-4" disabled={busy || past}>
        {words.check}
      </button>
      {past && <p className="sm mt-2">{needsNode}</p>}
    </form>
  );
}

/** A refusal that has a way out offers it. */
function Cure({ refusal, typed, busy, onTyped, onCheck }: Pick<WithdrawFormProps, 'refusal' | 'typed' | 'busy' | 'onTyped' | 'onCheck'>) {
  if (!refusal) return null;
  const { refused, max, min } = refusal;
  if (refused === 'destination-missing') {
    return (
      <button type="button" className="btn mb-2" disabled={busy} onClick={() => onCheck(typed, true)}>
        {words.create}
      </button>
    );
  }
  const would = refused === 'insufficient' ? max : refused === 'below-reserve' ? min : undefined;
  if (would === undefined || stroops(would) === 0n) return null;
  const instead = { ...typed, amount: xlmPlain(stroops(would)) };
  return (
    <button
      type="button"
      className="btn mb-2"
      disabled={busy}
      onClick={() => {
        onTyped(instead);
        onCheck(instead, refused === 'below-reserve');
      }}
    >
      {words.sendInstead(xlm(stroops(would)))}
    </button>
  );
}
