'use client';
import { Lamp, nextOfWallet } from '../earnings/lamp.tsx';
import { useNodeState } from '../frame/node-state.tsx';
import type { Devices, Earnings, Neighbours, Status, TopologyView, TrafficToday, WalletState } from '../live/model.ts';
import { StartList } from '../setup/start-list.tsx';
import { homeStrings } from '../strings/home.ts';
import { trafficStrings } from '../strings/traffic.ts';
import { binMs, binsOf, slotsOf } from '../traffic/bins.ts';
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
  readonly earnings: Earnings | undefined;
  readonly wallet: WalletState | undefined;
}

/** Everything on Home below the answers. */
export function Lower({ part, status, neighbours, topology, devices, traffic, earnings, wallet }: LowerProps) {
  const { situation } = useNodeState();
  const alone = situation.at === 'alone';
  switch (part) {
    case 'lamp':
      return <NextThing status={status} devices={devices} earnings={earnings} wallet={wallet} />;
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
          <StartList status={status} />
          {!alone && <WaySection status={status} topology={topology} />}
          <LogSection dayStart={traffic?.dayStart} dayEnd={traffic && traffic.dayStart + traffic.buckets.length * binMs} timeZone={status.timeZone} />
          <NearbySection />
          <PageSection status={status} />
        </>
      );
  }
}

/** The lamp: the one thing to do next, if there is one. */
function NextThing({ status, devices, earnings, wallet }: Pick<LowerProps, 'status' | 'devices' | 'earnings' | 'wallet'>) {
  const { past } = useNodeState();
  // Money that a broken card would take comes before everything else.
  if (!past && earnings && earnings.state !== 'off' && nextOfWallet(wallet)) return <Lamp wallet={wallet} earnings={earnings} />;
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
        bins={binsOf(slotsOf(traffic), until)}
        dayStart={traffic.dayStart}
        until={until}
        past={past}
        timeZone={traffic.timeZone}
        position={status?.node.position}
        height={128}
      />
      <Legend parts={traffic.totals.packets} />
    </Section>
  );
}
