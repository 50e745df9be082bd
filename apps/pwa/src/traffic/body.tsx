'use client';
import { useState } from 'react';
import { useNodeState } from '../frame/node-state.tsx';
import type { Status, TrafficToday } from '../live/model.ts';
import { trafficStrings } from '../strings/en/traffic.ts';
import { zoneName } from '../strings/format.ts';
import { Age, Section } from '../ui/parts.tsx';
import { Seg } from '../ui/seg.tsx';
import { binsOf } from './bins.ts';
import { Comb } from './comb.tsx';
import { Legend } from './legend.tsx';
import { Lower } from './lower.tsx';
import { HourTable } from './table.tsx';
import { useUntil } from './until.ts';

const words = trafficStrings.traffic;

/** Today's chart or its table, and what waits, goes where and takes how long. */
export function Body({ status, traffic }: { status: Status; traffic: TrafficToday }) {
  const { past } = useNodeState();
  const until = useUntil(traffic.at);
  const [as, setAs] = useState<'chart' | 'table'>('chart');
  const bins = binsOf(traffic, until);
  const { totals, timeZone } = traffic;
  return (
    <>
      <Section
        title={words.carried}
        aside={
          <span className="tick">
            {words.per10} · {zoneName(traffic.at, timeZone)} · <Age at={traffic.at} />
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
      <Lower traffic={traffic} />
    </>
  );
}
