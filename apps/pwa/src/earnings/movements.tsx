'use client';
import { useState } from 'react';
import type { Earnings, WalletState } from '../live/model.ts';
import { dateAndMinute } from '../strings/format.ts';
import { walletStrings } from '../strings/wallet.ts';
import { Age, Section } from '../ui/parts.tsx';
import { useMovements } from './feeds.ts';
import { shortAddress, stroops, xlm, xlmExact } from './money.ts';
import { Transaction } from './transaction.tsx';

const words = walletStrings.wallet.history;
const first = 5;

/** In and out of the wallet, with the fees, newest first. */
export function Movements({ earnings, wallet }: { earnings: Earnings; wallet: WalletState | undefined }) {
  const movements = useMovements();
  const [all, setAll] = useState(false);
  if (!wallet?.address || !movements || movements.readAt === undefined) return null;
  const shown = all ? movements.movements : movements.movements.slice(0, first);
  return (
    <Section
      title={words.title}
      aside={
        <span className="tick">
          <Age at={movements.readAt} />
        </span>
      }
    >
      {shown.length === 0 && <p className="sm">{words.none}</p>}
      <ul className="moves" data-testid="movements">
        {shown.map((movement) => {
          const out = movement.kind === 'sent' || movement.kind === 'fee';
          const { counterparty } = movement;
          const other =
            counterparty === undefined || movement.kind.startsWith('fee')
              ? ''
              : counterparty === earnings.terms?.contract
                ? words.contract
                : out
                  ? words.to(shortAddress(counterparty))
                  : words.from(shortAddress(counterparty));
          return (
            <li key={movement.id}>
              <span>
                {words[movement.kind]} <span className="text-ink2">{other}</span>
              </span>
              <b>
                {out ? '−' : '+'}
                {movement.kind.startsWith('fee') ? xlmExact(stroops(movement.amount)) : xlm(stroops(movement.amount))}
              </b>
              <span className="via">
                {dateAndMinute(movement.at, earnings.timeZone)}
                {movement.memo ? `, ${words.memo(movement.memo)}` : ''}
              </span>
              <Transaction hash={movement.tx} network={earnings.terms?.network} />
            </li>
          );
        })}
      </ul>
      {!all && movements.movements.length > first && (
        <p className="links">
          <button type="button" className="more" onClick={() => setAll(true)}>
            {words.more}
          </button>
        </p>
      )}
      {movements.since !== undefined && <p className="sm mt-2">{words.since(dateAndMinute(movements.since, earnings.timeZone))}</p>}
    </Section>
  );
}
