'use client';
import type { ReactNode } from 'react';
import { useNodeState } from '../frame/node-state.tsx';
import { useNow } from '../live/clock.ts';
import type { Neighbour, Neighbours, RadioBeneath, TopologyEdge, TopologyNode, TopologyView } from '../live/model.ts';
import { age, bandwidth, bytes, clockMinute, dayAndMinute, lasting, number, short } from '../strings/format.ts';
import { frameStrings } from '../strings/frame.ts';
import { homeStrings } from '../strings/home.ts';
import { meshStrings } from '../strings/mesh.ts';
import { trafficStrings } from '../strings/traffic.ts';
import { Bars, qualityWord } from '../ui/parts.tsx';
import { BeneathLink } from './beneath.tsx';
import { claim, otherEnd, usable } from './quality.ts';
import { reachOf } from './reach.ts';
import { RouteList } from './route-list.tsx';
import type { Selection } from './scene.ts';
import { edgesByNode, findWays, linkKey, routeOf, type Ways } from './ways.ts';

const words = meshStrings.panel;

interface PanelProps {
  readonly topology: TopologyView;
  readonly neighbours: Neighbours | undefined;
  readonly radio: RadioBeneath | undefined;
  readonly selection: Selection;
  readonly onSelect: (selection: Selection) => void;
}

/** What the sheet of a phone and the panel of a desktop hold: a node, a link, or what is around you. */
export function Panel({ topology, neighbours, radio, selection, onSelect, head }: PanelProps & { head: (title: ReactNode, label: string) => ReactNode }) {
  const ways = findWays(topology);
  const { past } = useNodeState();
  if (!selection) {
    const self = topology.nodes.find((node) => node.id === topology.self);
    return (
      <>
        {head(
          <h2 className={past ? 'plate off' : 'plate'}>
            <span>{self ? self.name : frameStrings.you}</span>
          </h2>,
          words.overview,
        )}
        {self && <NodeDetail topology={topology} node={self} ways={ways} neighbours={neighbours} radio={radio} onSelect={onSelect} />}
      </>
    );
  }
  if ('link' in selection) {
    const edge = topology.edges.find(({ a, b }) => linkKey(a, b) === selection.link);
    return (
      <>
        {head(edge ? <h2 className="min-w-0 font-semibold">{linkTitle(topology, edge)}</h2> : <h2 className="font-semibold">{words.linkGone}</h2>, words.link)}
        {edge && <LinkDetail topology={topology} edge={edge} neighbours={neighbours} radio={radio} onSelect={onSelect} />}
      </>
    );
  }
  const node = topology.nodes.find((candidate) => candidate.id === selection.node);
  if (!node) return head(<h2 className="font-semibold">{words.nodeGone}</h2>, words.node);
  return (
    <>
      {head(
        <>
          <h2 className={node.online && !past ? 'plate' : 'plate off'}>
            <span>{node.name}</span>
          </h2>
          <Seen node={node} past={past} />
        </>,
        words.node,
      )}
      <NodeDetail topology={topology} node={node} ways={ways} neighbours={neighbours} radio={radio} onSelect={onSelect} />
    </>
  );
}

function Seen({ node, past }: { node: TopologyNode; past: boolean }) {
  const now = useNow();
  return (
    <span className={node.online && !past ? 'age' : 'age old'}>
      <i aria-hidden="true" />
      {!node.online ? words.offline : past ? words.onlineThen : words.online(age(now - (node.lastSeen ?? now)))}
    </span>
  );
}

const linkTitle = (topology: TopologyView, edge: TopologyEdge): string => `${nameOf(topology, edge.a)} – ${nameOf(topology, edge.b)}`;

function nameOf(topology: TopologyView, id: string): string {
  return id === topology.self ? frameStrings.you : (topology.nodes.find((node) => node.id === id)?.name ?? id.slice(0, 6));
}

export function NodeDetail({
  topology,
  node,
  ways,
  neighbours,
  radio,
  onSelect,
}: {
  topology: TopologyView;
  node: TopologyNode;
  ways: Ways;
  neighbours: Neighbours | undefined;
  radio: RadioBeneath | undefined;
  onSelect: PanelProps['onSelect'];
}) {
  const self = node.id === topology.self;
  const { past } = useNodeState();
  const neighbour = neighbours?.neighbours.find((candidate) => candidate.id === node.id);
  const edges = (edgesByNode(topology.edges).get(node.id) ?? []).toSorted(
    (p, q) => Number(usable(q)) - Number(usable(p)) || cost(p, node.id) - cost(q, node.id),
  );
  const ownEdge = self ? undefined : edges.find((edge) => edge.a === topology.self || edge.b === topology.self);
  return (
    <>
      <WaySentence topology={topology} node={node} ways={ways} />
      {ownEdge && node.online && <Hearing topology={topology} edge={ownEdge} from={topology.self} />}
      {node.online && !past && <Reach topology={topology} node={node.id} />}
      {neighbour && <NeighbourFigures neighbour={neighbour} radio={radio} />}
      {!neighbour && node.online && (
        <dl className="facts mt-3">
          <Fact name={words.devices} value={number(node.devices)} />
          <Fact name={words.linkCount} value={number(edges.filter(usable).length)} />
          <Fact name={words.toGateway} value={ways.of.get(node.id) ? short(ways.of.get(node.id)?.costMs ?? 0) : frameStrings.notKnown} />
        </dl>
      )}
      <h3 className="sub">{self ? (past ? words.neighboursThen : words.neighbours) : node.online && !past ? words.links : words.linksThen}</h3>
      {edges.length === 0 ? (
        <p className="sm">{homeStrings.neighbours.none}</p>
      ) : (
        <ul className="ways mt-1!" data-testid="links">
          {edges.map((edge) => (
            <LinkRow key={linkKey(edge.a, edge.b)} topology={topology} edge={edge} node={node.id} gone={!node.online} onSelect={onSelect} />
          ))}
        </ul>
      )}
    </>
  );
}

const cost = (edge: TopologyEdge, node: string): number => claim(edge, node)?.costMs ?? Number.POSITIVE_INFINITY;

function LinkRow({
  topology,
  edge,
  node,
  gone,
  onSelect,
}: {
  topology: TopologyView;
  edge: TopologyEdge;
  node: string;
  /** The node itself is not heard: its links are those of before. */
  gone: boolean;
  onSelect: PanelProps['onSelect'];
}) {
  const other = otherEnd(edge, node);
  const hears = claim(edge, node)?.quality;
  return (
    <li>
      <button type="button" className="more text-left wrap-anywhere" onClick={() => onSelect({ link: linkKey(edge.a, edge.b) })}>
        {nameOf(topology, other)}
      </button>
      {usable(edge) && hears ? <Bars quality={hears} /> : <span />}
      <span className="r">{usable(edge) ? qualityWord(hears) : gone ? '' : frameStrings.quality.none}</span>
    </li>
  );
}

function WaySentence({ topology, node, ways }: { topology: TopologyView; node: TopologyNode; ways: Ways }) {
  // With the node of this page silent, all of the mesh is what it said last.
  const { past } = useNodeState();
  if (!node.online) return <Gone topology={topology} node={node} />;
  if (node.gateway) {
    const [now, then] = node.id === topology.self ? [words.isGatewayYou, words.wasGatewayYou] : [words.isGateway, words.wasGateway];
    return <p className="mt-2">{past ? then : now}</p>;
  }
  const way = ways.of.get(node.id);
  const gateways = topology.nodes.some((candidate) => candidate.gateway && candidate.online);
  if (!way || !gateways) return <p className="mt-2">{past ? words.noWayThen : words.noWay}</p>;
  const route = routeOf(ways, node.id);
  const between = route.slice(1, -1).map((id) => (id === topology.self ? frameStrings.youWithin : nameOf(topology, id)));
  const through = between.length > 3 ? words.throughMore(between[0] ?? '', between.length - 2, between.at(-1) ?? '') : between;
  const { lead, strong, rest } = (past ? words.reachedThen : words.reaches)(way.hops, short(way.costMs), through);
  return (
    <>
      <p className="mt-2">
        {lead}
        <b>{strong}</b>
        {rest}
      </p>
      <RouteList route={route} topology={topology} />
    </>
  );
}

/** A node that is not heard: since when, what was known last, and what there is to do. Nothing of it in the present tense. */
function Gone({ topology, node }: { topology: TopologyView; node: TopologyNode }) {
  const { status } = useNodeState();
  const now = useNow();
  const { lastSeen, lastWay } = node;
  const clock = lastSeen === undefined ? '' : (now - lastSeen < dayMs ? clockMinute : dayAndMinute)(lastSeen, status?.timeZone);
  const through = lastWay?.nextHop === undefined || lastWay.nextHop === node.id ? undefined : nameOf(topology, lastWay.nextHop);
  return (
    <div data-testid="gone">
      <p className="mt-2">{lastSeen === undefined ? words.neverMet : words.quietSince(clock, age(now - lastSeen))}</p>
      <p className="sm mt-1">
        {lastWay && `${words.lastWay(lastWay.hops, short(lastWay.costMs), through)} `}
        {node.devices > 0 && `${words.lastDevices(node.devices)} `}
        {words.quietNext}
      </p>
    </div>
  );
}
const dayMs = 86_400_000;

/** Both ends' word on how well they hear each other. */
/** Between places that nodes told, so no finer than people tell them. */
const away = (metres: number): string => `${number(Math.max(10, Math.round(metres / 10) * 10))} m`;

function Reach({ topology, node }: { topology: TopologyView; node: string }) {
  const heard = reachOf(topology).get(node);
  if (!heard) return null;
  const { metres, by, well } = heard;
  const name = (id: string) => (id === topology.self ? frameStrings.youWithin : nameOf(topology, id));
  const { heardAs } = words;
  const text = !well
    ? heardAs.faintly(name(by), away(metres))
    : well.by === by
      ? heardAs.well(name(by), away(metres))
      : heardAs.wellAndFaintly(name(well.by), away(well.metres), name(by), away(metres));
  return (
    <p className="sm mt-2" data-testid="reach">
      {text}
    </p>
  );
}

function Hearing({ topology, edge, from }: { topology: TopologyView; edge: TopologyEdge; from: string }) {
  const other = otherEnd(edge, from);
  const { past } = useNodeState();
  const then = past || !usable(edge);
  const rows = [
    { who: from, whom: other },
    { who: other, whom: from },
  ];
  return (
    <ul className="ways">
      {rows.map(({ who, whom }) => {
        const quality = claim(edge, who)?.quality;
        return (
          <li key={who}>
            <span>
              {who === topology.self
                ? (then ? words.youHeard : words.youHear)(nameOf(topology, whom))
                : (then ? words.heardThen : words.hears)(nameOf(topology, who), whom === topology.self ? frameStrings.youWithin : nameOf(topology, whom))}
            </span>
            {quality ? <Bars quality={quality} /> : <span />}
            <span className="r">{qualityWord(quality)}</span>
          </li>
        );
      })}
    </ul>
  );
}

/** What this node knows of a direct neighbour at first hand. */
function NeighbourFigures({ neighbour, radio }: { neighbour: Neighbour; radio: RadioBeneath | undefined }) {
  const now = useNow();
  return (
    <div data-testid="neighbour-figures" data-node={neighbour.id}>
      <dl className="facts mt-3">
        <Fact name={words.latency} value={short(neighbour.latencyMs)} />
        <Fact name={words.bandwidth} value={neighbour.bandwidthBps === undefined ? frameStrings.notKnown : bandwidth(neighbour.bandwidthBps)} />
        <Fact name={words.cost} value={short(neighbour.costMs)} />
      </dl>
      <dl className="facts">
        <Fact name={words.in} value={bytes(neighbour.bytesIn)} />
        <Fact name={words.out} value={bytes(neighbour.bytesOut)} />
        <Fact name={words.since} value={lasting(now - neighbour.upSince)} />
      </dl>
      {neighbour.multiHop && <p className="sm mt-2">{words.multiHop}</p>}
      <BeneathLink radio={radio} node={neighbour.id} />
      <h3 className="sub">{words.queues}</h3>
      <table className="table" data-testid="queues">
        <caption className="vh">{words.queuesCaption}</caption>
        <thead>
          <tr>
            <th scope="col">{trafficStrings.traffic.classLabel}</th>
            <th scope="col">{trafficStrings.traffic.packets}</th>
            <th scope="col">{trafficStrings.traffic.size}</th>
          </tr>
        </thead>
        <tbody>
          {trafficStrings.traffic.classes.map((name, i) => {
            const queue = neighbour.queues.find((candidate) => candidate.class === i);
            return (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{number(queue?.packets ?? 0)}</td>
                <td>{bytes(queue?.bytes ?? 0)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function LinkDetail({
  topology,
  edge,
  neighbours,
  radio,
  onSelect,
}: {
  topology: TopologyView;
  edge: TopologyEdge;
  neighbours: Neighbours | undefined;
  radio: RadioBeneath | undefined;
  onSelect: PanelProps['onSelect'];
}) {
  const other = edge.a === topology.self ? edge.b : edge.b === topology.self ? edge.a : undefined;
  const neighbour = other === undefined ? undefined : neighbours?.neighbours.find((candidate) => candidate.id === other);
  const [costA, costB] = [claim(edge, edge.a)?.costMs, claim(edge, edge.b)?.costMs];
  return (
    <>
      {!usable(edge) && (
        <>
          <p className="sm mt-2">{words.linkStale}</p>
          <h3 className="sub">{words.thenHeard}</h3>
        </>
      )}
      <Hearing topology={topology} edge={edge} from={other === undefined ? edge.a : topology.self} />
      {neighbour ? (
        <NeighbourFigures neighbour={neighbour} radio={radio} />
      ) : (
        <dl className="facts mt-3">
          <Fact name={`${words.cost}, ${nameOf(topology, edge.a)}`} value={costA === undefined ? frameStrings.notKnown : short(costA)} />
          <Fact name={`${words.cost}, ${nameOf(topology, edge.b)}`} value={costB === undefined ? frameStrings.notKnown : short(costB)} />
          <Fact name={words.bandwidth} value={edge.bandwidthBps === undefined ? frameStrings.notKnown : bandwidth(edge.bandwidthBps)} />
        </dl>
      )}
      <div className="row mt-3">
        {[edge.a, edge.b].map((id) => (
          <button key={id} type="button" className="btn" onClick={() => onSelect({ node: id })}>
            {nameOf(topology, id)}
          </button>
        ))}
      </div>
    </>
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
