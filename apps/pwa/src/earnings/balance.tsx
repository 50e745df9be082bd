'use client';
import { useState } from 'react';
import { useNodeState } from '../frame/node-state.tsx';
import type { Earnings, WalletState } from '../live/model.ts';
import { useHere } from '../live/providers.tsx';
import { earningsStrings } from '../strings/earnings.ts';
import { walletStrings } from '../strings/wallet.ts';
import { Age } from '../ui/parts.tsx';
import type { FromLedger } from './chain.ts';
import { shortAddress, stroops, unitOf, xlm, xlmPlain } from './money.ts';
import type { Doing } from './places.ts';
import { Trouble, useWork } from './work.tsx';

const words = earningsStrings.earnings.balance;

/** The big figure, and the ways in and out. */
export function Balance({
  earnings,
  wallet,
  ledger,
  open,
}: {
  earnings: Earnings;
  wallet: WalletState | undefined;
  ledger: FromLedger | undefined;
  open: (doing: Doing) => void;
}) {
  const { past } = useNodeState();
  if (!wallet) return null;
  const { state, account, accountAt, payout, address, unreachable } = wallet;
  const unit = unitOf(earnings.terms);
  // The ledger's own word, newer than the node's.
  const balance = ledger?.balance ?? account?.balance;
  const at = ledger?.balance !== undefined ? ledger.at : accountAt;
  const rich = stroops(balance) > 0n;
  const have = state === 'unconfirmed' || state === 'confirmed';
  return (
    <section aria-labelledby="balance-heading" data-testid="balance" data-state={state} data-value={balance}>
      <h2 id="balance-heading" className="vh">
        {words.title}
      </h2>
      {state === 'damaged' && (
        <div className="note">
          <b>{words.damaged}</b>
          {words.damagedNext(wallet.why ?? '')}
        </div>
      )}
      {have && (
        <>
          <p className={past && !ledger ? 'bal past' : 'bal'}>
            <span>{balance === undefined ? '–' : xlm(stroops(balance))}</span>
            <small>{unit}</small>
          </p>
          <p className="sm mt-1 mb-4">
            {balance === undefined ? (
              words.notRead
            ) : (
              <>
                {words.onLedger} <Age at={at} />
              </>
            )}
            {account && stroops(account.reserve) > 0n && balance !== '0' && (
              <span className="block">{words.reserve(xlmPlain(stroops(account.reserve)), unit)}</span>
            )}
          </p>
          {account && !account.exists && !unreachable && !past && <NoAccount />}
          {unreachable && !ledger && earnings.ledger.why === undefined && <p className="note calm">{words.unreachable(unreachable)}</p>}
          <div className="row fill">
            {/* With nothing to send, the way in is the thing to do. */}
            <button type="button" className={rich ? 'btn pri' : 'btn'} onClick={() => open('withdraw')}>
              {words.withdraw}
            </button>
            <button type="button" className={rich ? 'btn' : 'btn pri'} onClick={() => open('receive')}>
              {words.receive}
            </button>
          </div>
        </>
      )}
      {state === 'none' && (
        <>
          <p className="lead">{words.none}</p>
          <p className="sm mb-3">{payout.address === undefined ? words.noneNext : ''}</p>
        </>
      )}
      {payout.address !== undefined && !payout.own && (
        <p className="sm my-3">
          {words.paidTo} <b className="text-ink">{shortAddress(payout.address)}</b>
        </p>
      )}
      <p className="links">
        {state === 'none' && payout.address !== undefined && (
          <button type="button" className="more" onClick={() => open('wallet')}>
            {words.make}
          </button>
        )}
        <button type="button" className="more" onClick={() => open('payout')}>
          {words.payout}
        </button>
        {address !== undefined && (
          <button type="button" className="more" onClick={() => open('restore')}>
            {walletStrings.wallet.restore.title}
          </button>
        )}
      </p>
    </section>
  );
}

/** The hub can make the account and hold its reserve. */
function NoAccount() {
  const { trpc } = useHere();
  const [asked, setAsked] = useState(false);
  const { busy, trouble, run } = useWork();
  return (
    <div className="note calm">
      {words.noAccount}
      <Trouble of={trouble} />
      {asked ? (
        <p role="status">{words.sponsorAsked}</p>
      ) : (
        <p>
          <button
            type="button"
            className="more"
            disabled={busy}
            onClick={() =>
              run(async () => {
                await trpc.rewards.wallet.sponsor.mutate();
                setAsked(true);
              })
            }
          >
            {words.askSponsor}
          </button>
        </p>
      )}
    </div>
  );
}
