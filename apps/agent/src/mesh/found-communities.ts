import type { NearbyNode } from './nearby.ts';

/** A community whose nodes show themselves on the local network. Nothing of it is verified: whoever joins compares codes. */
export interface FoundCommunity {
  readonly name: string;
  /** Where it takes nodes in: an https address. */
  readonly hub: string;
  /** Names of its nodes here. */
  readonly nodes: readonly string[];
}

const foundMax = 8;
const nodesMax = 5;

/** The communities of the nodes nearby, those with the most nodes here first. */
export function foundCommunities(nearby: readonly NearbyNode[]): FoundCommunity[] {
  const found = new Map<string, { name: string; hub: string; nodes: string[] }>();
  for (const { name, community, hub } of nearby) {
    if (community === undefined || hub === undefined) continue;
    const key = `${hub} ${community}`;
    const known = found.get(key) ?? { name: community, hub, nodes: [] };
    known.nodes.push(name);
    found.set(key, known);
  }
  return [...found.values()]
    .sort((a, b) => b.nodes.length - a.nodes.length || a.name.localeCompare(b.name))
    .slice(0, foundMax)
    .map(({ nodes, ...rest }) => ({ ...rest, nodes: nodes.slice(0, nodesMax) }));
}
