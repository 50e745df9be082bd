import type { Quality, TopologyEdge } from '../live/model.ts';

/** Bars out of four, and the number in the colour token `--q1` to `--q4`. */
export const qualityLevel: Readonly<Record<Quality, 1 | 2 | 3 | 4>> = { poor: 1, weak: 2, good: 3, strong: 4 };

/** Stands in for a cost that an agent does not tell, in milliseconds; only to choose between ways. */
const presumedCostMs: Readonly<Record<Quality, number>> = { strong: 5, good: 15, weak: 40, poor: 100 };

/** What `node` says of its side of the edge: how well it hears the other end, and the cost of sending that way. Undefined: it does not claim the edge. */
export function claim(edge: TopologyEdge, node: string): { quality: Quality | undefined; costMs: number } | undefined {
  const [quality, costMs] = node === edge.a ? [edge.qualityA, edge.costAMs] : [edge.qualityB, edge.costBMs];
  if (quality === undefined && costMs === undefined) return undefined;
  return { quality, costMs: costMs ?? presumedCostMs[quality ?? 'poor'] };
}

export const otherEnd = (edge: TopologyEdge, node: string): string => (edge.a === node ? edge.b : edge.a);

/** In use: both ends claim it, and it is not stale. */
export const usable = (edge: TopologyEdge): boolean => !edge.stale && claim(edge, edge.a) !== undefined && claim(edge, edge.b) !== undefined;

/** Two steps or more apart: one end has something to do about it. Says which end hears poorly. */
export function lopsided(hears: Quality | undefined, heard: Quality | undefined): 'we-hear-poorly' | 'they-hear-poorly' | undefined {
  if (!hears || !heard) return undefined;
  const gap = qualityLevel[hears] - qualityLevel[heard];
  if (gap >= 2) return 'they-hear-poorly';
  return gap <= -2 ? 'we-hear-poorly' : undefined;
}
