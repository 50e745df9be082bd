import type { Incarnation, NodeId } from '../ids.ts';
import type { GatewayOffer, Topology, TopologyEdge, TopologyNode } from '../io.ts';
import type { Routes } from './routes.ts';

export interface OwnState {
  readonly gateway: GatewayOffer | undefined;
  readonly devices: number;
  readonly position: { readonly lat: number; readonly lon: number } | undefined;
}

export interface TopologySources {
  readonly options: { readonly node: NodeId; readonly name: string; readonly incarnation: Incarnation };
  readonly database: { nodes(): Iterable<NodeId>; certified(node: NodeId): { readonly name: string } | undefined };
  readonly routes: Routes;
  readonly own: OwnState;
  readonly neighbours: readonly { readonly node: NodeId; readonly ownCost: number }[];
}

/** What is known of the community now, nodes without a way included. A plain copy. */
export function topologyOf(sources: TopologySources): Topology {
  const { options, database, routes, own } = sources;
  const self = options.node;
  const nodes: TopologyNode[] = [
    {
      node: self,
      name: options.name,
      self: true,
      gateway: own.gateway,
      devices: own.devices,
      position: own.position,
      reachable: true,
      hops: 0,
      costMs: 0,
      nextHop: undefined,
      incarnation: options.incarnation,
    },
  ];
  const edges = new Map<string, { a: NodeId; b: NodeId; costAMs: number | undefined; costBMs: number | undefined }>();
  const claim = (from: NodeId, to: NodeId, cost: number): void => {
    const [a, b] = from < to ? [from, to] : [to, from];
    const key = a + b;
    let edge = edges.get(key);
    if (!edge) {
      edge = { a, b, costAMs: undefined, costBMs: undefined };
      edges.set(key, edge);
    }
    if (from === a) edge.costAMs = cost / 100;
    else edge.costBMs = cost / 100;
  };
  for (const { node, ownCost } of sources.neighbours) claim(self, node, ownCost);
  for (const node of database.nodes()) {
    const advertised = routes.advertised(node);
    if (node === self || !advertised) continue;
    const costMs = routes.costMs(node);
    nodes.push({
      node,
      name: database.certified(node)?.name ?? '',
      self: false,
      gateway: advertised.gateway,
      devices: advertised.devices,
      position: advertised.position,
      reachable: costMs !== undefined,
      hops: routes.hops(node),
      costMs,
      nextHop: routes.nextHop(node),
      incarnation: advertised.incarnation,
    });
    const claims = routes.graph.edgesOf(routes.graph.indexOf(node));
    for (let i = 0; i < claims.length; i += 3) {
      const other = routes.graph.idOf(claims[i]!);
      if (other !== undefined) claim(node, other, claims[i + 1]!);
    }
  }
  const gateway = routes.gateway();
  return { nodes, edges: [...edges.values()] satisfies TopologyEdge[], gateway, path: gateway === undefined ? [] : routes.pathTo(gateway) };
}
