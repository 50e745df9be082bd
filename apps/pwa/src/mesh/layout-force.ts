import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY, type SimulationNodeDatum } from 'd3-force';
import type { TopologyView } from '../live/model.ts';
import type { Places, Point } from './arrange.ts';
import { radialLayout } from './layout-radial.ts';
import type { Ways } from './ways.ts';

const ticks = 400;

interface Body extends SimulationNodeDatum {
  readonly id: string;
  readonly home: Point;
}

/**
 * Up to some 60 nodes: springs along the links from where the nodes really stand (or from rings by hops when some have no position),
 * settled before anything is drawn. Places are shares of the stage's width and height. The same topology and shape give the same places.
 * `aspect` is width over height.
 */
export function forceLayout(topology: TopologyView, ways: Ways, aspect: number): Places {
  const homes = positionsOnMap(topology) ?? ringsByHops(topology, ways);
  const width = Math.sqrt(aspect);
  const height = 1 / width;
  const bodies: Body[] = topology.nodes
    .map(({ id }) => ({ id, home: homes[id] ?? ([0.5, 0.5] as const) }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, home }) => ({ id, home, x: home[0] * width, y: home[1] * height }));
  if (bodies.length === 1) return { [bodies[0]!.id]: [0.5, 0.5] };
  const known = new Set(bodies.map((body) => body.id));
  const links = topology.edges
    .filter((edge) => known.has(edge.a) && known.has(edge.b))
    .map((edge) => ({ source: edge.a, target: edge.b }))
    .toSorted((a, b) => (`${a.source}${a.target}` < `${b.source}${b.target}` ? -1 : 1));

  const gap = Math.sqrt(1 / bodies.length) * 0.72;
  // d3-force counts in pixels in places (its minimum distances): 1,000 to a unit keeps those small.
  const unit = 1000;
  for (const body of bodies) {
    body.x = (body.x ?? 0) * unit;
    body.y = (body.y ?? 0) * unit;
  }
  const simulation = forceSimulation(bodies)
    .force(
      'link',
      forceLink<Body, { source: string | Body; target: string | Body }>(links)
        .id((body) => body.id)
        .distance(gap * unit)
        .strength(0.35),
    )
    .force('apart', forceManyBody<Body>().strength(-gap * unit * 7))
    .force('x', forceX<Body>((body) => body.home[0] * width * unit).strength(0.07 / aspect))
    .force('y', forceY<Body>((body) => body.home[1] * height * unit).strength(0.07 * aspect))
    .force('room', forceCollide<Body>(gap * unit * 0.62))
    .stop();
  simulation.tick(ticks);
  return normalise(bodies, gap * unit);
}

/** To 0..1 in both directions; a direction in which nearly nothing differs is centred rather than blown up. */
function normalise(bodies: readonly Body[], gap: number): Places {
  const span = (values: number[]) => {
    const low = Math.min(...values);
    const high = Math.max(...values);
    const extent = Math.max(high - low, gap);
    const middle = (low + high) / 2;
    return (value: number) => round(0.5 + (value - middle) / extent);
  };
  const x = span(bodies.map((body) => body.x ?? 0));
  const y = span(bodies.map((body) => body.y ?? 0));
  return Object.fromEntries(bodies.map((body) => [body.id, [x(body.x ?? 0), y(body.y ?? 0)] as const]));
}

const round = (value: number): number => Math.round(value * 1e4) / 1e4;

/** North up, east right; undefined unless every node has a position and they are not all in one spot. */
function positionsOnMap(topology: TopologyView): Places | undefined {
  const points = topology.nodes.map((node) => node.position);
  if (points.some((point) => !point)) return undefined;
  const lats = points.map((point) => point!.lat);
  const lons = points.map((point) => point!.lon);
  const [south, north, west, east] = [Math.min(...lats), Math.max(...lats), Math.min(...lons), Math.max(...lons)];
  if (north - south < 1e-6 || east - west < 1e-6) return undefined;
  return Object.fromEntries(
    topology.nodes.map(({ id, position }) => [id, [(position!.lon - west) / (east - west), (north - position!.lat) / (north - south)] as const]),
  );
}

function ringsByHops(topology: TopologyView, ways: Ways): Places {
  return Object.fromEntries(Object.entries(radialLayout(topology, ways).places).map(([id, [x, y]]) => [id, [0.5 + x / 2, 0.5 + y / 2] as const]));
}
