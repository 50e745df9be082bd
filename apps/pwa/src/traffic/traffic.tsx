'use client';
import { useSearchParams } from 'next/navigation';
import { lazy, Suspense, useMemo } from 'react';
import { Page } from '../frame/frame.tsx';
import { useNodeState } from '../frame/node-state.tsx';
import { go } from '../frame/places.ts';
import { packetsClause, type Saying } from '../home/sentence.ts';
import { useTrafficFeed, useTrafficSpan } from '../live/feeds.ts';
import type { TrafficSpan, TrafficToday } from '../live/model.ts';
import { bytes, clockMinute, dateName, number, weekdayDay } from '../strings/format.ts';
import { frameStrings } from '../strings/frame.ts';
import { trafficStrings } from '../strings/traffic.ts';
import { Say } from '../ui/parts.tsx';
import { Seg } from '../ui/seg.tsx';
import { total } from './bins.ts';
import { addressOf, askedOf, daysOff, type View, viewOf } from './view.ts';

const words = trafficStrings.traffic;
const spans = ['today', 'week', 'month'] as const;

/** The sentence comes with the page; the charts a moment later. */
const Body = lazy(() => import('./body.tsx').then((module) => ({ default: module.Body })));

export function Traffic() {
  const { status, situation } = useNodeState();
  const traffic = useTrafficFeed();
  const parameters = useSearchParams();
  const view = useMemo(() => viewOf(parameters), [parameters]);
  const asked = useMemo(() => askedOf(view), [view]);
  const { span, failed } = useTrafficSpan(asked);
  if (!status || !traffic) {
    return (
      <Page>
        <Say saying={{ clauses: [{ text: frameStrings.say.asking(status?.node.name) }] }} />
      </Page>
    );
  }
  const since = situation.at === 'past' ? situation.since : undefined;
  return (
    <Page>
      <Say saying={asked ? (span ? sayingOf(span, view, since) : waiting(failed || since !== undefined)) : sayingToday(traffic, since)} />
      <Seg
        className="mt-1 mb-6"
        label={words.span}
        value={'last' in view ? view.last : undefined}
        options={spans.map((value) => ({ value, label: words.spans[value] }))}
        onChange={(last) => go(addressOf({ last }))}
      />
      <Suspense>{(!asked || span) && <Body status={status} traffic={traffic} view={view} span={asked && span} />}</Suspense>
    </Page>
  );
}

/** The same figure as in the legend below, and on Home: one ledger. */
function sayingToday(traffic: TrafficToday, since: number | undefined): Saying {
  const count = total(traffic.totals.packets);
  const packets = packetsClause(count);
  if (since !== undefined) return { clauses: [{ text: words.sentenceThen(clockMinute(since, traffic.timeZone)) }, { ...packets, past: true }] };
  if (count === 0) return { clauses: [{ ...packets }], lede: words.noneNext };
  const clauses = [{ ...packets, text: packets.text.replace('.', ',') }, { text: words.sentenceSize(bytes(total(traffic.totals.bytes))) }];
  return { clauses, lede: words.counted };
}

function sayingOf(span: TrafficSpan, view: View, since: number | undefined): Saying {
  const { totals, timeZone, from, to, slots } = span;
  const count = total(totals.packets);
  const past = since !== undefined;
  const sameDay = weekdayDay(from, timeZone) === weekdayDay(to - 1, timeZone);
  const when = 'last' in view ? words.inDays(slots.length) : sameDay && span.slot !== 'day' ? words.onDay(weekdayDay(from, timeZone)) : words.inWindow;
  const off = daysOff(span).map((start) => dateName(start, timeZone));
  const window =
    span.slot === 'day' ? [weekdayDay(from, timeZone), weekdayDay(to - 1, timeZone)] : [stamp(from, sameDay, timeZone), stamp(to, sameDay, timeZone)];
  const begins = span.slot === 'day' ? slots.findIndex(({ packets }) => packets) : 0;
  const first = begins > 0 ? slots[begins] : undefined;
  const lede =
    off.length > 0
      ? words.daysOff(off)
      : first
        ? words.begins(weekdayDay(first.start, timeZone))
        : slots.some(({ packets }) => packets)
          ? words.window(window[0] ?? '', window[1] ?? '')
          : words.unknownWindow;
  return {
    clauses: [
      ...(past ? [{ text: words.sentenceThen(clockMinute(since, timeZone)) }] : []),
      { text: `${words.packetCount(number(count), count)} ${when},`, past },
      { text: words.sentenceSize(bytes(total(totals.bytes))), past },
    ],
    lede,
  };
}

const stamp = (at: number, sameDay: boolean, timeZone: string): string =>
  sameDay ? clockMinute(at, timeZone) : `${weekdayDay(at, timeZone)}, ${clockMinute(at, timeZone)}`;

/** Asked for, and not here yet; or nobody answers, and it was not looked at before. */
const waiting = (failed: boolean): Saying =>
  failed ? { clauses: [{ text: words.spanNotKnown }], lede: words.spanNotKnownNext } : { clauses: [{ text: words.spanAsking }] };
