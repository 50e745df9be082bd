'use client';
import { useSearchParams } from 'next/navigation';
import { lazy, Suspense } from 'react';
import { Page } from '../frame/frame.tsx';
import { useNodeState } from '../frame/node-state.tsx';
import { useEarningsFeed, useWalletFeed } from '../live/feeds.ts';
import { earningsStrings } from '../strings/earnings.ts';
import { Go } from '../ui/go.tsx';
import { Say } from '../ui/parts.tsx';
import { hoursFirst, useHours } from './feeds.ts';
import { useDoing } from './places.ts';
import { earningsSaying } from './say.ts';
import { TestNetwork } from './test-network.tsx';

/** The sentence comes with the page; the rest a moment later. */
const Body = lazy(() => import('./body.tsx').then((module) => ({ default: module.Body })));
const Rules = lazy(() => import('./rules/rules.tsx').then((module) => ({ default: module.Rules })));
const Sheets = lazy(() => import('./wallet/sheets.tsx').then((module) => ({ default: module.Sheets })));

/** What the node earned, and what to do about it: one ledger, one number. */
export function Earnings() {
  const { status, link, card } = useNodeState();
  const earnings = useEarningsFeed();
  const wallet = useWalletFeed();
  const hours = useHours(hoursFirst);
  const rules = useSearchParams().get('view') === 'rules';
  const [doing, open] = useDoing();
  const on = earnings && earnings.state !== 'off';
  if (rules) {
    return (
      <Page>
        <TestNetwork terms={earnings?.terms} />
        <Suspense>{earnings && <Rules earnings={earnings} />}</Suspense>
      </Page>
    );
  }
  return (
    <Page>
      <TestNetwork terms={earnings?.terms} />
      <Say saying={earningsSaying(earnings, hours?.hours, link, status?.node.name ?? card?.name)} />
      {earnings?.state === 'off' && (
        <Go className="btn" href="/traffic">
          {earningsStrings.earnings.say.offNext}
        </Go>
      )}
      {on && (
        <Suspense>
          <Body earnings={earnings} wallet={wallet} position={status?.node.position} open={open} />
        </Suspense>
      )}
      {on && wallet && doing && (
        <Suspense>
          <Sheets key={doing} doing={doing} earnings={earnings} wallet={wallet} open={open} />
        </Suspense>
      )}
    </Page>
  );
}
