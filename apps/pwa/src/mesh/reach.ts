import type { TopologyView } from '../live/model.ts';
import { metresPerLat } from './base/ground.ts';
import { claim, otherEnd, qualityLevel, usable } from './quality.ts';

/** How far from a node it is heard: by the neighbour that is furthest away. What is measured lies in that direction only. */
export interface Heard {
  readonly metres: number;
  readonly by: string;
  /** The furthest one that hears it well; undefined: nobody does. */
  readonly well: { readonly metres: number; readonly by: string } | undefined;
}

/** A link that is longer belongs to a directional antenna, a cable or a tunnel, and tells nothing of the sides of it. */
const linkMetresMax = 1000;
/** Two nodes in one spot are one house, not a reach of nothing. */
const linkMetresMin = 5;

/** By node: from the places that nodes told and how well the other end of each of their links hears them. Without both there is nothing measured. */
export function reachOf({ nodes, edges }: Pick<TopologyView, 'nodes' | 'edges'>): ReadonlyMap<string, Heard> {
  const places = new Map(nodes.flatMap(({ id, online, position }) => (online && position ? [[id, position] as const] : [])));
  const reach = new Map<string, Heard>();
  for (const edge of edges) {
    const [a, b] = [places.get(edge.a), places.get(edge.b)];
    if (!a || !b || !usable(edge)) continue;
    const perLon = metresPerLat * Math.cos((a.lat * Math.PI) / 180);
    const metres = Math.hypot((a.lon - b.lon) * perLon, (a.lat - b.lat) * metresPerLat);
    if (metres > linkMetresMax || metres < linkMetresMin) continue;
    for (const by of [edge.a, edge.b]) {
      const quality = claim(edge, by)?.quality;
      if (!quality) continue;
      const node = otherEnd(edge, by);
      const before = reach.get(node);
      const well = qualityLevel[quality] >= 3 && metres > (before?.well?.metres ?? 0) ? { metres, by } : before?.well;
      reach.set(node, { ...(before && before.metres >= metres ? before : { metres, by }), well });
    }
  }
  return reach;
}

/** Half of them are heard further. Undefined: too few to say what is usual here. */
export function usualReach(reach: ReadonlyMap<string, Heard>): number | undefined {
  const metres = [...reach.values()].map((heard) => heard.metres).toSorted((a, b) => a - b);
  return metres.length < 4 ? undefined : metres[Math.floor(metres.length / 2)];
}
