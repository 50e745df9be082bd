'use client';
import { lazy, Suspense } from 'react';
import { Page } from '../frame/frame.tsx';
import { useNodeState } from '../frame/node-state.tsx';
import { useNow } from '../live/clock.ts';
import { useDevices, useNeighboursFeed, useTopologyFeed, useTrafficFeed } from '../live/feeds.ts';
import type { TrafficToday } from '../live/model.ts';
import { trafficStrings } from '../strings/en/traffic.ts';
import { binsOf } from '../traffic/bins.ts';
import { Comb } from '../traffic/comb.tsx';
import { Legend } from '../traffic/legend.tsx';
import { useUntil } from '../traffic/until.ts';
import { Age, Say, Section } from '../ui/parts.tsx';
import { Answers } from './answers.tsx';
import { sentence } from './sentence.ts';

/** What a phone shows first comes with the page; the rest a moment later. */
const Lower = lazy(() => import('./lower.tsx').then((module) => ({ default: module.Lower })));

export function Home() {
  const { card, status, situation } = useNodeState();
  const now = useNow();
  const traffic = useTrafficFeed();
  const neighbours = useNeighboursFeed();
  const topology = useTopologyFeed();
  const devices = useDevices();
  const timeZone = traffic?.timeZone;
  const alone = situation.at === 'alone';
  const lower = (part: 'lamp' | 'alone' | 'left' | 'right') =>
    status && (
      <Suspense>
        <Lower part={part} status={status} neighbours={neighbours} topology={topology} devices={devices} dayStart={traffic?.dayStart} timeZone={timeZone} />
      </Suspense>
    );
  return (
    <Page>
      <Say saying={sentence(status, situation, now, card?.name, timeZone)} />
      {status && !alone && <Answers status={status} timeZone={timeZone} />}
      {status && (
        <>
          {!alone && <div className="phone">{lower('lamp')}</div>}
          <div className="cols rail:pt-6">
            <div>
              {alone ? lower('alone') : <TrafficSection traffic={traffic} />}
              {alone && <Answers status={status} timeZone={timeZone} />}
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

function TrafficSection({ traffic }: { traffic: TrafficToday | undefined }) {
  const { status, past } = useNodeState();
  const until = useUntil(traffic?.at);
  if (!traffic) return null;
  return (
    <Section
      id="traffic"
      title={trafficStrings.traffic.today}
      aside={
        <span className="tick">
          <Age at={traffic.at} />
        </span>
      }
    >
      <Comb
        bins={binsOf(traffic, until)}
        dayStart={traffic.dayStart}
        until={until}
        past={past}
        timeZone={traffic.timeZone}
        position={status?.node.position}
        height={128}
      />
      <Legend packets={traffic.totals.packets} />
    </Section>
  );
}
