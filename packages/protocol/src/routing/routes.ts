import type { ProtocolConfig } from '../config.ts';
import type { Incarnation, NodeId } from '../ids.ts';
import type { GatewayOffer } from '../io.ts';
import type { RouteView } from '../parts.ts';
import { Millis, never } from '../units.ts';
import { chooseGateway, type ReachableGateway, rankGateways } from './gateways.ts';
import { type Claim, Graph } from './graph.ts';
import { ShortestPaths, unreachable } from './shortest.ts';

/** What the newest advertisement of a node says beside its links. */
export interface Advertised {
  readonly incarnation: Incarnation;
  readonly agreementKey: Uint8Array;
  /** Undefined also where the node's certificate does not allow it. */
  readonly gateway: GatewayOffer | undefined;
  readonly devices: number;
  readonly position: { readonly lat: number; readonly lon: number } | undefined;
}

export interface RoutesOptions {
  readonly self: NodeId;
  readonly nodesMax: number;
  /** A first gain is waited for; while gains keep coming the wait doubles, as in RFC 8405. docs/protocol.md §5.7 */
  readonly waits: RouteWaits;
  /** Called after a run that changed a next hop, a path, or the choice of the gateway, and when a node started anew: what is under way to it was sealed for keys that are no more. */
  readonly onChanged: (now: Millis, change: RouteChange) => void;
}

export type RouteWaits = Pick<ProtocolConfig, 'gainWaitMsMin' | 'gainWaitMsMax' | 'routeQuietMs' | 'lossRunsMax' | 'lossWaitMsMax'>;

export interface RouteChange {
  readonly gateway: boolean;
  /** Nodes that became reachable or ceased to be. */
  readonly gained: readonly NodeId[];
  readonly lost: readonly NodeId[];
}

const changesMax = 512;

/** The routing table: graph, shortest paths from self, choice of the gateway. */
export class Routes implements RouteView {
  readonly #self: NodeId;
  readonly #waits: RouteWaits;
  readonly #onChanged: RoutesOptions['onChanged'];
  readonly #paths = new ShortestPaths();
  readonly graph: Graph;
  readonly #advertised = new Map<NodeId, Advertised>();
  readonly #gatewayNodes = new Set<NodeId>();
  #ownOffer: GatewayOffer | undefined;
  #ranked: ReachableGateway[] = [];
  #gateway: NodeId | undefined;
  #gatewayHop: NodeId | undefined;
  #offersChanged = false;
  #reborn = false;
  #urgent = false;
  #gain = false;
  #runAt: Millis = never;
  #gainWaitMs: number;
  #lastRunAt: Millis = Millis(Number.NEGATIVE_INFINITY);
  /** The last run that brought a gain: one over a loss says nothing of gains that keep coming. */
  #lastGainAt: Millis = Millis(Number.NEGATIVE_INFINITY);
  #urgentRuns = 0;
  #urgentSince: Millis = Millis(Number.NEGATIVE_INFINITY);
  /** Pairs of ends of the edges that changed since the last run; beyond the bound the next run starts from scratch. */
  readonly #changes = new Int32Array(2 * changesMax);
  #changesCount = 0;
  /** Of each index that was ever reached, the node that it stood for then. */
  readonly #lastIds: (NodeId | undefined)[] = [];
  runs = 0;

  constructor(options: RoutesOptions) {
    this.#self = options.self;
    this.#onChanged = options.onChanged;
    this.#waits = options.waits;
    this.#gainWaitMs = options.waits.gainWaitMsMin;
    this.graph = new Graph(options.self, options.nodesMax, (u, v, before, after) => this.#edgeChanged(u, v, before, after));
    this.#paths.run(this.graph.rows, this.graph.self);
  }

  /** A better edge matters only if it shortens a path, a worse one only if a path uses it: the tree stays right without a run. */
  #edgeChanged(u: number, v: number, before: number, after: number): void {
    const { cost, parent, nodes } = this.#paths;
    const costU = u < nodes ? cost[u]! : unreachable;
    const costV = v < nodes ? cost[v]! : unreachable;
    if (before === 0 || (after !== 0 && after < before)) {
      if (!(costU !== unreachable && costU + after < costV) && !(costV !== unreachable && costV + after < costU) && !this.#urgent && !this.#gain) return;
      this.#gain = true;
    } else {
      const used = (v < nodes && parent[v] === u) || (u < nodes && parent[u] === v);
      if (!used) return;
      if (after === 0) this.#urgent = true;
      else this.#gain = true;
    }
    if (this.#changesCount < changesMax) {
      this.#changes[2 * this.#changesCount] = u;
      this.#changes[2 * this.#changesCount + 1] = v;
    }
    this.#changesCount++;
  }

  /** This node's own links; cost as agreed with the neighbour, in 1/100 ms. */
  own(now: Millis, claims: readonly Claim[]): void {
    this.graph.replace(this.#self, claims);
    this.#schedule(now);
  }

  /** A newer advertisement of another node. True when it takes away an edge that counted, or one to self: the other end's record about the same edge is then no such news any more. */
  claims(now: Millis, node: NodeId, claims: readonly Claim[], news: Advertised): boolean {
    const before = this.#advertised.get(node);
    // A copy where it is another key: the frame it came in is not kept for its sake.
    const agreementKey = before && sameBytes(before.agreementKey, news.agreementKey) ? before.agreementKey : news.agreementKey.slice();
    const { incarnation, gateway, devices, position } = news;
    const advertised: Advertised = { incarnation, agreementKey, gateway, devices, position };
    this.#advertised.set(node, advertised);
    if (gateway) this.#gatewayNodes.add(node);
    else if (before?.gateway) this.#gatewayNodes.delete(node);
    if (before?.gateway?.backendMs !== advertised.gateway?.backendMs || before?.gateway?.load !== advertised.gateway?.load) this.#offersChanged = true;
    if (before && before.incarnation !== advertised.incarnation) this.#reborn = true;
    const loses = this.graph.replace(node, claims);
    this.#schedule(now);
    return loses;
  }

  forget(now: Millis, node: NodeId): void {
    if (!this.#advertised.delete(node)) return;
    if (this.#gatewayNodes.delete(node)) this.#offersChanged = true;
    this.graph.replace(node, []);
    this.#schedule(now);
  }

  offer(now: Millis, offer: GatewayOffer | undefined): void {
    this.#ownOffer = offer;
    this.#offersChanged = true;
    this.#schedule(now);
  }

  advertised(node: NodeId): Advertised | undefined {
    return this.#advertised.get(node);
  }

  #schedule(now: Millis): void {
    const { gainWaitMsMin, gainWaitMsMax, routeQuietMs, lossRunsMax, lossWaitMsMax } = this.#waits;
    if (this.#urgent) {
      if (now - this.#urgentSince > routeQuietMs) {
        this.#urgentSince = now;
        this.#urgentRuns = 0;
      }
      const waitMs = Math.min(lossWaitMsMax, gainWaitMsMin * 2 ** Math.min(8, this.#urgentRuns - lossRunsMax));
      const at = this.#urgentRuns < lossRunsMax ? now : Millis(Math.max(now, this.#lastRunAt + waitMs));
      if (at < this.#runAt) this.#runAt = at;
    } else if ((this.#gain || this.#offersChanged || this.#reborn) && this.#runAt === never) {
      if (now - this.#lastGainAt > routeQuietMs) this.#gainWaitMs = gainWaitMsMin;
      this.#runAt = Millis(now + this.#gainWaitMs);
      this.#gainWaitMs = Math.min(this.#gainWaitMs * 2, gainWaitMsMax);
    }
  }

  get wakeAt(): Millis {
    return this.#runAt;
  }

  /** Does what is due; to be called at the end of every input. */
  wake(now: Millis): void {
    if (now < this.#runAt) return;
    this.#runAt = never;
    let pathsChanged = false;
    const gained: NodeId[] = [];
    const lost: NodeId[] = [];
    if (this.#urgent || this.#gain) {
      if (this.#urgent) this.#urgentRuns++;
      if (this.#gain) this.#lastGainAt = now;
      this.#urgent = false;
      this.#gain = false;
      this.#lastRunAt = now;
      this.runs++;
      if (this.#changesCount > changesMax) this.#paths.run(this.graph.rows, this.graph.self);
      else this.#paths.update(this.graph.rows, this.graph.self, this.#changes, this.#changesCount);
      this.#changesCount = 0;
      pathsChanged = this.#compare(gained, lost);
    }
    const reborn = this.#reborn;
    this.#offersChanged = false;
    this.#reborn = false;
    const gatewayChanged = this.#rechoose();
    if (pathsChanged || gatewayChanged || reborn) this.#onChanged(now, { gateway: gatewayChanged, gained, lost });
  }

  /** Whether any way is another one now. */
  #compare(gained: NodeId[], lost: NodeId[]): boolean {
    const { first, parent, wasFirst, wasParent, touched, touchedCount } = this.#paths;
    let changed = false;
    for (let i = 0; i < touchedCount; i++) {
      const v = touched[i]!;
      if (v === this.graph.self) continue;
      const id = this.graph.idOf(v);
      const same = this.#lastIds[v] === id;
      const was = wasFirst[v]! >= 0;
      const is = first[v]! >= 0;
      if (same && was === is && (!is || (wasFirst[v] === first[v] && wasParent[v] === parent[v]))) continue;
      changed = true;
      if (was && !(same && is)) lost.push(this.#lastIds[v]!);
      if (is && id !== undefined && !(same && was)) gained.push(id);
      this.#lastIds[v] = id;
    }
    return changed;
  }

  /** True when the gateway or the way to it changed. */
  #rechoose(): boolean {
    const list: ReachableGateway[] = [];
    if (this.#ownOffer) list.push({ node: this.#self, offer: this.#ownOffer, costMs: 0 });
    for (const node of this.#gatewayNodes) {
      const costMs = this.costMs(node);
      const offer = this.#advertised.get(node)?.gateway;
      if (costMs !== undefined && offer) list.push({ node, offer, costMs });
    }
    this.#ranked = rankGateways(list);
    const gateway = chooseGateway(this.#gateway, this.#ranked);
    const hop = gateway === undefined ? undefined : this.nextHop(gateway);
    const changed = gateway !== this.#gateway || hop !== this.#gatewayHop;
    this.#gateway = gateway;
    this.#gatewayHop = hop;
    return changed;
  }

  #reached(node: NodeId): number {
    const index = this.graph.indexOf(node);
    return index >= 0 && index < this.#paths.nodes && this.#paths.cost[index]! !== unreachable ? index : -1;
  }

  nextHop(destination: NodeId): NodeId | undefined {
    const index = this.#reached(destination);
    const first = index < 0 ? -1 : this.#paths.first[index]!;
    return first < 0 ? undefined : this.graph.idOf(first);
  }

  costMs(destination: NodeId): number | undefined {
    if (destination === this.#self) return 0;
    const index = this.#reached(destination);
    return index < 0 ? undefined : this.#paths.cost[index]! / 100;
  }

  hops(destination: NodeId): number | undefined {
    if (destination === this.#self) return 0;
    const index = this.#reached(destination);
    return index < 0 ? undefined : this.#paths.hops[index]!;
  }

  gateway(): NodeId | undefined {
    return this.#gateway;
  }

  gateways(): readonly ReachableGateway[] {
    return this.#ranked;
  }

  agreement(node: NodeId): { readonly incarnation: Incarnation; readonly agreementKey: Uint8Array } | undefined {
    return this.#advertised.get(node);
  }

  /** From self to the destination, both included; empty when there is no way. */
  pathTo(destination: NodeId): readonly NodeId[] {
    let at = this.#reached(destination);
    const path: NodeId[] = [];
    for (let steps = 0; at >= 0 && steps <= this.#paths.nodes; steps++) {
      path.push(this.graph.idOf(at)!);
      at = this.#paths.parent[at]!;
    }
    return path.reverse();
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.byteLength !== b.byteLength) return false;
  for (let i = 0; i < a.byteLength; i++) if (a[i] !== b[i]) return false;
  return true;
}
