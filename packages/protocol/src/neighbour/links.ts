import type { ConnId, Incarnation, NodeId } from '../ids.ts';
import type { CloseReason, Input } from '../io.ts';
import type { Surroundings } from '../parts.ts';
import { Millis } from '../units.ts';
import { decode, encode, isWireError } from '../wire/index.ts';
import { type Hello, kind, type WireError } from '../wire/messages.ts';
import { byeCode, byeReason } from './bye.ts';
import type { Choice } from './choice.ts';
import { Connection } from './connection.ts';
import { CopiedCard } from './copied.ts';
import type { Neighbour } from './neighbour.ts';
import type { Neighbours } from './neighbours.ts';
import { type Pair, Pairs } from './pairs.ts';

export interface LinksOptions {
  readonly surroundings: Surroundings;
  readonly neighbours: Neighbours;
  readonly choice: Choice;
  readonly isRevoked: (node: NodeId) => boolean;
  readonly count: (name: string) => void;
  readonly onUp: (now: Millis, neighbour: Neighbour) => void;
  readonly onDown: (now: Millis, node: NodeId, reason: string) => void;
  /** Of a connection, before it may become a link's. */
  readonly onFirstHello: (hello: Hello) => void;
  /** False when nothing came of it. */
  readonly onHello: (now: Millis, neighbour: Neighbour, hello: Hello) => boolean;
  /** A whole frame that is neither hello nor bye. */
  readonly onFrame: (now: Millis, conn: Connection, frame: Uint8Array) => void;
}

/** Connections the driver may hold open at once; further ones are closed as 'full'. */
const connectionsMax = 512;

/** Connections and the links made of them. docs/protocol.md §3 */
export class Links {
  readonly #o: LinksOptions;
  readonly #s: Surroundings;
  readonly #conns = new Map<ConnId, Connection>();
  readonly pairs: Pairs;
  readonly #copied = new CopiedCard();

  constructor(options: LinksOptions) {
    this.#o = options;
    this.#s = options.surroundings;
    this.pairs = new Pairs({
      self: this.#s.self,
      close: (now, conn, reason) => this.#close(now, conn, reason),
      up: (now, pair) => this.#up(now, pair),
      down: (now, pair, reason) => this.#down(now, pair, reason),
      heardAt: (node) => options.neighbours.get(node)?.liveness.heardAt ?? Millis(Number.NEGATIVE_INFINITY),
    });
  }

  connected(now: Millis, input: Extract<Input, { type: 'connected' }>): void {
    const certified = this.#s.ports.crypto.certified(input.certificate);
    const conn = new Connection({
      id: input.conn,
      channel: input.channel,
      node: input.node,
      name: certified?.name ?? '',
      dialled: input.dialled,
      candidate: input.candidate,
      segment: input.segment,
      openedAt: now,
      frameBytesMax: this.#s.config.frameBytesMax,
    });
    this.#conns.set(conn.id, conn);
    const refusal = this.#refusal(now, conn, certified?.node);
    this.#o.choice.identified(conn.candidate, conn.node);
    if (refusal) {
      if (conn.dialled && refusal === 'standby') this.#o.choice.refused(now, conn.candidate, conn.node);
      this.#close(now, conn, refusal);
      return;
    }
    if (conn.node !== this.#s.self) this.pairs.connected(conn);
    this.#o.neighbours.greet(now, conn);
  }

  #refusal(now: Millis, conn: Connection, certified: NodeId | undefined): CloseReason | undefined {
    if (this.#copied.quiet) return 'copied-card';
    if (this.#o.isRevoked(conn.node)) return 'revoked';
    if (certified !== conn.node) {
      this.#o.count('certificate-refused');
      return 'protocol-error';
    }
    if (this.#conns.size > connectionsMax) return 'full';
    // Its hello tells whether it is this very node or a copy of its card.
    if (conn.node === this.#s.self) return undefined;
    const admitted = this.#o.choice.admits(now, conn.node, conn.dialled);
    if (admitted !== 'yes') return admitted;
    return this.pairs.wanted(conn) ? undefined : 'duplicate';
  }

  closed(now: Millis, id: ConnId, reason: string): void {
    const conn = this.#conns.get(id);
    if (!conn) return;
    this.#conns.delete(id);
    conn.closed = true;
    this.#gone(now, conn, reason);
  }

  /** After either end closed a connection. */
  #gone(now: Millis, conn: Connection, reason: string): void {
    this.pairs.closed(now, conn, reason);
    if (conn.dialled) this.#o.choice.dialEnded(now, conn.candidate, conn.node);
  }

  /** Ends the link with a node and every handshake with it. */
  end(now: Millis, node: NodeId, reason: CloseReason, why: string = reason): void {
    this.pairs.end(now, node, reason, why);
  }

  endAll(now: Millis, reason: CloseReason): void {
    for (const node of this.pairs.nodes()) this.pairs.end(now, node, reason);
    for (const conn of [...this.#conns.values()]) this.#close(now, conn, reason);
  }

  #close(now: Millis, conn: Connection, reason: CloseReason): void {
    if (conn.closed) return;
    conn.closed = true;
    this.#conns.delete(conn.id);
    if (reason !== 'dead') {
      this.#s.emit({ type: 'send', conn: conn.id, bytes: encode({ kind: kind.bye, reason: byeCode(reason) }) });
    }
    this.#s.emit({ type: 'close', conn: conn.id, reason });
    if (conn.dialled) this.#o.choice.dialEnded(now, conn.candidate, conn.node);
  }

  #up(now: Millis, pair: Pair): void {
    const neighbour = this.#o.neighbours.add(now, pair);
    this.#o.choice.linkUp(now, neighbour.node);
    this.#o.onUp(now, neighbour);
  }

  #down(now: Millis, pair: Pair, reason: string): void {
    const { node } = pair.urgent;
    const neighbour = this.#o.neighbours.get(node);
    if (!neighbour || neighbour.pair !== pair) return;
    this.#o.neighbours.remove(node);
    const rttMs = neighbour.cost.rttMs;
    this.#o.choice.linkDown(now, node, now - neighbour.upSince, rttMs === undefined ? undefined : rttMs / 2);
    this.#o.onDown(now, node, reason);
  }

  // ---- Bytes

  /** Whether all that the last bytes brought was hellos that changed nothing. */
  isCalm = false;

  received(now: Millis, id: ConnId, bytes: Uint8Array): void {
    this.isCalm = true;
    const conn = this.#conns.get(id);
    if (!conn) return;
    conn.bytesIn += bytes.byteLength;
    conn.link?.liveness.heard(now);
    if (conn.splitter.isWhole(bytes)) {
      this.#frame(now, conn, bytes);
      return;
    }
    for (const part of conn.splitter.push(bytes)) {
      if (conn.closed) return;
      if (part instanceof Uint8Array) this.#frame(now, conn, part);
      else if ('skipped' in part) this.#o.count('frame-skipped');
      else this.broken(now, conn, part);
    }
  }

  #frame(now: Millis, conn: Connection, frame: Uint8Array): void {
    const of = frame[1];
    if (of !== kind.hello) this.isCalm = false;
    if (of === kind.hello || of === kind.bye) {
      const message = decode(frame, this.#s.config);
      if (isWireError(message)) this.broken(now, conn, message);
      else if ('skipped' in message) this.#o.count('frame-skipped');
      else if (message.kind === kind.hello) this.#hello(now, conn, message);
      else if (message.kind === kind.bye) this.#bye(now, conn, byeReason(message.reason));
      return;
    }
    if (!conn.greeted) {
      this.broken(now, conn, { error: 'order', kind: of ?? 0 });
      return;
    }
    this.#o.onFrame(now, conn, frame);
  }

  #hello(now: Millis, conn: Connection, hello: Hello): void {
    if (conn.node === this.#s.self) {
      this.isCalm = false;
      this.#ownId(now, conn, hello.incarnation);
      return;
    }
    const first = !conn.greeted;
    if (first) this.isCalm = false;
    if (first && (hello.incarnation as number) === 0) {
      this.broken(now, conn, { error: 'range', kind: kind.hello });
      return;
    }
    if (first) {
      conn.incarnation = hello.incarnation;
      this.#o.onFirstHello(hello);
    }
    conn.heardHello(now, hello);
    if (first) this.pairs.greeted(now, conn);
    const neighbour = conn.link;
    if (!neighbour || neighbour.urgent !== conn) return;
    if (this.#o.neighbours.heardHello(now, neighbour, hello)) this.isCalm = false;
    if (!conn.closed && this.#o.onHello(now, neighbour, hello)) this.isCalm = false;
  }

  #bye(now: Millis, conn: Connection, reason: CloseReason): void {
    conn.closed = true;
    this.#conns.delete(conn.id);
    this.#s.emit({ type: 'close', conn: conn.id, reason });
    if (reason === 'full' || reason === 'standby') this.#o.choice.refused(now, conn.dialled ? conn.candidate : undefined, conn.node);
    this.#gone(now, conn, reason);
  }

  /** This node's own id at the other end: its own dial come back, or a copied card. */
  #ownId(now: Millis, conn: Connection, incarnation: Incarnation): void {
    this.#close(now, conn, 'self');
    if (incarnation === this.#s.incarnation || conn.channel !== 'urgent') return;
    this.#o.count('foreign-incarnation');
    if (!this.#copied.seen(now)) return;
    this.#s.emit({ type: 'event', event: { kind: 'copied-card' } });
    this.endAll(now, 'copied-card');
  }

  /** Bytes that break the rules end the connection; nothing else is disturbed. docs/protocol.md §4.5 */
  broken(now: Millis, conn: Connection, error: WireError): void {
    this.isCalm = false;
    this.#o.count(`wire-${error.error}`);
    this.#s.emit({
      type: 'event',
      event: { kind: 'wire-error', from: conn.node, error: error.kind === undefined ? error.error : `${error.error} in kind ${error.kind}` },
    });
    if (conn.closed) return;
    this.#close(now, conn, 'protocol-error');
    this.#gone(now, conn, 'protocol-error');
  }
}
