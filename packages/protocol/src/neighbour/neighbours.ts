import type { NodeId } from '../ids.ts';
import type { Channel } from '../io.ts';
import type { LinkView, Surroundings } from '../parts.ts';
import { Millis, never } from '../units.ts';
import { encode } from '../wire/index.ts';
import { feature, type Heartbeat, type Hello, kind } from '../wire/messages.ts';
import type { Connection } from './connection.ts';
import { helloMicros, kbpsMax, LinkCost } from './cost.ts';
import { deviationsOf, Liveness } from './liveness.ts';
import { agreedCost, isMeasured, type Neighbour } from './neighbour.ts';
import type { Pair } from './pairs.ts';

export interface NeighboursOptions {
  readonly surroundings: Surroundings;
  /** What every hello says of the database. */
  readonly database: { readonly hash: string; readonly community: number; incarnationOf(node: NodeId): number };
  /** A link counts from now on, or costs something else. */
  readonly onCost: (now: Millis, neighbour: Neighbour) => void;
  /** Whether the link is in this node's flooding core. */
  readonly isCore: (node: NodeId) => boolean;
  readonly onDead: (now: Millis, node: NodeId) => void;
  readonly heartbeat: (now: Millis, node: NodeId) => Heartbeat;
}

const busyMs = 10_000;
/** Hellos due within this share of their interval go out in the same wake. */
const slackShare = 0.1;
/** A wake this late says that this node stood still. */
const lateMsMin = 100;
/** Costs of links that ended are kept for so many nodes: a link that comes back counts at once. */
const costsMax = 64;

/** The links that are up: hello, liveness, cost. docs/protocol.md §3.4 and §5.2 */
export class Neighbours implements LinkView {
  readonly #o: NeighboursOptions;
  readonly #table = new Map<NodeId, Neighbour>();
  readonly #costs = new Map<NodeId, LinkCost>();
  readonly #deviations: number;
  #helloAt: Millis = never;
  /** When the hellos of idle links are due next. */
  #beatAt = Number.NEGATIVE_INFINITY as Millis;
  #deadAt: Millis = never;

  constructor(options: NeighboursOptions) {
    this.#o = options;
    this.#deviations = deviationsOf(options.surroundings.config.phiDead);
  }

  get size(): number {
    return this.#table.size;
  }

  get(node: NodeId): Neighbour | undefined {
    return this.#table.get(node);
  }

  all(): IterableIterator<Neighbour> {
    return this.#table.values();
  }

  add(now: Millis, pair: Pair): Neighbour {
    const { config } = this.#o.surroundings;
    const node = pair.urgent.node;
    const cost = this.#costs.get(node) ?? new LinkCost();
    this.#costs.delete(node);
    // The link may run over something else this time.
    cost.kbps = undefined;
    const neighbour: Neighbour = {
      node,
      name: pair.urgent.name,
      segment: pair.urgent.segment,
      incarnation: pair.incarnation,
      pair,
      urgent: pair.urgent,
      bulk: pair.bulk,
      liveness: new Liveness({ bounds: config, deviations: this.#deviations, now }),
      cost,
      upSince: now,
      ownCost: cost.advertise(config.costChangeShare),
      peerCost: 0,
      busyUntil: now,
      helloDueAt: now,
      heartbeatDueAt: Millis(now + config.heartbeatMs),
      isSpare: false,
      saidSpare: false,
    };
    this.#table.set(node, neighbour);
    pair.urgent.link = neighbour;
    pair.bulk.link = neighbour;
    this.#sayHello(now, neighbour);
    this.#deadAt = Millis(Math.min(this.#deadAt, neighbour.liveness.deadAt));
    return neighbour;
  }

  remove(node: NodeId): void {
    const neighbour = this.#table.get(node);
    if (!neighbour) return;
    this.#table.delete(node);
    neighbour.urgent.link = undefined;
    neighbour.bulk.link = undefined;
    this.#costs.set(node, neighbour.cost);
    if (this.#costs.size > costsMax) this.#costs.delete(this.#costs.keys().next().value!);
  }

  send(node: NodeId, channel: Channel, frame: Uint8Array): boolean {
    const neighbour = this.#table.get(node);
    if (!neighbour) return false;
    this.#put(channel === 'urgent' ? neighbour.urgent : neighbour.bulk, frame);
    return true;
  }

  #put(conn: Connection, frame: Uint8Array): void {
    conn.bytesOut += frame.byteLength;
    this.#o.surroundings.emit({ type: 'send', conn: conn.id, bytes: frame });
  }

  isUp(node: NodeId): boolean {
    return this.#table.has(node);
  }

  bytesPerSecond(node: NodeId): number | undefined {
    const kbps = this.#table.get(node)?.cost.kbps;
    return kbps === undefined ? undefined : kbps * 125;
  }

  /** From the next hello on it counts. False: no link with that node, or no bandwidth. */
  bandwidth(node: NodeId, kbps: number | undefined): boolean {
    const neighbour = this.#table.get(node);
    if (!neighbour || (kbps !== undefined && !(kbps >= 1 && kbps <= kbpsMax))) return false;
    if (neighbour.cost.kbps !== kbps) neighbour.cost.kbps = kbps;
    return true;
  }

  touch(now: Millis, node: NodeId): void {
    const neighbour = this.#table.get(node);
    if (!neighbour) return;
    neighbour.busyUntil = Millis(now + busyMs);
    const due = Millis(now + this.#o.surroundings.config.helloBusyMs);
    if (due >= neighbour.helloDueAt) return;
    neighbour.helloDueAt = due;
    if (due < this.#helloAt) this.#helloAt = due;
  }

  /** The first frame of a connection, before it belongs to a link. */
  greet(now: Millis, conn: Connection): void {
    this.#put(conn, this.#hello(now, conn, this.#o.surroundings.config.helloIdleMs, 0, false));
  }

  #hello(now: Millis, conn: Connection, intervalMs: number, cost: number, isSpare: boolean): Uint8Array {
    const { database, surroundings } = this.#o;
    return encode({
      kind: kind.hello,
      incarnation: surroundings.incarnation,
      features: feature.sealed | (surroundings.ports.compression ? feature.deflate : 0) | (isSpare ? feature.spare : 0),
      sequence: conn.helloSequence++,
      sentMicros: helloMicros(now),
      echoMicros: conn.echoMicros,
      echoAgeMicros: conn.echoAgeMicros(now),
      intervalMs,
      cost,
      // Once it greeted, the peer has said its own.
      yourIncarnation: conn.greeted ? conn.incarnation : (database.incarnationOf(conn.node) as Hello['yourIncarnation']),
      database: database.hash,
      community: database.community,
    });
  }

  #sayHello(now: Millis, neighbour: Neighbour): void {
    const { config, ports } = this.#o.surroundings;
    const intervalMs = neighbour.busyUntil > now ? config.helloBusyMs : config.helloIdleMs;
    neighbour.saidSpare = !this.#o.isCore(neighbour.node);
    this.#put(neighbour.urgent, this.#hello(now, neighbour.urgent, intervalMs, neighbour.ownCost, neighbour.saidSpare));
    // Never later than announced; a little spread keeps the nodes of a segment apart.
    const due = now + intervalMs * (1 - slackShare * ports.random.next() * 0.5);
    // Idle links share one beat: a node wakes once for all of them.
    if (intervalMs === config.helloIdleMs && this.#beatAt <= now + intervalMs * slackShare) this.#beatAt = Millis(due);
    neighbour.helloDueAt = Millis(intervalMs === config.helloIdleMs ? this.#beatAt : due);
    if (neighbour.helloDueAt < this.#helloAt) this.#helloAt = neighbour.helloDueAt;
  }

  /** A hello on the urgent connection of a link. False when it changed nothing and no deadline is sooner for it, as mostly. */
  heardHello(now: Millis, neighbour: Neighbour, hello: Hello): boolean {
    const firstEcho = neighbour.ownCost === 0;
    neighbour.liveness.hello(now, hello.intervalMs);
    const { deadAt } = neighbour.liveness;
    const isSooner = deadAt < this.#deadAt;
    if (isSooner) this.#deadAt = deadAt;
    neighbour.cost.echo(now, hello.echoMicros, hello.echoAgeMicros);
    const own = neighbour.cost.advertise(this.#o.surroundings.config.costChangeShare);
    const changed = own !== neighbour.ownCost || hello.cost !== neighbour.peerCost;
    neighbour.ownCost = own;
    neighbour.peerCost = hello.cost;
    neighbour.isSpare = (hello.features & feature.spare) !== 0;
    // The other end learns of the measured cost, and so that the edge counts, at once.
    if (firstEcho && own > 0) this.#sayHello(now, neighbour);
    if (changed && isMeasured(neighbour)) this.#o.onCost(now, neighbour);
    return changed || isSooner;
  }

  /** Whether news goes along this link: the other end counts it too, or has not said otherwise. A link that this end said to be spare is none any more as soon as it is asked. */
  floods(now: Millis, node: NodeId): boolean {
    const neighbour = this.#table.get(node);
    if (!neighbour || !this.#o.isCore(node)) return false;
    if (neighbour.saidSpare) this.#sayHello(now, neighbour);
    return !neighbour.isSpare;
  }

  /** Links that count, with the cost of both ends. */
  measured(): { node: NodeId; cost: number; ownCost: number }[] {
    const list: { node: NodeId; cost: number; ownCost: number }[] = [];
    for (const n of this.#table.values()) if (isMeasured(n)) list.push({ node: n.node, cost: agreedCost(n), ownCost: n.ownCost });
    return list;
  }

  get wakeAt(): Millis {
    return Millis(Math.min(this.#helloAt, this.#deadAt));
  }

  wake(now: Millis): void {
    const lateMs = now - this.wakeAt;
    if (lateMs < 0) return;
    if (lateMs > lateMsMin) this.#forgive(now, lateMs);
    if (now >= this.#helloAt) this.#hellos(now);
    if (now >= this.#deadAt) this.#deaths(now);
  }

  /** This node stood still: what its neighbours sent meanwhile waits in the sockets. */
  #forgive(now: Millis, lateMs: number): void {
    for (const n of this.#table.values()) n.liveness.forgive(now, lateMs);
  }

  #hellos(now: Millis): void {
    const { config } = this.#o.surroundings;
    this.#helloAt = never;
    for (const n of this.#table.values()) {
      const slack = (n.busyUntil > now ? config.helloBusyMs : config.helloIdleMs) * slackShare;
      if (n.helloDueAt > now + slack) {
        if (n.helloDueAt < this.#helloAt) this.#helloAt = n.helloDueAt;
        continue;
      }
      if (n.heartbeatDueAt <= now) {
        n.heartbeatDueAt = Millis(now + config.heartbeatMs);
        this.#put(n.urgent, encode(this.#o.heartbeat(now, n.node)));
      }
      this.#sayHello(now, n);
    }
  }

  #deaths(now: Millis): void {
    this.#deadAt = never;
    let dead: NodeId[] | undefined;
    for (const n of this.#table.values()) {
      const at = n.liveness.deadAt;
      if (at <= now) {
        dead ??= [];
        dead.push(n.node);
      } else if (at < this.#deadAt) this.#deadAt = at;
    }
    if (dead) for (const node of dead) this.#o.onDead(now, node);
  }
}
