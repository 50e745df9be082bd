'use client';
import { lazy, Suspense } from 'react';
import { Page } from '../frame/frame.tsx';
import { useNodeState } from '../frame/node-state.tsx';
import { packetsClause, type Saying } from '../home/sentence.ts';
import { useTrafficFeed } from '../live/feeds.ts';
import type { Status, TrafficToday } from '../live/model.ts';
import { frameStrings } from '../strings/en/frame.ts';
import { trafficStrings } from '../strings/en/traffic.ts';
import { bytes, clockMinute } from '../strings/format.ts';
import { Say } from '../ui/parts.tsx';
import { total } from './bins.ts';

const words = trafficStrings.traffic;

/** The sentence comes with the page; the charts a moment later. */
const Body = lazy(() => import('./body.tsx').then((module) => ({ default: module.Body })));

export function Traffic() {
  const { status, situation } = useNodeState();
  const traffic = useTrafficFeed();
  if (!status || !traffic) {
    return (
      <Page>
        <Say saying={{ clauses: [{ text: frameStrings.say.asking(status?.node.name) }] }} />
      </Page>
    );
  }
  return (
    <Page>
      <Say saying={saying(status, traffic, situation.at === 'past' ? situation.since : undefined)} />
      <Suspense>
        <Body status={status} traffic={traffic} />
      </Suspense>
    </Page>
  );
}

/** The same figure as on Home: one ledger. */
function saying(status: Status, traffic: TrafficToday, since: number | undefined): Saying {
  const packets = packetsClause(status);
  if (since !== undefined) return { clauses: [{ text: words.sentenceThen(clockMinute(since, traffic.timeZone)) }, { ...packets, past: true }] };
  if (status.carrying.packetsToday === 0) return { clauses: [{ ...packets }], lede: words.noneNext };
  const clauses = [{ ...packets, text: packets.text.replace('.', ',') }, { text: words.sentenceSize(bytes(total(traffic.totals.bytes))) }];
  return { clauses, lede: words.counted };
}
