import type { Neighbour, Quality, TopologyView } from '../live/model.ts';
import { claim, lopsided } from '../mesh/quality.ts';

/** A neighbour on the dial: places are shares of the scale, 0 at you, 1 where hearing ends. */
export interface Station {
  readonly id: string;
  readonly name: string;
  readonly gateway: boolean;
  readonly hears: Quality;
  readonly heard: Quality | undefined;
  readonly us: number;
  readonly them: number | undefined;
}

export const dialBands: readonly Quality[] = ['strong', 'good', 'weak', 'poor'];
/** More names than this do not fit a phone; the rest are a line under it. */
export const stationsMax = 8;

/**
 * The agent tells quality in four words and a cost in milliseconds: the word chooses the quarter of the scale,
 * and inside it the cheaper stands nearer to you. Best heard first.
 */
export function stationsOf(neighbours: readonly Neighbour[], topology: TopologyView | undefined): Station[] {
  const sides = neighbours.map((neighbour) => {
    const edge = topology?.edges.find(({ a, b }) => (a === topology.self && b === neighbour.id) || (b === topology.self && a === neighbour.id));
    const theirs = edge ? claim(edge, neighbour.id) : undefined;
    return { neighbour, theirs };
  });
  const costs = new Map<Quality, number[]>(dialBands.map((band) => [band, []]));
  for (const { neighbour, theirs } of sides) {
    costs.get(neighbour.quality)?.push(neighbour.costMs);
    if (theirs?.quality) costs.get(theirs.quality)?.push(theirs.costMs);
  }
  for (const list of costs.values()) list.sort((a, b) => a - b);
  const place = (quality: Quality, costMs: number): number => {
    const list = costs.get(quality) ?? [];
    const rank = list.indexOf(costMs) + (list.lastIndexOf(costMs) - list.indexOf(costMs)) / 2;
    return (dialBands.indexOf(quality) + (rank + 1) / (list.length + 1)) / dialBands.length;
  };
  const gateways = new Set(topology?.nodes.filter((node) => node.gateway).map((node) => node.id));
  return sides
    .map(({ neighbour, theirs }) => ({
      id: neighbour.id,
      name: neighbour.name,
      gateway: gateways.has(neighbour.id),
      hears: neighbour.quality,
      heard: theirs?.quality,
      us: place(neighbour.quality, neighbour.costMs),
      them: theirs?.quality ? place(theirs.quality, theirs.costMs) : undefined,
    }))
    .toSorted((a, b) => a.us - b.us || (a.name < b.name ? -1 : 1));
}

/** The one neighbour whose link is most lopsided, if any: what there is to do about the dial. */
export function advice(stations: readonly Station[]): { station: Station; what: 'we-hear-poorly' | 'they-hear-poorly' } | undefined {
  for (const station of stations) {
    const what = lopsided(station.hears, station.heard);
    if (what) return { station, what };
  }
  return undefined;
}

/**
 * Rows for the names, so that none lies over another or over a foreign stalk: row 0 is nearest to the scale.
 * `widths` in pixels, `x` the stations' places in pixels, both in the order of the stations.
 */
export function nameRows(x: readonly number[], widths: readonly number[], stage: number): { left: number; row: number }[] {
  const result: { left: number; row: number }[] = [];
  for (let i = x.length - 1; i >= 0; i--) {
    const left = Math.max(0, Math.min(x[i]! - 7, stage - widths[i]!));
    let row = 0;
    for (let j = i + 1; j < x.length; j++) {
      const other = result[j]!;
      if (Math.min(x[j]!, other.left) - 10 < left + widths[i]!) row = Math.max(row, other.row + 1);
    }
    result[i] = { left, row };
  }
  return result;
}
