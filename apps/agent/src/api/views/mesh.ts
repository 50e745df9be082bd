import type { NeighbourView, NodeId, TopologyEdge, TopologyNode } from '@energymesh/protocol';
import type { Feed } from '../ports.ts';
import type { Neighbours, TopologyView } from '../schema.ts';
import { qualityOf } from './quality.ts';
import type { Sources } from './sources.ts';

type Part<K extends keyof Sources> = Pick<Sources, K>;

const nodesMax = 4096;

interface Way {
  readonly hops: number;
  readonly costMs: number;
  readonly nextHop: NodeId | undefined;
}

interface Known {
  /** Unix milliseconds. */
  readonly at: number;
  readonly way: Way | undefined;
  /** When this way was taken, and the one before it. */
  readonly since: number;
  readonly before: Way | undefined;
}

/** A way to a node that goes within this time of taking it was the search for one: what its last neighbours had not yet taken back. */
const settledMs = 60_000;

/** When each node was last known to be there, and how it was reached then; at the bound the ones seen longest ago go. */
class LastSeen {
  readonly #known = new Map<NodeId, Known>();
  #online: ReadonlySet<NodeId> = new Set();

  /** Nodes that are there now; whoever was there at the last look and is not any more was there until now. */
  look(nodes: readonly TopologyNode[], at: number): ReadonlySet<NodeId> {
    const online = new Set<NodeId>();
    for (const node of nodes) {
      const { node: id, self, reachable, hops, costMs, nextHop } = node;
      if (!self && !reachable) continue;
      online.add(id);
      const known = this.#known.get(id);
      const way = self || hops === undefined || costMs === undefined ? undefined : { hops, costMs, nextHop };
      const same = known && known.way?.hops === way?.hops && known.way?.nextHop === way?.nextHop;
      this.#note(id, same ? { ...known, at, way } : { at, way, since: at, before: known?.way });
    }
    for (const id of this.#online) {
      const known = online.has(id) ? undefined : this.#known.get(id);
      if (known) this.#note(id, { ...known, at, way: at - known.since < settledMs ? (known.before ?? known.way) : known.way });
    }
    this.#online = online;
    return online;
  }

  of(id: NodeId): Known | undefined {
    return this.#known.get(id);
  }

  #note(id: NodeId, known: Known): void {
    this.#known.delete(id);
    this.#known.set(id, known);
    const oldest = this.#known.keys().next().value;
    if (this.#known.size > nodesMax && oldest !== undefined) this.#known.delete(oldest);
  }
}

const meshEvents = new Set(['topology-changed', 'route-changed', 'neighbour-up', 'neighbour-down']);

/** Calls back on what changes the picture of the mesh. */
function onMeshChange(mesh: Part<'mesh'>['mesh'], handler: () => void): () => void {
  return mesh.subscribe((output) => {
    if (output.type === 'event' && meshEvents.has(output.event.kind)) handler();
  });
}

export function topologyFeed({ mesh, clock, who }: Part<'mesh' | 'clock' | 'who'>): Feed<TopologyView> {
  const lastSeen = new LastSeen();
  // Whoever goes while nobody looks at the page is dated all the same.
  onMeshChange(mesh, () => lastSeen.look(mesh.topology().nodes, clock.wall()));
  return {
    current: () => {
      const at = clock.wall();
      const { nodes, edges, gateway, path } = mesh.topology();
      const own = new Map(mesh.neighbours().map((neighbour) => [neighbour.node, neighbour]));
      const online = lastSeen.look(nodes, at);
      return {
        at,
        self: mesh.self,
        nodes: nodes.map((node) => ({
          id: node.node,
          name: node.name || node.node,
          self: node.self,
          gateway: node.gateway !== undefined,
          online: online.has(node.node),
          devices: node.devices,
          ...goneSince(node.node, online, lastSeen),
          ...defined({ hops: node.hops, costMs: node.costMs, nextHop: node.nextHop, position: node.position ?? (node.self ? who.position : undefined) }),
        })),
        edges: edges.map((edge) => ({
          a: edge.a,
          b: edge.b,
          ...claims(edge),
          ...bandwidthOf(edge, mesh.self, own),
          stale: edge.costAMs === undefined || edge.costBMs === undefined || !online.has(edge.a) || !online.has(edge.b),
        })),
        path: [...path],
        ...defined({ gateway }),
      };
    },
    onChange: (handler) => onMeshChange(mesh, handler),
  };
}

function goneSince(id: NodeId, online: ReadonlySet<NodeId>, lastSeen: LastSeen) {
  const known = lastSeen.of(id);
  const { way } = known ?? {};
  return {
    ...(known && { lastSeen: known.at }),
    ...(way && !online.has(id) && { lastWay: { hops: way.hops, costMs: way.costMs, ...defined({ nextHop: way.nextHop }) } }),
  };
}

function claims({ costAMs, costBMs }: TopologyEdge) {
  return {
    ...(costAMs !== undefined && { costAMs, qualityA: qualityOf(costAMs) }),
    ...(costBMs !== undefined && { costBMs, qualityB: qualityOf(costBMs) }),
  };
}

/** Known for this node's own links only. */
function bandwidthOf({ a, b }: TopologyEdge, self: NodeId, own: ReadonlyMap<NodeId, NeighbourView>) {
  const other = a === self ? b : b === self ? a : undefined;
  return defined({ bandwidthBps: other === undefined ? undefined : own.get(other)?.bandwidthBps });
}

export function neighboursFeed({ mesh, places, clock }: Part<'mesh' | 'places' | 'clock'>): Feed<Neighbours> {
  return {
    current: () => {
      const at = clock.wall();
      const wallOf = (mono: number) => Math.round(at - (clock.monotonic() - mono));
      return {
        at,
        neighbours: mesh.neighbours().map((neighbour) => ({
          id: neighbour.node,
          name: neighbour.name || neighbour.node,
          segment: neighbour.segment,
          multiHop: places.place(neighbour.node)?.multiHop ?? false,
          upSince: wallOf(neighbour.upSince),
          lastHeard: wallOf(neighbour.lastHeard),
          latencyMs: neighbour.rttMs,
          costMs: neighbour.costMs,
          ...defined({ bandwidthBps: neighbour.bandwidthBps }),
          quality: qualityOf(neighbour.costMs),
          bytesIn: neighbour.bytesIn,
          bytesOut: neighbour.bytesOut,
          queues: neighbour.queues.map((queue) => ({ class: queue.class, packets: queue.frames, bytes: queue.bytes })),
        })),
      };
    },
    onChange: (handler) => onMeshChange(mesh, handler),
  };
}

/** Names as nodes call themselves; the id of one not heard of. */
export function nameOf(mesh: Part<'mesh'>['mesh'], node: NodeId): string {
  return mesh.topology().nodes.find((known) => known.node === node)?.name || node;
}

/** Without the keys that are undefined: the schema's optional is "absent". */
export function defined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
