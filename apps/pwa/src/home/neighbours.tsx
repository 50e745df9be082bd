'use client';
import { useNodeState } from '../frame/node-state.tsx';
import { useNow } from '../live/clock.ts';
import type { Neighbours, Status, TopologyView } from '../live/model.ts';
import { RouteList } from '../mesh/route-list.tsx';
import { lasting } from '../strings/format.ts';
import { frameStrings } from '../strings/frame.ts';
import { homeStrings } from '../strings/home.ts';
import { Go } from '../ui/go.tsx';
import { Age, Section } from '../ui/parts.tsx';
import { Dial } from './dial.tsx';

export function NeighboursSection({ neighbours, topology }: { neighbours: Neighbours | undefined; topology: TopologyView | undefined }) {
  if (!neighbours) return null;
  return (
    <Section
      id="neighbours"
      title={homeStrings.neighbours.title}
      aside={
        <Go className="more" href="/mesh">
          {homeStrings.neighbours.onMesh}
        </Go>
      }
    >
      {neighbours.neighbours.length > 0 ? (
        <Dial neighbours={neighbours} topology={topology} />
      ) : (
        <>
          <p className="lead">{homeStrings.neighbours.none}</p>
          <p className="sm">{homeStrings.neighbours.noneNext}</p>
        </>
      )}
    </Section>
  );
}

export function WaySection({ status, topology }: { status: Status; topology: TopologyView | undefined }) {
  const now = useNow();
  const { past } = useNodeState();
  if (!topology) return null;
  const { way } = homeStrings;
  const since = past ? (
    <span className="tick">
      <Age at={topology.at} />
    </span>
  ) : (
    status.gateway && <span className="tick">{way.since(lasting(now - status.gateway.since))}</span>
  );
  return (
    <Section id="way" title={past ? way.titleThen : way.title} aside={since}>
      {topology.path.length > 0 && !status.node.gateway && (
        <RouteList
          route={topology.path}
          topology={topology}
          backend={past ? { words: way.notKnownNow, reached: false } : { words: way.byGateway, reached: true }}
        />
      )}
      {status.node.gateway && (
        <>
          <p className="sm">{past ? way.selfThen : way.self}</p>
          <RouteList
            route={[status.node.id]}
            topology={topology}
            backend={past ? { words: way.notKnownNow, reached: false } : { words: backendWords(status, now), reached: status.backend.state === 'connected' }}
          />
        </>
      )}
      {topology.path.length === 0 && !status.node.gateway && (
        <>
          <p className="lead">{past ? way.noneThen : way.none}</p>
          <p className="sm">{way.noneNext}</p>
        </>
      )}
    </Section>
  );
}

function backendWords({ backend }: Status, now: number): string {
  const { answers } = frameStrings;
  if (backend.state === 'connecting') return answers.backendConnecting;
  const span = lasting(now - backend.since);
  return backend.state === 'connected' ? answers.backendSince(span) : answers.backendLost(span);
}
