'use client';
import { useNodeState } from '../frame/node-state.tsx';
import type { Devices, Neighbours, Status, TopologyView, TrafficToday } from '../live/model.ts';
import { homeStrings } from '../strings/en/home.ts';
import { trafficStrings } from '../strings/en/traffic.ts';
import { binsOf } from '../traffic/bins.ts';
import { Comb } from '../traffic/comb.tsx';
import { Legend } from '../traffic/legend.tsx';
import { useUntil } from '../traffic/until.ts';
import { Age, Chevron, Section } from '../ui/parts.tsx';
import { Alone } from './alone.tsx';
import { DevicesSection } from './devices.tsx';
import { LogSection } from './log-section.tsx';
import { NeighboursSection, WaySection } from './neighbours.tsx';
import { NearbySection, PageSection } from './page-section.tsx';

export interface LowerProps {
  readonly part: 'lamp' | 'alone' | 'traffic' | 'left' | 'right';
  readonly status: Status;
  readonly neighbours: Neighbours | undefined;
  readonly topology: TopologyView | undefined;
  readonly devices: Devices | undefined;
  readonly traffic: TrafficToday | undefined;
}

/** Everything on Home below the answers. */
export function Lower({ part, status, neighbours, topology, devices, traffic }: LowerProps) {
  const { situation } = useNodeState();
  const alone = situation.at === 'alone';
  switch (part) {
    case 'lamp':
      return <NextThing status={status} devices={devices} />;
    case 'alone':
      return <Alone status={status} />;
    case 'traffic':
      return <TrafficSection traffic={traffic} />;
    case 'left':
      return (
        <>
          {!alone && <NeighboursSection neighbours={neighbours} topology={topology} />}
          <div className={alone ? 'pt-6' : undefined}>
            <DevicesSection devices={devices} />
          </div>
        </>
      );
    case 'right':
      return (
        <>
          {!alone && <WaySection status={status} topology={topology} />}
          <LogSection dayStart={traffic?.dayStart} timeZone={status.timeZone} />
          <NearbySection />
          <PageSection status={status} />
        </>
      );
  }
}

/** The lamp: the one thing to do next, if there is one. */
function NextThing({ status, devices }: { status: Status; devices: Devices | undefined }) {
  const { past } = useNodeState();
  if (past || status.devices.known > 0 || (devices?.devices.length ?? 1) > 0) return null;
  return (
    <a className="lamp" href="#devices">
      <div>
        <b>{homeStrings.devices.lamp}</b>
        <span>{homeStrings.devices.lampNext}</span>
      </div>
      <Chevron />
    </a>
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
