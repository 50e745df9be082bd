import type { TopologyView } from '../live/model.ts';
import { forceLayout } from './layout-force.ts';
import { type OnMap, placeLayout } from './layout-place.ts';
import { type Radial, radialLayout } from './layout-radial.ts';
import { edgesByNode, findWays, type Ways } from './ways.ts';

export type Point = readonly [x: number, y: number];
export type Places = Readonly<Record<string, Point>>;

/** Where every node stands for this viewer. Nothing moves until the viewer drags a node or asks to arrange again. */
export interface Arrangement {
  /** `force`: places are shares of the stage. `radial`: places in a disc of radius 1. `place`: where they really stand; nobody moves them. */
  readonly kind: 'force' | 'radial' | 'place';
  readonly places: Places;
  /** Moved by hand. */
  readonly moved: readonly string[];
  /** Of a radial arrangement, as it was made: the rings stay where the nodes stay. */
  readonly rings?: Omit<Radial, 'places'>;
  /** Of a map. */
  readonly map?: Omit<OnMap, 'places'>;
}

/** Above this, rings by hops; docs/decisions/0009-dashboard.md */
export const forceNodesMax = 60;
/** Places kept per viewer; nodes beyond it get theirs anew at each visit. */
export const placesMax = 5000;

export function arrangeAfresh(topology: TopologyView, ways: Ways, aspect: number): Arrangement {
  if (topology.nodes.length <= forceNodesMax) return { kind: 'force', places: forceLayout(topology, ways, aspect), moved: [] };
  const { places, ...rings } = radialLayout(topology, ways);
  return { kind: 'radial', places, moved: [], rings };
}

/**
 * The kept arrangement with places for whoever is new; nobody else moves. An arrangement that knows fewer than half of the nodes is of
 * another mesh or of another time: then everything is arranged afresh.
 */
export function arrange(topology: TopologyView, kept: Arrangement | undefined, aspect: number): Arrangement {
  const ways = findWays(topology);
  if (!kept) return arrangeAfresh(topology, ways, aspect);
  const newcomers = topology.nodes.filter((node) => !kept.places[node.id]).map((node) => node.id);
  if (newcomers.length === 0) return kept;
  if (newcomers.length > topology.nodes.length / 2) return arrangeAfresh(topology, ways, aspect);
  const places: Record<string, Point> = { ...kept.places };
  const edges = edgesByNode(topology.edges);
  for (const id of newcomers.toSorted()) {
    const near = (edges.get(id) ?? []).map((edge) => places[edge.a === id ? edge.b : edge.a]).filter((place) => place !== undefined);
    places[id] = freeSpot(near, Object.values(places), kept.kind);
  }
  return { ...kept, places };
}

/** As it is on the ground; undefined when too few have told their place. Never kept: it follows from what the nodes say. */
export function arrangeOnMap(topology: TopologyView): Arrangement | undefined {
  const layout = placeLayout(topology);
  if (!layout) return undefined;
  const { places, ...map } = layout;
  return { kind: 'place', places, moved: [], map };
}

/** Beside its neighbours, as far from everybody as the twelve places around them allow. */
function freeSpot(near: readonly Point[], taken: readonly Point[], kind: Arrangement['kind']): Point {
  const [low, high] = kind === 'force' ? [0, 1] : [-1, 1];
  const centre: Point = near.length > 0 ? [mean(near.map(([x]) => x)), mean(near.map(([, y]) => y))] : [(low + high) / 2, high];
  const step = ((high - low) * 0.5) / Math.sqrt(taken.length + 1);
  let best: Point = centre;
  let room = -1;
  for (let i = 0; i < 12; i++) {
    const angle = (i / 12) * 2 * Math.PI;
    const spot: Point = [clamp(centre[0] + Math.cos(angle) * step, low, high), clamp(centre[1] + Math.sin(angle) * step, low, high)];
    const nearest = Math.min(...taken.map(([x, y]) => Math.hypot(x - spot[0], y - spot[1])), Number.POSITIVE_INFINITY);
    if (nearest > room + 1e-9) {
      room = nearest;
      best = spot;
    }
  }
  return best;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

export function move(arrangement: Arrangement, id: string, place: Point): Arrangement {
  const [low, high] = arrangement.kind === 'force' ? [-0.02, 1.02] : [-1.1, 1.1];
  const moved = arrangement.moved.includes(id) ? arrangement.moved : [...arrangement.moved, id];
  return { ...arrangement, moved, places: { ...arrangement.places, [id]: [clamp(place[0], low, high), clamp(place[1], low, high)] } };
}
