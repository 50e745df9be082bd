'use client';
import { useNodeState } from '../frame/node-state.tsx';
import type { TrafficSpan, TrafficToday } from '../live/model.ts';
import { bytes, number, short } from '../strings/format.ts';
import { frameStrings } from '../strings/frame.ts';
import { trafficStrings } from '../strings/traffic.ts';
import type { Position } from '../time/day-axis.tsx';
import { Age, Section } from '../ui/parts.tsx';
import { LatencyRuler } from './latency.tsx';
import { useUntil } from './until.ts';
import { WaitedChart } from './waited.tsx';

const words = trafficStrings.traffic;

/** Backlog, directions, latency and urgency. `totals`: of what the chart shows, as old as `at`. */
export function Lower({
  traffic,
  span,
  totals,
  at,
  position,
}: {
  traffic: TrafficToday;
  /** Undefined: the chart shows today. */
  span: TrafficSpan | undefined;
  totals: TrafficToday['totals'];
  at: number;
  position: Position | undefined;
}) {
  const { backlog } = traffic;
  const latency = span ? span.latency : traffic.latency;
  const { past } = useNodeState();
  const until = useUntil(traffic.at);
  const shown = (
    <span className="tick">
      <Age at={at} />
    </span>
  );
  const when = (
    <span className="tick">
      <Age at={traffic.at} />
    </span>
  );
  return (
    <div className="cols even">
      <div>
        <Section title={words.waiting} aside={when}>
          <p className="lead" data-testid="waiting" data-value={backlog.waiting}>
            {words.waitingSay(backlog.waiting, backlog.oldestMs === undefined ? undefined : short(backlog.oldestMs))}
          </p>
          <p className="sm mb-3">{backlog.expired + backlog.dropped === 0 ? words.noneLost : words.someLost(backlog.expired, backlog.dropped)}</p>
          <dl className="facts">
            <Fact name={words.waitingSize} value={bytes(backlog.bytes)} />
            <Fact name={words.expired} value={number(backlog.expired)} />
            <Fact name={words.dropped} value={number(backlog.dropped)} />
          </dl>
          <WaitedChart traffic={traffic} until={until} past={past} position={position} />
        </Section>
        <Section title={words.direction} aside={shown}>
          <dl className="facts">
            <Fact name={words.up} value={number(totals.up)} />
            <Fact name={words.down} value={number(totals.down)} />
            <Fact name={words.between} value={number(totals.between)} />
          </dl>
        </Section>
      </div>
      <div>
        <Section title={words.latency} aside={<span className="tick">{words.latencyTo}</span>}>
          {latency ? (
            <LatencyRuler latency={latency} note={span ? words.latencyRough : undefined} />
          ) : (
            <>
              <p className="lead">{frameStrings.notKnown}</p>
              <p className="sm">{span ? words.latencyNoneThen : words.latencyNone}</p>
            </>
          )}
        </Section>
        <Section title={words.byClass} aside={shown}>
          <ClassTable totals={totals} />
        </Section>
      </div>
    </div>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function ClassTable({ totals }: { totals: TrafficToday['totals'] }) {
  const byClass = new Map(totals.byClass.map((row) => [row.class, row]));
  return (
    <table className="table" data-testid="by-class">
      <thead>
        <tr>
          <th scope="col">{words.classLabel}</th>
          <th scope="col">{words.packets}</th>
          <th scope="col">{words.size}</th>
        </tr>
      </thead>
      <tbody>
        {words.classes.map((name, i) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{number(byClass.get(i)?.packets ?? 0)}</td>
            <td>{bytes(byClass.get(i)?.bytes ?? 0)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
