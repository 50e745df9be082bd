'use client';
import { makePayLink, parseXlm } from '@energymesh/wallet/input';
import { useId, useState } from 'react';
import { walletStrings } from '../../strings/wallet.ts';
import { Copy } from '../../ui/copy.tsx';
import { inFours, isPlayMoney } from '../money.ts';
import { Qr } from './qr.tsx';
import type { SheetProps } from './sheets.tsx';

const { receive: words, amountFaults } = walletStrings.wallet;

/** The address as a code to scan (SEP-7), as text to copy, in groups to compare. Works with the node silent. */
export function Receive({ earnings, wallet }: SheetProps) {
  const [text, setText] = useState('');
  const field = useId();
  const { address } = wallet;
  const { terms } = earnings;
  if (address === undefined || !terms) return null;
  const amount = text.trim() === '' ? undefined : parseXlm(text);
  const fault = typeof amount === 'object' ? amountFaults[amount.fault] : amount === 0n ? amountFaults['not-positive'] : undefined;
  const link = makePayLink({ destination: address, ...(typeof amount === 'bigint' && amount > 0n && { amountStroops: amount }) }, terms.passphrase);
  return (
    <>
      <p className="lede">{words.lede}</p>
      {isPlayMoney(terms) && <p className="note">{words.play}</p>}
      <Qr text={link} label={words.qr} />
      <p className="label">{words.address}</p>
      <p className="address" data-testid="own-address" data-address={address}>
        {inFours(address).map((four, i) => (
          // The groups of an address have no identity but their place.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <span key={i}>{four}</span>
        ))}
      </p>
      <div className="row fill mt-3">
        <Copy text={address} className="btn pri" />
        <Copy text={link} label={words.copyLink} />
      </div>
      <label className="label mt-3" htmlFor={field}>
        {words.amount}
      </label>
      <p className="sm pb-1.5">{words.amountHint}</p>
      <div className="field tall">
        <input
          id={field}
          inputMode="decimal"
          autoComplete="off"
          value={text}
          aria-invalid={fault !== undefined}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <p className="sm mt-1 min-h-5" role="status">
        {fault ? `${fault.say} ${fault.next}` : ''}
      </p>
      <p className="links">
        <a className="more" href={link} data-testid="pay-link">
          {words.link}
        </a>
      </p>
    </>
  );
}
