import type { NodeId } from '../ids.ts';
import type { CloseReason } from '../io.ts';
import { Millis, never } from '../units.ts';
import type { Connection, Half } from './connection.ts';

/** A whole pair of connections. */
export interface Pair extends Half {
  readonly urgent: Connection;
  readonly bulk: Connection;
}

export interface PairsOptions {
  readonly self: NodeId;
  readonly close: (now: Millis, conn: Connection, reason: CloseReason) => void;
  readonly up: (now: Millis, pair: Pair) => void;
  /** The link over this pair is no more; its connections are closed by `Pairs`. */
  readonly down: (now: Millis, pair: Pair, reason: string) => void;
  /** When a frame of the pair's link was last heard. */
  readonly heardAt: (node: NodeId) => Millis;
}

interface Peer {
  readonly node: NodeId;
  /** Connected, hello not heard yet. */
  readonly waiting: Set<Connection>;
  dialled: Half | undefined;
  accepted: Half | undefined;
  /** The half that is the link. */
  link: Pair | undefined;
  /** When a decision that waits is taken. */
  decideAt: Millis;
}

/** A pair that is not whole by then is closed. */
const wholeMsMax = 5000;
/** How long a pair that is whole waits for a better one that is on its way. */
const betterMsMax = 1000;
/** A link this young was dialled from both ends at once: both ends hold both pairs. */
const youngMs = 2000;
/** A link that stays silent for so long after its peer dialled again is dead at the peer. */
const contestMs = 1500;
/** Unfinished connections; further ones are closed. */
export const unfinishedMax = 128;

const isPair = (half: Half | undefined): half is Pair => half !== undefined && half.completeAt > 0;

/**
 * Makes links of connections: two connections of the same dial with a hello heard on each are a pair; one pair per neighbour is its link. docs/protocol.md §3.2
 * 1. A pair of a newer incarnation replaces one of an older, always.
 * 2. Of two pairs dialled by either end, the one dialled by the lower node id survives, decided when both are whole.
 * 3. A second pair dialled by the same end replaces the first: that end closes surplus dials before its hello, so its hello says that it lost the first.
 * 4. When a connection of a pair closes, the other is closed: a link has both or is none.
 * 5. What is not whole after 5 s is closed.
 */
export class Pairs {
  readonly #o: PairsOptions;
  readonly #peers = new Map<NodeId, Peer>();
  readonly #unfinished = new Set<Connection>();
  #deadline: Millis = never;

  constructor(options: PairsOptions) {
    this.#o = options;
  }

  get unfinished(): number {
    return this.#unfinished.size;
  }

  hasLink(node: NodeId): boolean {
    return this.#peers.get(node)?.link !== undefined;
  }

  /** A handshake with this node is under way, or done. */
  has(node: NodeId): boolean {
    return this.#peers.has(node);
  }

  /** Nodes that are shaking hands and have no link yet. */
  get forming(): number {
    let count = 0;
    for (const conn of this.#unfinished) if (conn.channel === 'urgent' && !this.hasLink(conn.node)) count++;
    return count;
  }

  /** False: surplus, to be closed before any hello (rule 3). */
  wanted(conn: Connection): boolean {
    const peer = this.#peers.get(conn.node);
    if (this.#unfinished.size >= unfinishedMax) return false;
    if (!conn.dialled || !peer) return true;
    if (peer.link) return false;
    for (const other of [...peer.waiting, peer.dialled?.urgent, peer.dialled?.bulk]) {
      if (other?.dialled && (other.candidate !== conn.candidate || other.channel === conn.channel)) return false;
    }
    return true;
  }

  connected(conn: Connection): void {
    const peer = this.#peer(conn.node);
    peer.waiting.add(conn);
    this.#unfinished.add(conn);
    this.#sooner(Millis(conn.openedAt + wholeMsMax));
  }

  #peer(node: NodeId): Peer {
    let peer = this.#peers.get(node);
    if (!peer) {
      peer = { node, waiting: new Set(), dialled: undefined, accepted: undefined, link: undefined, decideAt: never };
      this.#peers.set(node, peer);
    }
    return peer;
  }

  #sooner(at: Millis): void {
    if (at < this.#deadline) this.#deadline = at;
  }

  /** The first hello on a connection; `conn.incarnation` is set. */
  greeted(now: Millis, conn: Connection): void {
    const peer = this.#peer(conn.node);
    peer.waiting.delete(conn);
    const side = conn.dialled ? 'dialled' : 'accepted';
    let half = peer[side];
    if (half && (half[conn.channel] || half.incarnation !== conn.incarnation)) {
      if (half.incarnation > conn.incarnation) {
        this.#unfinished.delete(conn);
        this.#o.close(now, conn, 'duplicate');
        return;
      }
      this.#drop(now, peer, half, 'duplicate', 'replaced');
      half = undefined;
    }
    if (!half) {
      half = { dialled: conn.dialled, incarnation: conn.incarnation, urgent: undefined, bulk: undefined, completeAt: 0 };
      // Dropping the former half may have taken the peer out of the table.
      this.#peers.set(conn.node, peer);
      peer[side] = half;
    }
    half[conn.channel] = conn;
    if (!half.urgent || !half.bulk) return;
    half.completeAt = Math.max(now, Number.MIN_VALUE);
    this.#unfinished.delete(half.urgent);
    this.#unfinished.delete(half.bulk);
    this.#decide(now, peer);
  }

  #decide(now: Millis, peer: Peer): void {
    peer.decideAt = never;
    const { dialled, accepted } = peer;
    if (isPair(dialled) && isPair(accepted)) {
      const winner = this.#better(dialled, accepted);
      const loser = winner === dialled ? accepted : dialled;
      if (peer.link === winner && winner.incarnation === loser.incarnation && winner.completeAt < now - youngMs) {
        const heardAt = this.#o.heardAt(peer.node);
        if (heardAt <= loser.completeAt) {
          if (now < loser.completeAt + contestMs) {
            peer.decideAt = Millis(loser.completeAt + contestMs);
            this.#sooner(peer.decideAt);
            return;
          }
          this.#drop(now, peer, winner, 'dead', 'silent');
          this.#raise(now, peer, loser);
          return;
        }
      }
      this.#drop(now, peer, loser, 'duplicate', 'replaced');
      this.#raise(now, peer, winner);
      return;
    }
    const whole = isPair(dialled) ? dialled : isPair(accepted) ? accepted : undefined;
    if (!whole || peer.link === whole) return;
    if (this.#betterOnItsWay(now, peer, whole)) {
      peer.decideAt = Millis(whole.completeAt + betterMsMax);
      this.#sooner(peer.decideAt);
      return;
    }
    this.#raise(now, peer, whole);
  }

  #better(dialled: Pair, accepted: Pair): Pair {
    if (dialled.incarnation !== accepted.incarnation) return dialled.incarnation > accepted.incarnation ? dialled : accepted;
    return this.#o.self < dialled.urgent.node ? dialled : accepted;
  }

  #betterOnItsWay(now: Millis, peer: Peer, whole: Pair): boolean {
    const better = this.#o.self < peer.node;
    if (whole.dialled === better || now >= whole.completeAt + betterMsMax) return false;
    if (peer[better ? 'dialled' : 'accepted']) return true;
    for (const conn of peer.waiting) if (conn.dialled === better) return true;
    return false;
  }

  #raise(now: Millis, peer: Peer, pair: Pair): void {
    this.#peers.set(peer.node, peer);
    if (peer.link === pair) return;
    peer.link = pair;
    this.#o.up(now, pair);
  }

  /** Ends a half and, if it was the link, the link. */
  #drop(now: Millis, peer: Peer, half: Half, reason: CloseReason, why: string): void {
    if (peer.dialled === half) peer.dialled = undefined;
    if (peer.accepted === half) peer.accepted = undefined;
    for (const conn of [half.urgent, half.bulk]) {
      if (!conn) continue;
      this.#unfinished.delete(conn);
      if (!conn.closed) this.#o.close(now, conn, reason);
    }
    if (peer.link === half && isPair(half)) {
      peer.link = undefined;
      this.#o.down(now, half, why);
    }
    this.#tidy(peer);
  }

  #tidy(peer: Peer): void {
    if (!peer.dialled && !peer.accepted && peer.waiting.size === 0) this.#peers.delete(peer.node);
  }

  /** A connection that is closed already, at either end. */
  closed(now: Millis, conn: Connection, why: string): void {
    const peer = this.#peers.get(conn.node);
    this.#unfinished.delete(conn);
    if (!peer) return;
    peer.waiting.delete(conn);
    const half = [peer.dialled, peer.accepted].find((h) => h?.urgent === conn || h?.bulk === conn);
    if (half) this.#drop(now, peer, half, 'dead', why);
    this.#tidy(peer);
    if (this.#peers.get(conn.node) === peer && !peer.link) this.#decide(now, peer);
  }

  /** Ends the link with a node, and all handshakes with it. */
  end(now: Millis, node: NodeId, reason: CloseReason, why: string = reason): void {
    const peer = this.#peers.get(node);
    if (!peer) return;
    for (const conn of [...peer.waiting]) {
      peer.waiting.delete(conn);
      this.#unfinished.delete(conn);
      this.#o.close(now, conn, reason);
    }
    for (const half of [peer.dialled, peer.accepted]) if (half) this.#drop(now, peer, half, reason, why);
    this.#peers.delete(node);
  }

  nodes(): NodeId[] {
    return [...this.#peers.keys()];
  }

  get wakeAt(): Millis {
    return this.#deadline;
  }

  wake(now: Millis): void {
    if (now < this.#deadline) return;
    this.#deadline = never;
    for (const conn of [...this.#unfinished]) {
      if (now < conn.openedAt + wholeMsMax) {
        this.#sooner(Millis(conn.openedAt + wholeMsMax));
        continue;
      }
      if (conn.closed) continue;
      this.#o.close(now, conn, 'dead');
      this.closed(now, conn, 'handshake-timeout');
    }
    for (const peer of [...this.#peers.values()]) {
      if (peer.decideAt <= now) this.#decide(now, peer);
      this.#sooner(peer.decideAt);
    }
  }
}
