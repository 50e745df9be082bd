'use client';
import { useState } from 'react';
import { useNodeState } from '../frame/node-state.tsx';
import { go } from '../frame/places.ts';
import type { Status, TrafficSpan, TrafficToday } from '../live/model.ts';
import { zoneName } from '../strings/format.ts';
import { trafficStrings } from '../strings/traffic.ts';
import { Age, Section } from '../ui/parts.tsx';
import { Seg } from '../ui/seg.tsx';
import { binsOf, type Measure, slotsOf } from './bins.ts';
import { Columns } from './columns.tsx';
import { Comb } from './comb.tsx';
import { csvName, csvOf } from './csv.ts';
import { DeviceTable } from './devices.tsx';
import { Legend } from './legend.tsx';
import { Lower } from './lower.tsx';
import { SlotTable } from './table.tsx';
import { useUntil } from './until.ts';
import { addressOf, type View } from './view.ts';
import { Zoom } from './zoom.tsx';

const words = trafficStrings.traffic;

/** The chart or its table, and what waits, goes where and takes how long. `span` is undefined for today. */
export function Body({ status, traffic, view, span }: { status: Status; traffic: TrafficToday; view: View; span: TrafficSpan | undefined }) {
  const { past } = useNodeState();
  const until = useUntil(span?.at ?? traffic.at);
  const [as, setAs] = useState<'chart' | 'table'>('chart');
  const [measure, setMeasure] = useState<Measure>('packets');
  const { timeZone, at, totals } = span ?? traffic;
  const slots = span?.slots ?? slotsOf(traffic);
  const bins = binsOf(slots, until, measure);
  const show = (next: View) => go(addressOf(next), { replace: 'from' in view });
  const [first, last] = [slots[0], slots.at(-1)];
  const brushed = (low: number, high: number, tapped: boolean) => {
    const [from, to] = [slots[low]?.start, slots[high]?.end];
    // A bar of minutes is as close as it gets: a tap on it is none.
    if (from === undefined || to === undefined || from > until || (tapped && to - from < hourMs)) return;
    show({ from, to: Math.max(to, from + closestMs) });
  };
  const slot = span?.slot ?? 'ten-minutes';
  return (
    <>
      <Section
        title={measure === 'bytes' ? words.carriedBytes : words.carried}
        aside={
          <span className="tick">
            {words.per[slot]} · {zoneName(at, timeZone)} · <Age at={at} />
          </span>
        }
      >
        <div className="chart-tools">
          <Seg
            label={words.view}
            value={as}
            options={[
              { value: 'chart', label: words.asChart },
              { value: 'table', label: words.asTable },
            ]}
            onChange={setAs}
          />
          <Seg
            label={words.measure}
            value={measure}
            options={[
              { value: 'packets', label: words.packets },
              { value: 'bytes', label: words.size },
            ]}
            onChange={setMeasure}
          />
        </div>
        {as === 'table' ? (
          <SlotTable bins={bins} slot={slot} fold={span ? 1 : 6} timeZone={timeZone} totals={totals[measure]} measure={measure} />
        ) : span ? (
          <Columns bins={bins} byDay={span.slot === 'day'} until={until} past={past} timeZone={timeZone} measure={measure} height={190} onBrush={brushed} />
        ) : (
          <Comb
            bins={bins}
            dayStart={traffic.dayStart}
            until={until}
            past={past}
            timeZone={timeZone}
            position={status.node.position}
            height={190}
            axis
            measure={measure}
            onBrush={brushed}
          />
        )}
        <Zoom
          window={first && last ? { from: first.start, to: last.end } : undefined}
          now={until}
          onShow={show}
          onCsv={() => download(csvName(status.node.name, first?.start ?? at, Math.min(until, last?.start ?? until)), csvOf(slots, until))}
        />
        <Legend parts={totals[measure]} measure={measure} />
      </Section>
      <Lower traffic={traffic} span={span} totals={totals} at={at} position={status.node.position} />
      <DeviceTable />
    </>
  );
}
const hourMs = 3_600_000;
const closestMs = 10 * 60_000;

/** Works on plain HTTP too: the text is made here, nothing is asked for. */
function download(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  link.download = name;
  link.click();
  // After the browser has taken it.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
