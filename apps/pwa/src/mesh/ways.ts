import type { TopologyEdge, TopologyView } from '../live/model.ts';
import { claim, otherEnd, usable } from './quality.ts';

/** A node's cheapest way to a gateway. `next` is undefined at the gateway itself. */
export interface Way {
  readonly gateway: string;
  readonly next: string | undefined;
  readonly hops: number;
  readonly costMs: number;
}

export interface Ways {
  /** Nodes without a way out are absent. */
  readonly of: ReadonlyMap<string, Way>;
  /** Where the ways end: the gateways that are online, or this node when there is none. */
  readonly roots: readonly string[];
  /** The tree: nodes whose next hop this is, by id. */
  readonly behind: ReadonlyMap<string, readonly string[]>;
}

export const linkKey = (a: string, b: string): string => (a < b ? `${a}-${b}` : `${b}-${a}`);

export function edgesByNode(edges: readonly TopologyEdge[]): Map<string, TopologyEdge[]> {
  const byNode = new Map<string, TopologyEdge[]>();
  for (const edge of edges) {
    for (const end of [edge.a, edge.b]) {
      const list = byNode.get(end);
      if (list) list.push(edge);
      else byNode.set(end, [edge]);
    }
  }
  return byNode;
}

/**
 * Every node's cheapest way out, worked out from the links that both ends claim (Dijkstra from all gateways at once).
 * This node's own way is the agent's word (`topology.path`); the others are what the same rule gives from here.
 */
export function findWays(topology: TopologyView): Ways {
  const online = new Set(topology.nodes.filter((node) => node.online).map((node) => node.id));
  const gateways = topology.nodes.filter((node) => node.gateway && node.online).map((node) => node.id);
  const roots = (gateways.length > 0 ? gateways : [topology.self]).toSorted();
  const edges = edgesByNode(topology.edges.filter((edge) => usable(edge) && online.has(edge.a) && online.has(edge.b)));

  const ways = new Map<string, Way>();
  const open = new Heap();
  for (const root of roots) open.push(0, { node: root, way: { gateway: root, next: undefined, hops: 0, costMs: 0 } });
  for (let nearest = open.pop(); nearest; nearest = open.pop()) {
    const { node, way } = nearest;
    if (ways.has(node)) continue;
    ways.set(node, way);
    for (const edge of edges.get(node) ?? []) {
      const from = otherEnd(edge, node);
      if (ways.has(from)) continue;
      const costMs = way.costMs + (claim(edge, from)?.costMs ?? 0);
      open.push(costMs, { node: from, way: { gateway: way.gateway, next: node, hops: way.hops + 1, costMs } });
    }
  }
  const own = ownWay(topology, edges);
  const of = own.size === 0 ? ways : rehang(ways, own);
  return { of, roots, behind: treeOf(of) };
}

/** The agent's own path as ways of the nodes on it. */
function ownWay(topology: TopologyView, edges: ReadonlyMap<string, TopologyEdge[]>): Map<string, Way> {
  const { path } = topology;
  const gateway = path.at(-1);
  const ways = new Map<string, Way>();
  if (path.length < 2 || !gateway) return ways;
  let costMs = 0;
  for (let i = path.length - 1; i >= 0; i--) {
    const node = path[i] as string;
    const next = path[i + 1];
    const edge = next ? edges.get(node)?.find((candidate) => otherEnd(candidate, node) === next) : undefined;
    costMs += edge ? (claim(edge, node)?.costMs ?? 0) : 0;
    ways.set(node, { gateway, next, hops: path.length - 1 - i, costMs });
  }
  return ways;
}

/** Puts the agent's own path in place of what was worked out, and carries the difference on to the nodes behind it. */
function rehang(ways: ReadonlyMap<string, Way>, own: ReadonlyMap<string, Way>): Map<string, Way> {
  const result = new Map(own);
  const behind = treeOf(ways);
  const rest = [...own.keys()];
  for (let node = rest.pop(); node; node = rest.pop()) {
    const through = result.get(node) as Way;
    const before = ways.get(node);
    for (const from of behind.get(node) ?? []) {
      if (result.has(from)) continue;
      const way = ways.get(from) as Way;
      const step = way.costMs - (before?.costMs ?? way.costMs);
      result.set(from, { gateway: through.gateway, next: node, hops: through.hops + 1, costMs: through.costMs + step });
      rest.push(from);
    }
  }
  for (const [node, way] of ways) if (!result.has(node)) result.set(node, way);
  return result;
}

function treeOf(ways: ReadonlyMap<string, Way>): Map<string, string[]> {
  const behind = new Map<string, string[]>();
  for (const [node, way] of ways) {
    if (way.next === undefined) continue;
    const list = behind.get(way.next);
    if (list) list.push(node);
    else behind.set(way.next, [node]);
  }
  for (const list of behind.values()) list.sort();
  return behind;
}

/** From the node to its gateway, both included; just the node when it has no way. */
export function routeOf(ways: Ways, node: string): string[] {
  const route = [node];
  for (let next = ways.of.get(node)?.next; next !== undefined && route.length <= ways.of.size; next = ways.of.get(next)?.next) route.push(next);
  return route;
}

interface Reached {
  readonly node: string;
  readonly way: Way;
}

/** A binary heap by cost; equal costs in the order of the node's id, so that the same topology always gives the same tree. */
class Heap {
  readonly #items: { cost: number; reached: Reached }[] = [];

  push(cost: number, reached: Reached): void {
    const items = this.#items;
    items.push({ cost, reached });
    let at = items.length - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(at, parent)) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  pop(): Reached | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (!first || !last || items.length === 0) return first?.reached;
    items[0] = last;
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      let least = at;
      if (left < items.length && this.#before(left, least)) least = left;
      if (left + 1 < items.length && this.#before(left + 1, least)) least = left + 1;
      if (least === at) return first.reached;
      this.#swap(at, least);
      at = least;
    }
  }

  #before(i: number, j: number): boolean {
    const a = this.#items[i]!;
    const b = this.#items[j]!;
    return a.cost < b.cost || (a.cost === b.cost && a.reached.node < b.reached.node);
  }

  #swap(i: number, j: number): void {
    const items = this.#items;
    const kept = items[i]!;
    items[i] = items[j]!;
    items[j] = kept;
  }
}
