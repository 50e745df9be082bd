'use client';
import Link from 'next/link';
import { Page } from '../frame/frame.tsx';
import { useNodeState } from '../frame/node-state.tsx';
import { useNow } from '../live/clock.ts';
import { useDevices, useNeighboursFeed, useTopologyFeed, useTrafficFeed } from '../live/feeds.ts';
import type { Devices, Neighbours, Status, TopologyView, TrafficToday } from '../live/model.ts';
import { RouteList } from '../mesh/route-list.tsx';
import { lasting } from '../strings/format.ts';
import { strings } from '../strings/index.ts';
import { binsOf } from '../traffic/bins.ts';
import { Comb } from '../traffic/comb.tsx';
import { Legend } from '../traffic/legend.tsx';
import { Age, Chevron, Say, Section } from '../ui/parts.tsx';
import { Answers } from './answers.tsx';
import { DevicesSection } from './devices.tsx';
import { Dial, Reach } from './dial.tsx';
import { LogSection } from './log-section.tsx';
import { NearbySection, PageSection } from './page-section.tsx';
import { sentence } from './sentence.ts';

export function Home() {
  const { card, status, situation } = useNodeState();
  const now = useNow();
  const traffic = useTrafficFeed();
  const neighbours = useNeighboursFeed();
  const topology = useTopologyFeed();
  const devices = useDevices();
  const timeZone = traffic?.timeZone;
  const alone = situation.at === 'alone';
  return (
    <Page>
      <Say saying={sentence(status, situation, now, card?.name, timeZone)} />
      {status && (
        <>
          {!alone && <Answers status={status} timeZone={timeZone} />}
          <div className="hidden h-6 rail:block" />
          <div className="cols">
            <div>
              {alone ? <Alone status={status} /> : <TrafficSection traffic={traffic} />}
              {!alone && <NeighboursSection neighbours={neighbours} topology={topology} />}
              {alone && <Answers status={status} timeZone={timeZone} />}
              {alone && <div className="h-6" />}
              <DevicesSection devices={devices} />
            </div>
            <div>
              {!alone && <NextThing status={status} devices={devices} />}
              {!alone && <WaySection status={status} topology={topology} />}
              <LogSection dayStart={traffic?.dayStart} timeZone={timeZone} />
              <NearbySection />
              <PageSection status={status} />
            </div>
          </div>
        </>
      )}
    </Page>
  );
}

/** The lamp: the one thing to do next, if there is one. */
function NextThing({ status, devices }: { status: Status; devices: Devices | undefined }) {
  const { past } = useNodeState();
  if (past || status.devices.known > 0 || (devices?.devices.length ?? 1) > 0) return null;
  return (
    <a className="lamp" href="#devices">
      <div>
        <b>{strings.devices.lamp}</b>
        <span>{strings.devices.lampNext}</span>
      </div>
      <Chevron />
    </a>
  );
}

function TrafficSection({ traffic }: { traffic: TrafficToday | undefined }) {
  const { status, link, past } = useNodeState();
  const now = useNow();
  if (!traffic) return null;
  const until = past && link.at !== 'asking' && link.at !== 'live' ? Math.min(link.lastHeard ?? traffic.at, traffic.at) : now;
  return (
    <Section id="traffic" title={strings.traffic.today} aside={<Aside at={traffic.at} />}>
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

function Aside({ at }: { at: number }) {
  return (
    <span className="tick">
      <Age at={at} />
    </span>
  );
}

function NeighboursSection({ neighbours, topology }: { neighbours: Neighbours | undefined; topology: TopologyView | undefined }) {
  if (!neighbours) return null;
  return (
    <Section
      id="neighbours"
      title={strings.neighbours.title}
      aside={
        <Link className="more" href="/mesh">
          {strings.neighbours.onMesh}
        </Link>
      }
    >
      {neighbours.neighbours.length > 0 ? (
        <Dial neighbours={neighbours} topology={topology} />
      ) : (
        <>
          <p className="lead">{strings.neighbours.none}</p>
          <p className="sm">{strings.neighbours.noneNext}</p>
        </>
      )}
    </Section>
  );
}

function WaySection({ status, topology }: { status: Status; topology: TopologyView | undefined }) {
  const now = useNow();
  if (!topology) return null;
  const { way } = strings;
  const since = status.gateway && <span className="tick">{way.since(lasting(now - status.gateway.since))}</span>;
  return (
    <Section id="way" title={way.title} aside={since}>
      {topology.path.length > 0 && !status.node.gateway && <RouteList route={topology.path} topology={topology} toBackend />}
      {status.node.gateway && (
        <>
          <p className="sm">{way.self}</p>
          <RouteList route={[status.node.id]} topology={topology} toBackend />
        </>
      )}
      {topology.path.length === 0 && !status.node.gateway && (
        <>
          <p className="lead">{way.none}</p>
          <p className="sm">{way.noneNext}</p>
        </>
      )}
    </Section>
  );
}

function Alone({ status }: { status: Status }) {
  const { retry } = useNodeState();
  const { alone } = strings;
  return (
    <>
      <Reach />
      <p className="sm pb-4 text-center">{alone.reach}</p>
      <Section id="try" title={alone.title} aside={<span className="tick">{alone.order}</span>}>
        <ol className="steps" data-testid="what-to-try">
          {alone.tries.map((step) => (
            <li key={step.do}>
              <b>{step.do}</b>
              <span>{typeof step.why === 'function' ? step.why(status.node.community) : step.why}</span>
            </li>
          ))}
        </ol>
        <div className="row mt-4">
          <button type="button" className="btn pri grow" onClick={retry}>
            {alone.again}
          </button>
        </div>
      </Section>
    </>
  );
}
