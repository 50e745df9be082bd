import type { Quality, TopologyNode, TopologyView } from '../live/model.ts';
import { claim } from './quality.ts';
import { edgesByNode, type Ways } from './ways.ts';

export interface ListRow {
  readonly node: TopologyNode;
  /** Name of the next hop, or undefined at a gateway and without a way. */
  readonly through: string | undefined;
  readonly throughSelf: boolean;
  readonly costMs: number | undefined;
  /** How well the next hop hears it. */
  readonly quality: Quality | undefined;
}

export interface ListGroup {
  readonly kind: 'gateways' | 'hops' | 'no-way' | 'offline';
  readonly hops: number;
  readonly rows: readonly ListRow[];
}

/** The list twin of the map: gateways first, then by hops, offline last; inside a group this node first, then the cheapest way. */
export function groupsOf(topology: TopologyView, ways: Ways): ListGroup[] {
  const nodes = new Map(topology.nodes.map((node) => [node.id, node]));
  const edges = edgesByNode(topology.edges);
  const groups = new Map<string, { kind: ListGroup['kind']; hops: number; rows: ListRow[] }>();
  for (const node of topology.nodes) {
    const way = ways.of.get(node.id);
    const kind = !node.online ? 'offline' : node.gateway ? 'gateways' : way ? 'hops' : 'no-way';
    const hops = kind === 'hops' ? (way?.hops ?? 0) : 0;
    const next = way?.next;
    const edge = next === undefined ? undefined : edges.get(node.id)?.find((candidate) => candidate.a === next || candidate.b === next);
    const key = `${kind}${hops}`;
    const group = groups.get(key) ?? { kind, hops, rows: [] };
    groups.set(key, group);
    group.rows.push({
      node,
      through: kind === 'offline' || next === undefined ? undefined : nodes.get(next)?.name,
      throughSelf: next === topology.self,
      costMs: kind === 'offline' ? undefined : way?.costMs,
      quality: edge && next ? (claim(edge, next)?.quality ?? claim(edge, node.id)?.quality) : undefined,
    });
  }
  const order = ['gateways', 'hops', 'no-way', 'offline'];
  for (const group of groups.values()) {
    group.rows.sort(
      (p, q) =>
        Number(q.node.self) - Number(p.node.self) ||
        (p.costMs ?? 0) - (q.costMs ?? 0) ||
        p.node.name.localeCompare(q.node.name) ||
        (p.node.id < q.node.id ? -1 : 1),
    );
  }
  return [...groups.values()].toSorted((p, q) => order.indexOf(p.kind) - order.indexOf(q.kind) || p.hops - q.hops);
}

const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

/** By name, or by the first digits of the id; those that begin so before those that contain it. */
export function find(nodes: readonly TopologyNode[], typed: string): TopologyNode[] {
  const wanted = fold(typed.trim());
  if (wanted === '') return [];
  const rank = (node: TopologyNode) => (fold(node.name).startsWith(wanted) ? 0 : fold(node.name).includes(wanted) ? 1 : node.id.startsWith(wanted) ? 2 : 3);
  return nodes
    .map((node) => ({ node, rank: rank(node) }))
    .filter((found) => found.rank < 3)
    .toSorted((p, q) => p.rank - q.rank || p.node.name.localeCompare(q.node.name))
    .map((found) => found.node);
}
