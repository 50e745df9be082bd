import type { TopologyView } from '../live/model.ts';
import type { Places } from './arrange.ts';
import { metresPerLat, type OnEarth } from './base/ground.ts';

export interface OnMap extends OnEarth {
  /** East and south of the middle, in shares of the longer half of what the nodes take up. */
  readonly places: Places;
  /** Half of what they take up, in the same measure: the longer is 1. */
  readonly extent: { readonly x: number; readonly y: number };
  /** Nodes that nobody has told the place of, in a row below the map. */
  readonly without: readonly string[];
}

/** A mesh within one house is not blown up to the size of the screen. */
const metresMin = 60;
/** A place this far from the middle of the others is a mistake of typing, not a neighbour; it stands with those without. */
const strayMetres = 300_000;

/**
 * Where the nodes really stand, north up, on a plane that touches the earth in their middle: over a community's few kilometres that is
 * true to a fraction of a per cent. Undefined: fewer than two have a place.
 */
export function placeLayout({ nodes }: Pick<TopologyView, 'nodes'>): OnMap | undefined {
  const known = nodes.flatMap(({ id, position }) => (position ? [{ id, ...position }] : []));
  if (known.length < 2) return undefined;
  const middle = { lat: median(known.map(({ lat }) => lat)), lon: median(known.map(({ lon }) => lon)) };
  const perLon = metresPerLat * Math.max(0.01, Math.cos((middle.lat * Math.PI) / 180));
  const all = known.map(({ id, lat, lon }) => ({ id, x: wrap(lon - middle.lon) * perLon, y: (middle.lat - lat) * metresPerLat }));
  const points = all.filter(({ x, y }) => Math.hypot(x, y) <= strayMetres);
  if (points.length < 2) return undefined;
  const [left, right] = [Math.min(...points.map(({ x }) => x)), Math.max(...points.map(({ x }) => x))];
  const [top, bottom] = [Math.min(...points.map(({ y }) => y)), Math.max(...points.map(({ y }) => y))];
  const metres = Math.max(right - left, bottom - top, metresMin) / 2;
  const extent = { x: Math.max((right - left) / 2 / metres, 0.2), y: Math.max((bottom - top) / 2 / metres, 0.2) };
  const places: Record<string, readonly [number, number]> = {};
  for (const { id, x, y } of points) places[id] = [round((x - (left + right) / 2) / metres), round((y - (top + bottom) / 2) / metres)];
  const without = nodes.filter(({ id }) => !places[id]).map(({ id }) => id);
  const row = extent.y + 0.24;
  without.toSorted().forEach((id, i) => {
    places[id] = [round(without.length === 1 ? 0 : (i / (without.length - 1) - 0.5) * 2 * extent.x * Math.min(1, without.length / 8)), row];
  });
  return {
    places,
    extent: { x: extent.x, y: without.length > 0 ? row : extent.y },
    metres,
    without,
    lat: middle.lat - (top + bottom) / 2 / metresPerLat,
    lon: wrap(middle.lon + (left + right) / 2 / perLon),
    metresPerLon: perLon,
  };
}

/** What a bar on a map may be long: 1, 2 or 5 with zeros, the longest that fits `metresMax`. */
export function scaleBar(metresMax: number): { readonly metres: number; readonly text: string } {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, metresMax)));
  const metres = [5, 2, 1].map((factor) => factor * power).find((candidate) => candidate <= metresMax) ?? 1;
  return { metres, text: metres >= 1000 ? `${metres / 1000} km` : `${metres} m` };
}

/** Across the date line the short way round. */
const wrap = (degrees: number): number => ((degrees + 540) % 360) - 180;
const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const round = (value: number): number => Math.round(value * 1e5) / 1e5;
