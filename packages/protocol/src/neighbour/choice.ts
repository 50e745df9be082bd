import type { NodeId } from '../ids.ts';
import type { Candidate } from '../io.ts';
import type { Random } from '../ports.ts';
import type { Graph } from '../routing/graph.ts';
import { Millis, never } from '../units.ts';
import { Candidates, type KnownCandidate } from './candidates.ts';
import { quantise } from './cost.ts';
import { localTree, type Way } from './lmst.ts';

export interface ChoiceOptions {
  readonly self: NodeId;
  readonly random: Random;
  readonly wanted: number;
  readonly max: number;
  readonly graph: Graph;
  readonly reaches: (node: NodeId) => boolean;
  readonly isRevoked: (node: NodeId) => boolean;
  readonly hasLink: (node: NodeId) => boolean;
  /** A handshake with it is under way. */
  readonly isForming: (node: NodeId) => boolean;
  readonly links: () => Iterable<LinkOfChoice>;
  /** Nodes that are shaking hands and have no link yet. */
  readonly forming: () => number;
  readonly dial: (key: string) => void;
  readonly drop: (now: Millis, node: NodeId) => void;
  readonly count: (name: string) => void;
}

export interface LinkOfChoice {
  readonly node: NodeId;
  /** Agreed cost in 1/100 ms; 0 while not measured. */
  readonly cost: number;
  readonly upSince: Millis;
}

/** Links that the cap does not concern, because the community would fall apart without them, end here. */
export const linksMax = 64;
const diallingMax = 3;
/** Between two dials: handshakes cost milliseconds of CPU. */
const dialApartMs = 20;
/** Unknown keys are asked who they are, though there are links enough: else a part behind one is never found. */
const probeMsFirst = 500;
const probeMsLater = 3000;
const firstMs = 60_000;
/** Make before break. */
const dropAfterMs = 30_000;
/** Surplus links go one by one: every drop is news to the whole community. */
const dropApartMs = 60_000;
/** Right after a start everybody is out of reach: the cap holds for so long without exception. */
const settleMs = 3000;
/** Ways looked at for the local tree: links and the nearest candidates. */
const waysMax = 96;
const idleMs = 30_000;

/**
 * Which links this node has. docs/protocol.md §3.5, docs/decisions/0002-control-plane.md
 * 1. A candidate that no path reaches is dialled and accepted whatever the number of links: so the parts of a community that see each other join.
 * 2. Below `max` links so is one whose way is an edge of the local minimum spanning tree.
 * 3. Below `wanted` links, unknown candidates are dialled, nearest first, then those that bring most new two-hop neighbours.
 * 4. Others are accepted below `max`.
 * 5. Above `max` the dearest link outside the local tree is dropped, 30 s after it came up. No other link is ever dropped for the number.
 */
export class Choice {
  readonly #o: ChoiceOptions;
  readonly #candidates: Candidates;
  readonly #startedAt: Millis;
  #core: Set<NodeId> = new Set();
  #dueAt: Millis = never;
  #probeAt: Millis;
  #dropAt: Millis;

  constructor(now: Millis, options: ChoiceOptions) {
    this.#o = options;
    this.#candidates = new Candidates(options.random);
    this.#startedAt = now;
    this.#probeAt = now;
    this.#dropAt = Millis(now + dropAfterMs + dropApartMs * options.random.next());
  }

  // ---- What happens

  candidate(now: Millis, candidate: Candidate): void {
    const isNew = this.#candidates.get(candidate.key) === undefined;
    if (!this.#candidates.heard(now, candidate)) this.#o.count('candidates-full');
    // Beacons repeat every half minute: only one that may lead to a dial is worth a look at all links.
    const node = this.#candidates.get(candidate.key)?.node;
    const linked = node !== undefined && this.#o.hasLink(node);
    if (isNew || (!linked && (node === undefined || !this.#o.reaches(node) || this.#count() < this.#o.wanted))) this.changed(now);
  }

  candidateLost(key: string): void {
    this.#candidates.lost(key);
  }

  dialFailed(now: Millis, key: string): void {
    this.#candidates.failed(now, key);
    this.changed(now);
  }

  /** A connection that this node dialled is closed: without a link the dial came to nothing. */
  dialEnded(now: Millis, key: string | undefined, node: NodeId): void {
    if (!this.#o.hasLink(node)) this.#candidates.failed(now, key);
    this.changed(now);
  }

  identified(key: string | undefined, node: NodeId): void {
    this.#candidates.identified(key, node);
  }

  linkUp(now: Millis, node: NodeId): void {
    this.#candidates.linked(now, node);
    this.changed(now);
  }

  linkDown(now: Millis, node: NodeId, upMs: number, costMs: number | undefined): void {
    this.#candidates.ended(now, node, upMs, costMs);
    this.changed(now);
  }

  /** The node said that it has links enough, or this one has. */
  refused(now: Millis, key: string | undefined, node: NodeId): void {
    this.#candidates.failed(now, key);
    this.#candidates.unwanted(now, node);
    this.changed(now);
  }

  /** Links, routes or candidates are others now. */
  changed(now: Millis): void {
    const at = now + dialApartMs * (1 + 4 * this.#o.random.next());
    if (at < this.#dueAt) this.#dueAt = Millis(at);
  }

  /** Whether a connection that just finished its transport handshake may go on to a hello. */
  admits(now: Millis, node: NodeId, dialled: boolean): 'yes' | 'full' | 'standby' {
    if (this.#o.hasLink(node) || this.#o.isForming(node)) return 'yes';
    const count = this.#count();
    if (count >= linksMax) return 'full';
    if (!this.#o.reaches(node) && (count < this.#o.max || now >= this.#startedAt + settleMs)) return 'yes';
    if (dialled) return count < this.#o.wanted || (count < this.#o.max && this.#core.has(node)) ? 'yes' : 'standby';
    return count < this.#o.max ? 'yes' : 'full';
  }

  #count(): number {
    let count = this.#o.forming();
    for (const _ of this.#o.links()) count++;
    return count;
  }

  // ---- Deciding

  get wakeAt(): Millis {
    return this.#dueAt;
  }

  wake(now: Millis): void {
    if (now < this.#dueAt) return;
    this.#dueAt = Millis(now + idleMs);
    const expires = this.#candidates.expire(now);
    if (expires < this.#dueAt) this.#dueAt = expires;
    const links = [...this.#o.links()];
    this.#core = this.#localTree(links);
    this.#dropOne(now, links);
    this.#dialOne(now, links.length + this.#o.forming());
  }

  #localTree(links: readonly LinkOfChoice[]): Set<NodeId> {
    const ways: Way[] = links.map(({ node, cost }) => ({ node, cost: cost > 0 ? cost : 1 }));
    const nearest: Way[] = [];
    const seen = new Set<NodeId>();
    for (const c of this.#candidates.all()) {
      if (c.node === undefined || c.hintMs === undefined || c.node === this.#o.self || seen.has(c.node)) continue;
      seen.add(c.node);
      if (!this.#o.hasLink(c.node) && !this.#o.isRevoked(c.node)) nearest.push({ node: c.node, cost: quantise(c.hintMs) });
    }
    if (ways.length + nearest.length > waysMax)
      nearest.sort((a, b) => a.cost - b.cost || (a.node < b.node ? -1 : 1)).length = Math.max(0, waysMax - ways.length);
    return localTree(this.#o.self, ways.concat(nearest), this.#o.graph);
  }

  #dropOne(now: Millis, links: readonly LinkOfChoice[]): void {
    if (links.length <= this.#o.max) return;
    if (now < this.#dropAt) {
      this.#dueAt = Millis(Math.min(this.#dueAt, this.#dropAt));
      return;
    }
    let worst: LinkOfChoice | undefined;
    for (const link of links) {
      if (this.#core.has(link.node) || link.cost === 0) continue;
      if (now < link.upSince + dropAfterMs) {
        this.#dueAt = Millis(Math.min(this.#dueAt, link.upSince + dropAfterMs));
        continue;
      }
      if (!worst || link.cost > worst.cost || (link.cost === worst.cost && link.node > worst.node)) worst = link;
    }
    if (!worst) return;
    this.#candidates.unwanted(now, worst.node);
    this.#o.drop(now, worst.node);
    this.#dropAt = Millis(now + dropApartMs * (0.5 + this.#o.random.next()));
  }

  #dialOne(now: Millis, count: number): void {
    if (this.#candidates.dialling >= diallingMax || count >= linksMax) return;
    let best: KnownCandidate | undefined;
    let bestRank = 0;
    for (const c of this.#candidates.all()) {
      const rank = this.#rank(now, c, count);
      if (rank > bestRank) {
        best = c;
        bestRank = rank;
      }
    }
    if (best && bestRank <= 1) {
      if (now < this.#probeAt) {
        this.#dueAt = Millis(Math.min(this.#dueAt, this.#probeAt));
        return;
      }
      this.#probeAt = Millis(now + (now < this.#startedAt + firstMs ? probeMsFirst : probeMsLater) * (0.75 + 0.5 * this.#o.random.next()));
    }
    if (!best) return;
    this.#candidates.dial(now, best);
    this.#o.dial(best.key);
    this.changed(now);
  }

  /** 0: not to be dialled now; up to 1: when a probe is due; above: the higher the sooner. */
  #rank(now: Millis, c: KnownCandidate, count: number): number {
    if (c.state.at !== 'idle') return 0;
    const node = c.node;
    if (node !== undefined && (node === this.#o.self || this.#o.hasLink(node) || this.#o.isForming(node) || this.#o.isRevoked(node))) return 0;
    const room = count < this.#o.max;
    const lost = node !== undefined && !this.#o.reaches(node) && (room || now >= this.#startedAt + settleMs);
    const needed = lost || (node !== undefined && room && now >= c.fillAfter && this.#core.has(node));
    const below = count + this.#candidates.dialling < this.#o.wanted;
    const wanted = needed || node === undefined || (below && now >= c.fillAfter);
    if (!wanted) {
      if (below) this.#dueAt = Millis(Math.min(this.#dueAt, c.fillAfter));
      return 0;
    }
    if (now < c.state.notBefore) {
      this.#dueAt = Millis(Math.min(this.#dueAt, c.state.notBefore));
      return 0;
    }
    const near = 1 / (1 + (c.hintMs ?? 100 * (1 + this.#o.random.next())));
    if (needed) return 1000 + near;
    if (node === undefined) return below ? 500 + near : this.#o.random.next();
    return 2 + this.#twoHop(node) + near;
  }

  /** Neighbours of the node that are not within two hops of self yet. */
  #twoHop(node: NodeId): number {
    const { graph } = this.#o;
    const index = graph.indexOf(node);
    if (index < 0) return 0;
    const own = graph.edgesOf(graph.self);
    const edges = graph.edgesOf(index);
    let fresh = 0;
    for (let e = 0; e < edges.length; e += 3) {
      if (edges[e + 2] === 0 || edges[e] === graph.self) continue;
      let near = false;
      for (let i = 0; i < own.length && !near; i += 3) {
        if (own[i] === edges[e]) near = true;
        const second = graph.edgesOf(own[i]!);
        for (let k = 0; k < second.length && !near; k += 3) if (second[k] === edges[e]) near = true;
      }
      if (!near) fresh++;
    }
    return fresh;
  }
}
