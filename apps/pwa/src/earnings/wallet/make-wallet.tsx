'use client';
import { useNodeState } from '../../frame/node-state.tsx';
import { useHere } from '../../live/providers.tsx';
import { walletStrings } from '../../strings/wallet.ts';
import { Trouble, useWork } from '../work.tsx';
import type { SheetProps } from './sheets.tsx';

const { create: words, needsNode } = walletStrings.wallet;

/** The first step: a new wallet, an old one, or none here. */
export function MakeWallet({ wallet, open }: SheetProps) {
  const { trpc } = useHere();
  const { past } = useNodeState();
  const { busy, trouble, run } = useWork();
  const make = (): Promise<void> =>
    run(async () => {
      await trpc.rewards.wallet.create.mutate();
      if (wallet.payout.address === undefined) await trpc.rewards.wallet.setPayout.mutate({ address: 'own' });
      open('backup');
    });
  return (
    <>
      <p className="lede">{words.lede}</p>
      <Trouble of={trouble} />
      <button type="button" className="btn pri tall" disabled={busy || past || wallet.state !== 'none'} onClick={make}>
        {words.make}
      </button>
      <button type="button" className="btn tall mt-3" disabled={busy} onClick={() => open('restore')}>
        {words.restore}
      </button>
      <button type="button" className="btn tall mt-3" disabled={busy} onClick={() => open('payout')}>
        {words.elsewhere}
      </button>
      <p className="sm mt-3 min-h-5" role="status">
        {busy ? words.making : past ? needsNode : wallet.state === 'none' ? '' : words.there}
      </p>
    </>
  );
}
