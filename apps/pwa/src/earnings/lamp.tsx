'use client';
import type { Earnings, WalletState } from '../live/model.ts';
import { earningsStrings } from '../strings/earnings.ts';
import { Go } from '../ui/go.tsx';
import { Chevron } from '../ui/parts.tsx';
import { stroops, unitOf, xlm } from './money.ts';
import { type Doing, hrefOf } from './places.ts';

const words = earningsStrings.earnings.lamp;

/** The one thing to do next about the wallet, if there is one. */
export function nextOfWallet(wallet: WalletState | undefined): Extract<Doing, 'wallet' | 'backup'> | undefined {
  if (wallet?.state === 'unconfirmed') return 'backup';
  // Rewards that go elsewhere need no wallet here.
  return wallet?.state === 'none' && wallet.payout.address === undefined ? 'wallet' : undefined;
}

export function Lamp({ wallet, earnings }: { wallet: WalletState | undefined; earnings: Earnings }) {
  const next = nextOfWallet(wallet);
  if (!next) return null;
  const held = stroops(wallet?.account?.balance);
  return (
    <Go className="lamp" href={hrefOf(next)} data-testid="wallet-lamp">
      <div>
        <b>{next === 'backup' ? words.backUp : words.make}</b>
        <span>{next === 'backup' ? words.backUpNext(held > 0n ? xlm(held) : undefined, unitOf(earnings.terms)) : words.makeNext}</span>
      </div>
      <Chevron />
    </Go>
  );
}
