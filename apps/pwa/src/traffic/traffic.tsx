'use client';
import { lazy, Suspense, useState } from 'react';
import { Page } from '../frame/frame.tsx';
import { useNodeState } from '../frame/node-state.tsx';
import { packetsClause, type Saying } from '../home/sentence.ts';
import { useTrafficFeed } from '../live/feeds.ts';
import type { Status, TrafficToday } from '../live/model.ts';
import { frameStrings } from '../strings/en/frame.ts';
import { trafficStrings } from '../strings/en/traffic.ts';
import { bytes, clockMinute, zoneName } from '../strings/format.ts';
import { Age, Say, Section } from '../ui/parts.tsx';
import { Seg } from '../ui/seg.tsx';
import { binsOf, total } from './bins.ts';
import { Comb } from './comb.tsx';
import { Legend } from './legend.tsx';
import { HourTable } from './table.tsx';
import { useUntil } from './until.ts';

const words = trafficStrings.traffic;

/** The chart comes with the page; the rest a moment later. */
const Lower = lazy(() => import('./lower.tsx').then((module) => ({ default: module.Lower })));

export function Traffic() {
  const { status, past, situation } = useNodeState();
  const traffic = useTrafficFeed();
  const until = useUntil(traffic?.at);
  const [as, setAs] = useState<'chart' | 'table'>('chart');
  if (!status || !traffic) {
    return (
      <Page>
        <Say saying={{ clauses: [{ text: frameStrings.say.asking(status?.node.name) }] }} />
      </Page>
    );
  }
  const bins = binsOf(traffic, until);
  const { totals, timeZone } = traffic;
  return (
    <Page>
      <Say saying={saying(status, traffic, situation.at === 'past' ? situation.since : undefined)} />
      <Section
        title={words.carried}
        aside={
          <span className="tick">
            {words.per10} · {words.zone(zoneName(traffic.at, timeZone))} · <Age at={traffic.at} />
          </span>
        }
      >
        <Seg
          className="mb-3"
          label={words.view}
          value={as}
          options={[
            { value: 'chart', label: words.asChart },
            { value: 'table', label: words.asTable },
          ]}
          onChange={setAs}
        />
        {as === 'chart' ? (
          <Comb bins={bins} dayStart={traffic.dayStart} until={until} past={past} timeZone={timeZone} position={status.node.position} height={190} axis />
        ) : (
          <HourTable bins={bins} timeZone={timeZone} totals={totals.packets} />
        )}
        <Legend packets={totals.packets} />
      </Section>
      <Suspense>
        <Lower traffic={traffic} />
      </Suspense>
    </Page>
  );
}

/** The same figure as on Home: one ledger. */
function saying(status: Status, traffic: TrafficToday, since: number | undefined): Saying {
  const packets = packetsClause(status);
  if (since !== undefined) return { clauses: [{ text: words.sentenceThen(clockMinute(since, traffic.timeZone)) }, { ...packets, past: true }] };
  if (status.carrying.packetsToday === 0) return { clauses: [{ ...packets }], lede: words.noneNext };
  const size = total(traffic.totals.bytes);
  return { clauses: [{ ...packets, text: packets.text.replace('.', ',') }, { text: words.sentenceSince(bytes(size)) }] };
}
