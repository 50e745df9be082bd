'use client';
import type { PayoutAnswer } from '@energymesh/agent/rewards-schema';
import { isPayoutAddress, parseDestination } from '@energymesh/wallet/input';
import { type FormEvent, useId, useState } from 'react';
import { useNodeState } from '../../frame/node-state.tsx';
import { useHere } from '../../live/providers.tsx';
import { walletStrings } from '../../strings/wallet.ts';
import { shortAddress } from '../money.ts';
import { type Said, Trouble, useWork } from '../work.tsx';
import { Finished, PastedText } from './sheet-parts.tsx';
import type { SheetProps } from './sheets.tsx';
import { refusalSaid } from './typed.ts';

const { payout: words, needsNode, destination } = walletStrings.wallet;

/** Where the contract pays: this node's wallet, or an address elsewhere that was looked at first. */
export function Payout({ earnings, wallet, open }: SheetProps) {
  const { trpc } = useHere();
  const { past } = useNodeState();
  const { payout, payoutAsked } = earnings.registration;
  const [own, setOwn] = useState(payout === undefined ? wallet.address !== undefined : payout === wallet.address);
  const [text, setText] = useState('');
  const [fault, setFault] = useState<Said>();
  const [saved, setSaved] = useState<PayoutAnswer>();
  const { busy, trouble, run } = useWork();
  const id = useId();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (busy) return;
    const parsed = own ? undefined : parseDestination(text);
    const wrong = !parsed
      ? undefined
      : 'fault' in parsed
        ? destination[parsed.fault]
        : isPayoutAddress(parsed.address)
          ? undefined
          : refusalSaid('destination');
    setFault(wrong);
    if (wrong) return;
    void run(async () => {
      const address = own ? 'own' : parsed && 'address' in parsed ? parsed.address : text;
      const answer = await trpc.rewards.wallet.setPayout.mutate({ address });
      if (answer.ok) setSaved(answer);
      else setFault(refusalSaid(answer.refused ?? 'destination'));
    });
  };
  if (saved) {
    return (
      <Finished testId="payout-saved" said={words.saved} next={words.savedNext} close={() => open(undefined)}>
        {saved.warning && <p className="note calm">{words.warnings[saved.warning]}</p>}
      </Finished>
    );
  }
  return (
    <form onSubmit={submit} noValidate data-testid="payout-form">
      <p className="lede">{words.lede}</p>
      {(payout !== undefined || payoutAsked !== undefined) && (
        <dl className="pairs mb-3">
          {payout !== undefined && (
            <div>
              <dt>{words.now}</dt>
              <dd>{payout === wallet.address ? words.own : shortAddress(payout)}</dd>
            </div>
          )}
          {payoutAsked !== undefined && (
            <div>
              <dt>{words.askedFor}</dt>
              <dd>{payoutAsked === wallet.address ? words.own : shortAddress(payoutAsked)}</dd>
            </div>
          )}
        </dl>
      )}
      <label className="check">
        <input type="radio" name={id} checked={own} disabled={wallet.address === undefined} onChange={() => setOwn(true)} />
        <span>
          <b>{words.own}</b>
          <br />
          {wallet.address === undefined ? words.ownNone : words.ownNote(shortAddress(wallet.address))}
        </span>
      </label>
      <label className="check">
        <input type="radio" name={id} checked={!own} onChange={() => setOwn(false)} />
        <span>
          <b>{words.other}</b>
          <br />
          {words.otherNote}
        </span>
      </label>
      {!own && (
        <>
          <label className="vh" htmlFor={`${id}-address`}>
            {words.other}
          </label>
          <div className="mt-2">
            <PastedText
              id={`${id}-address`}
              rows={2}
              maxLength={120}
              capitals="characters"
              value={text}
              wrong={fault !== undefined}
              onText={(now) => {
                setText(now);
                setFault(undefined);
              }}
            />
          </div>
        </>
      )}
      <div className="mt-3">
        <Trouble of={fault ?? trouble} />
      </div>
      <button type="submit" className="btn pri tall mt-2" disabled={busy || past || (own ? wallet.address === undefined : text.trim() === '')}>
        {words.save}
      </button>
      {past && <p className="sm mt-2">{needsNode}</p>}
    </form>
  );
}
