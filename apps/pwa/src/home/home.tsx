'use client';
import { lazy, Suspense } from 'react';
import { Page } from '../frame/frame.tsx';
import { useNodeState } from '../frame/node-state.tsx';
import { useNow } from '../live/clock.ts';
import { useDevices, useEarningsFeed, useNeighboursFeed, useTopologyFeed, useTrafficFeed, useWalletFeed } from '../live/feeds.ts';
import { Say } from '../ui/parts.tsx';
import { Answers } from './answers.tsx';
import type { LowerProps } from './lower.tsx';
import { counted, sentence } from './sentence.ts';

/** The sentence and the answers come with the page; the charts and the rest a moment later. */
const Lower = lazy(() => import('./lower.tsx').then((module) => ({ default: module.Lower })));

export function Home() {
  const { card, status: told, situation } = useNodeState();
  const now = useNow();
  const traffic = useTrafficFeed();
  const neighbours = useNeighboursFeed();
  const topology = useTopologyFeed();
  const devices = useDevices();
  const earnings = useEarningsFeed();
  const wallet = useWalletFeed();
  const status = told && counted(told, traffic);
  const timeZone = status?.timeZone;
  const alone = situation.at === 'alone';
  const lower = (part: LowerProps['part']) =>
    status && (
      <Suspense>
        <Lower
          part={part}
          status={status}
          neighbours={neighbours}
          topology={topology}
          devices={devices}
          traffic={traffic}
          earnings={earnings}
          wallet={wallet}
        />
      </Suspense>
    );
  return (
    <Page>
      <Say saying={sentence(status, situation, now, card?.name, timeZone)} />
      {status && !alone && <Answers status={status} timeZone={timeZone} earnings={earnings} wallet={wallet} />}
      {status && (
        <>
          {!alone && <div className="phone">{lower('lamp')}</div>}
          <div className="cols rail:pt-6">
            <div>
              {lower(alone ? 'alone' : 'traffic')}
              {alone && <Answers status={status} timeZone={timeZone} earnings={earnings} wallet={wallet} />}
              {lower('left')}
            </div>
            <div>
              {!alone && <div className="desk">{lower('lamp')}</div>}
              {lower('right')}
            </div>
          </div>
        </>
      )}
    </Page>
  );
}
