'use client';
import { useState } from 'react';
import { Page } from '../frame/frame.tsx';
import { useNodeState } from '../frame/node-state.tsx';
import { packetsClause, type Saying } from '../home/sentence.ts';
import { useNow } from '../live/clock.ts';
import { useTrafficFeed } from '../live/feeds.ts';
import type { Status, TrafficToday } from '../live/model.ts';
import { bytes, clockMinute, number, short, zoneName } from '../strings/format.ts';
import { strings } from '../strings/index.ts';
import { Age, Say, Section } from '../ui/parts.tsx';
import { binsOf, total } from './bins.ts';
import { Comb } from './comb.tsx';
import { LatencyRuler } from './latency.tsx';
import { Legend } from './legend.tsx';
import { HourTable } from './table.tsx';

const words = strings.traffic;

export function Traffic() {
  const { status, link, past, situation } = useNodeState();
  const traffic = useTrafficFeed();
  const now = useNow();
  const [as, setAs] = useState<'chart' | 'table'>('chart');
  if (!status || !traffic) {
    return (
      <Page>
        <Say saying={{ clauses: [{ text: strings.say.asking(status?.node.name) }] }} />
      </Page>
    );
  }
  const until = past && (link.at === 'old' || link.at === 'unreachable' || link.at === 'offline') ? Math.min(link.lastHeard ?? traffic.at, traffic.at) : now;
  const bins = binsOf(traffic, until);
  const when = (
    <span className="tick">
      <Age at={traffic.at} />
    </span>
  );
  const { backlog, totals, timeZone } = traffic;
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
        <div className="seg mb-3" role="group" aria-label={words.view}>
          <button type="button" aria-pressed={as === 'chart'} onClick={() => setAs('chart')}>
            {words.asChart}
          </button>
          <button type="button" aria-pressed={as === 'table'} onClick={() => setAs('table')}>
            {words.asTable}
          </button>
        </div>
        {as === 'chart' ? (
          <Comb bins={bins} dayStart={traffic.dayStart} until={until} past={past} timeZone={timeZone} position={status.node.position} height={190} axis />
        ) : (
          <HourTable bins={bins} timeZone={timeZone} totals={totals.packets} />
        )}
        <Legend packets={totals.packets} />
      </Section>
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
          </Section>
          <Section title={words.direction} aside={when}>
            <dl className="facts grid-cols-2!">
              <Fact name={words.up} value={number(totals.up)} />
              <Fact name={words.down} value={number(totals.down)} />
            </dl>
          </Section>
        </div>
        <div>
          <Section title={words.latency} aside={<span className="tick">{words.latencyTo}</span>}>
            {traffic.latency ? (
              <LatencyRuler latency={traffic.latency} />
            ) : (
              <>
                <p className="lead">{strings.notKnown}</p>
                <p className="sm">{words.latencyNone}</p>
              </>
            )}
          </Section>
          <Section title={words.byClass} aside={when}>
            <ClassTable traffic={traffic} />
          </Section>
        </div>
      </div>
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

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function ClassTable({ traffic }: { traffic: TrafficToday }) {
  const byClass = new Map(traffic.totals.byClass.map((row) => [row.class, row]));
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
