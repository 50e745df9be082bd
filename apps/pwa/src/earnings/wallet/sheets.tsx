'use client';
import type { ComponentType } from 'react';
import type { Earnings, WalletState } from '../../live/model.ts';
import { walletStrings } from '../../strings/wallet.ts';
import { Dialog } from '../../ui/dialog.tsx';
import type { Doing } from '../places.ts';
import { BackUp } from './back-up.tsx';
import { MakeWallet } from './make-wallet.tsx';
import { Payout } from './payout.tsx';
import { Receive } from './receive.tsx';
import { Restore } from './restore.tsx';
import { Withdraw } from './withdraw.tsx';

const words = walletStrings.wallet;

export interface SheetProps {
  readonly earnings: Earnings;
  readonly wallet: WalletState;
  /** Another sheet in place of this one; undefined closes it. */
  readonly open: (next: Doing | undefined) => void;
}

const sheets: Readonly<Record<Doing, readonly [title: string, sheet: ComponentType<SheetProps>]>> = {
  receive: [words.receive.title, Receive],
  withdraw: [words.withdraw.title, Withdraw],
  wallet: [words.create.title, MakeWallet],
  backup: [words.backup.title, BackUp],
  restore: [words.restore.title, Restore],
  payout: [words.payout.title, Payout],
};

/** What stands over the page: one thing about the wallet at a time. */
export function Sheets({ doing, ...rest }: SheetProps & { doing: Doing }) {
  const [title, Sheet] = sheets[doing];
  return (
    <Dialog title={title} close={words.close} onClose={() => rest.open(undefined)}>
      <Sheet {...rest} />
    </Dialog>
  );
}
