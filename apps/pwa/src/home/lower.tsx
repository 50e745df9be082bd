'use client';
import { useNodeState } from '../frame/node-state.tsx';
import type { Devices, Neighbours, Status, TopologyView } from '../live/model.ts';
import { homeStrings } from '../strings/en/home.ts';
import { Chevron } from '../ui/parts.tsx';
import { Alone } from './alone.tsx';
import { DevicesSection } from './devices.tsx';
import { LogSection } from './log-section.tsx';
import { NeighboursSection, WaySection } from './neighbours.tsx';
import { NearbySection, PageSection } from './page-section.tsx';

interface LowerProps {
  readonly part: 'lamp' | 'alone' | 'left' | 'right';
  readonly status: Status;
  readonly neighbours: Neighbours | undefined;
  readonly topology: TopologyView | undefined;
  readonly devices: Devices | undefined;
  readonly dayStart: number | undefined;
  readonly timeZone: string | undefined;
}

/** Everything on Home below the first screen of a phone. */
export function Lower({ part, status, neighbours, topology, devices, dayStart, timeZone }: LowerProps) {
  const { situation } = useNodeState();
  const alone = situation.at === 'alone';
  switch (part) {
    case 'lamp':
      return <NextThing status={status} devices={devices} />;
    case 'alone':
      return <Alone status={status} />;
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
          <LogSection dayStart={dayStart} timeZone={timeZone} />
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
