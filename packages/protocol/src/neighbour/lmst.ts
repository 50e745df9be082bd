import type { NodeId } from '../ids.ts';
import type { Graph } from '../routing/graph.ts';

/** A way from self: a link with its agreed cost, or a candidate with what its segment says. In 1/100 ms. */
export interface Way {
  readonly node: NodeId;
  readonly cost: number;
}

/** Total order of edges, the same at every node: cost, then the two ids. */
function before(costA: number, a1: NodeId, a2: NodeId, costB: number, b1: NodeId, b2: NodeId): boolean {
  if (costA !== costB) return costA < costB;
  const lowA = a1 < a2 ? a1 : a2;
  const lowB = b1 < b2 ? b1 : b2;
  if (lowA !== lowB) return lowA < lowB;
  return (a1 < a2 ? a2 : a1) < (b1 < b2 ? b2 : b1);
}

/**
 * Local minimum spanning tree (Li, Hou, Sha 2003): of self, what it sees, and the edges that exist among these.
 * Returns the ways that are edges of self in it. A way left out is the dearest edge of some cycle, so every node may leave all of its own out at the
 * same time and the network stays in one piece. Prim over at most `ways.length` vertices. docs/protocol.md §3.5
 */
export function localTree(self: NodeId, ways: readonly Way[], graph: Graph): Set<NodeId> {
  const place = new Map<number, number>();
  const n = ways.length;
  const cost = new Float64Array(n);
  const from: NodeId[] = new Array(n);
  const inTree = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const way = ways[i]!;
    const index = graph.indexOf(way.node);
    if (index > 0) place.set(index, i);
    cost[i] = way.cost;
    from[i] = self;
  }
  const core = new Set<NodeId>();
  for (let round = 0; round < n; round++) {
    let next = -1;
    for (let i = 0; i < n; i++) {
      if (inTree[i] === 1) continue;
      if (next < 0 || before(cost[i]!, from[i]!, ways[i]!.node, cost[next]!, from[next]!, ways[next]!.node)) next = i;
    }
    inTree[next] = 1;
    const node = ways[next]!.node;
    if (from[next] === self) core.add(node);
    const index = graph.indexOf(node);
    if (index <= 0) continue;
    const { triples, start, end } = graph.rows;
    for (let e = start[index]!; e < end[index]!; e += 3) {
      const effective = triples[e + 2]!;
      const i = effective === 0 ? undefined : place.get(triples[e]!);
      if (i === undefined || inTree[i] === 1) continue;
      if (before(effective, node, ways[i]!.node, cost[i]!, from[i]!, ways[i]!.node)) {
        cost[i] = effective;
        from[i] = node;
      }
    }
  }
  return core;
}
