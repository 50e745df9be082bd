import type { RadioBeneath, TopologyEdge, TopologyNode, TopologyView } from '../live/model.ts';
import { type Arrangement, forceNodesMax } from './arrange.ts';
import { type Fold, type Folded, fold, foldAbove } from './fold.ts';
import { claim, qualityLevel, usable } from './quality.ts';
import { type Heard, reachOf } from './reach.ts';
import { findWays, linkKey, routeOf, type Ways } from './ways.ts';

export interface SceneNode {
  readonly id: string;
  readonly name: string;
  readonly kind: 'node' | 'gateway' | 'you' | 'offline';
  readonly gateway: boolean;
  /** Place in the arrangement's own measure. */
  readonly x: number;
  readonly y: number;
}

export interface SceneLink {
  readonly key: string;
  readonly a: SceneNode;
  readonly b: SceneNode;
  /** 1 to 4; undefined: that end claims nothing. */
  readonly levelA: 1 | 2 | 3 | 4 | undefined;
  readonly levelB: 1 | 2 | 3 | 4 | undefined;
  readonly stale: boolean;
  /** Pixels, by bandwidth. */
  readonly width: number;
  /** On somebody's best way out. */
  readonly best: boolean;
}

export interface Beneath {
  readonly kind: 'radio' | 'hops' | 'tunnel' | 'cable' | 'other';
  readonly signalDbm: number | undefined;
}

export type Selection = { readonly node: string } | { readonly link: string } | undefined;

/** Everything that is drawn, in the order in which it is drawn; a new one for each change of data, arrangement or selection. */
export interface Scene {
  readonly kind: Arrangement['kind'];
  /** Rings instead of every link and every name: more nodes than fit a force layout. */
  readonly big: boolean;
  readonly nodes: readonly SceneNode[];
  readonly byId: ReadonlyMap<string, SceneNode>;
  readonly links: readonly SceneLink[];
  /** What is not among them, because it would be too much to draw. */
  readonly folds: readonly Fold[];
  readonly linkByKey: ReadonlyMap<string, SceneLink>;
  readonly selection: Selection;
  /** What carries this node's own links, where that layer is shown. */
  readonly beneath: ReadonlyMap<string, Beneath>;
  /** Node ids from the selected node (or from you) to the gateway. */
  readonly route: readonly string[];
  readonly ways: Ways;
  readonly rings: Arrangement['rings'];
  readonly map: Arrangement['map'];
  /** Of a map: how far the nodes are heard, as far as that is measured. */
  readonly reach: ReadonlyMap<string, Heard>;
}

/** From 1.4 px at nothing to 5.4 px at 100 Mbit/s and more; a link of unknown bandwidth is of middling width. */
export const linkWidth = (bandwidthBps: number | undefined): number => (bandwidthBps === undefined ? 2.4 : 1.4 + Math.min(1, bandwidthBps / 100e6) * 4);

export function sceneOf(topology: TopologyView, arrangement: Arrangement, selection: Selection, radio?: RadioBeneath): Scene {
  const ways = findWays(topology);
  const { folds, hidden } =
    arrangement.kind === 'radial' && topology.nodes.length > foldAbove ? fold(ways, arrangement.places, opened(topology, selection)) : whole;
  const nodes = topology.nodes.filter(({ id }) => !hidden.has(id)).map((node) => sceneNode(node, topology.self, arrangement));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const links = topology.edges.flatMap((edge) => sceneLink(edge, byId, ways));
  const from = selection && 'node' in selection ? selection.node : undefined;
  const start = from ?? (selection === undefined ? topology.self : undefined);
  const route = start && byId.has(start) && ways.of.has(start) ? routeOf(ways, start) : [];
  return {
    kind: arrangement.kind,
    big: arrangement.kind === 'radial' || (arrangement.kind === 'place' && nodes.length > forceNodesMax),
    nodes,
    byId,
    links,
    folds,
    linkByKey: new Map(links.map((link) => [link.key, link])),
    selection,
    beneath: new Map((radio?.links ?? []).map((link) => [linkKey(topology.self, link.node), { kind: link.kind, signalDbm: link.peer?.signalDbm }])),
    // Without a gateway the ways end at you: there is no road to draw.
    route: topology.nodes.some((node) => node.gateway && node.online) ? route : [],
    ways,
    rings: arrangement.rings,
    map: arrangement.map,
    reach: arrangement.map ? reachOf(topology) : new Map(),
  };
}

const whole: Folded = { folds: [], hidden: new Set() };

function opened(topology: TopologyView, selection: Selection): string[] {
  if (!selection) return [topology.self];
  return [topology.self, ...('node' in selection ? [selection.node] : selection.link.split('-'))];
}

function sceneNode(node: TopologyNode, self: string, arrangement: Arrangement): SceneNode {
  const [x, y] = arrangement.places[node.id] ?? [0.5, 0.5];
  const kind = node.id === self ? 'you' : !node.online ? 'offline' : node.gateway ? 'gateway' : 'node';
  return { id: node.id, name: node.name, kind, gateway: node.gateway && node.online, x, y };
}

function sceneLink(edge: TopologyEdge, byId: ReadonlyMap<string, SceneNode>, ways: Ways): SceneLink[] {
  const [a, b] = [byId.get(edge.a), byId.get(edge.b)];
  if (!a || !b) return [];
  const level = (node: string) => {
    const quality = claim(edge, node)?.quality;
    return quality && qualityLevel[quality];
  };
  return [
    {
      key: linkKey(edge.a, edge.b),
      a,
      b,
      levelA: level(edge.a),
      levelB: level(edge.b),
      stale: !usable(edge),
      width: linkWidth(edge.bandwidthBps),
      best: ways.of.get(edge.a)?.next === edge.b || ways.of.get(edge.b)?.next === edge.a,
    },
  ];
}
