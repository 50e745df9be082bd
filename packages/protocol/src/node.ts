import type { ProtocolConfig } from './config.ts';
import { Custody } from './custody/custody.ts';
import { Forwarder } from './forwarding/forwarder.ts';
import type { DeviceHash, Incarnation, NodeId, Stream, TrafficClass } from './ids.ts';
import type { Input, NeighbourView, Output, Topology } from './io.ts';
import type { DeviceHolder } from './linkstate/claims.ts';
import { LinkStatePlane } from './linkstate/plane.ts';
import { Choice, type LinkOfChoice } from './neighbour/choice.ts';
import type { Connection } from './neighbour/connection.ts';
import { Core } from './neighbour/core.ts';
import { Links } from './neighbour/links.ts';
import { agreedCost, isMeasured, type Neighbour } from './neighbour/neighbour.ts';
import { Neighbours } from './neighbour/neighbours.ts';
import type { Surroundings } from './parts.ts';
import type { Ports } from './ports.ts';
import { ReceiptExchange } from './receipts/exchange.ts';
import { Healing } from './routing/healing.ts';
import { type RouteChange, Routes } from './routing/routes.ts';
import { topologyOf } from './routing/topology.ts';
import { Millis, never } from './units.ts';
import { decode, encode, isWireError, scanRecords } from './wire/index.ts';
import { type Heartbeat, kind } from './wire/messages.ts';

export interface MeshNodeOptions {
  readonly node: NodeId;
  readonly incarnation: Incarnation;
  /** The node's own certificate, flooded as its identity record. */
  readonly certificate: Uint8Array;
  readonly name: string;
  readonly config: ProtocolConfig;
  readonly ports: Ports;
  readonly now: Millis;
}

/** One node of the mesh: inputs in, outputs out; no socket, no timer, no clock, no promise. */
export interface MeshNodeApi {
  handle(now: Millis, input: Input): Output[];
  /** When `handle(now, { type: 'wake' })` is wanted next; `never` when nothing is pending. */
  readonly wakeAt: Millis;
  /** How many more entries `submit` takes for this stream and class before it expels. */
  room(stream: Stream, cls: TrafficClass): number;
  neighbours(): readonly NeighbourView[];
  topology(): Topology;
  /** The gateway in use. */
  gateway(): NodeId | undefined;
  nextHop(destination: NodeId): NodeId | undefined;
  /** From this node to the gateway in use, both included; empty without one. */
  path(): readonly NodeId[];
  /** Who serves a device, by the claims known here; undefined: nobody. docs/protocol.md §5.9 */
  holder(device: DeviceHash): DeviceHolder | undefined;
  /** Ed25519, 32 bytes, out of the certificate that a node flooded; undefined: not known here. */
  publicKey(node: NodeId): Uint8Array | undefined;
  /** Counted wire errors, drops and refusals by name. */
  counters(): Readonly<Record<string, number>>;
}

const version = '0.1.0';
/** News of the topology is told at most so often. */
const topologyMs = 1000;
const topologyCoalesceMs = 100;

/**
 * Composes the parts. After every input what is due is done in one fixed order (`#evaluate`), so that:
 * 1. A lost link is out of the table before anything is forwarded.
 * 2. News goes out after the route run that it caused.
 * 3. A link is offered to the data plane only between its up and its down.
 * 4. After `stop`, nothing goes out any more.
 */
export class MeshNode implements MeshNodeApi {
  readonly #options: MeshNodeOptions;
  readonly #s: Surroundings;
  readonly #startedAt: Millis;
  #outputs: Output[] = [];
  readonly #counters: Record<string, number> = {};
  readonly #routes: Routes;
  readonly #plane: LinkStatePlane;
  readonly #neighbours: Neighbours;
  readonly #choice: Choice;
  readonly #links: Links;
  readonly #forwarder: Forwarder;
  readonly #custody: Custody;
  readonly #receipts: ReceiptExchange | undefined;
  readonly #healing = new Healing();
  /** Earliest deadline of the data plane; asked anew only after it was given something, which a hello is not. */
  #dataAt: Millis = never;
  #dataMoved = false;
  #wakeAt: Millis = never;
  #topologyAt: Millis = never;
  #topologySaidAt = Number.NEGATIVE_INFINITY as Millis;
  #stopped = false;
  #started = false;

  constructor(options: MeshNodeOptions) {
    this.#options = options;
    this.#startedAt = options.now;
    const { node: self, incarnation, config, ports } = options;
    this.#s = { self, incarnation, config, ports, emit: (output) => this.#outputs.push(output) };
    const surroundings = this.#s;
    const count = (name: string): void => this.#count(name);
    const links = (): LinkOfChoice[] => [...this.#neighbours.all()].map((n) => ({ node: n.node, cost: isMeasured(n) ? agreedCost(n) : 0, upSince: n.upSince }));
    this.#routes = new Routes({ self, nodesMax: config.recordsMax, waits: config, onChanged: (now, change) => this.#routesChanged(now, change) });
    const core = new Core({ self, graph: this.#routes.graph, links });
    this.#plane = new LinkStatePlane({
      surroundings,
      certificate: options.certificate,
      routes: this.#routes,
      send: (node, frame) => this.#neighbours.send(node, 'urgent', frame),
      neighbours: () => this.#neighbours.measured(),
      core,
      floods: (now, node) => this.#neighbours.floods(now, node),
      isLinked: (node) => this.#neighbours.isUp(node),
      count,
      onTopology: (now) => this.#topologyChanged(now),
    });
    const { database } = this.#plane;
    this.#neighbours = new Neighbours({
      surroundings,
      database,
      onCost: (now, neighbour) => this.#cost(now, neighbour),
      isCore: (node) => core.has(node),
      onDead: (now, node) => this.#links.end(now, node, 'dead'),
      heartbeat: (now, node) => this.#heartbeat(now, node),
    });
    this.#choice = new Choice(options.now, {
      self,
      random: ports.random,
      wanted: config.neighboursWanted,
      max: config.neighboursMax,
      graph: this.#routes.graph,
      reaches: (node) => this.#routes.costMs(node) !== undefined,
      isRevoked: (node) => database.isRevoked(node),
      hasLink: (node) => this.#neighbours.isUp(node),
      isForming: (node) => this.#links.pairs.has(node),
      links,
      forming: () => this.#links.pairs.forming,
      dial: (key) => this.#s.emit({ type: 'dial', key }),
      drop: (now, node) => this.#links.end(now, node, 'standby'),
      count,
    });
    this.#links = new Links({
      surroundings,
      neighbours: this.#neighbours,
      choice: this.#choice,
      isRevoked: (node) => database.isRevoked(node),
      count,
      onUp: (now, neighbour) => this.#up(now, neighbour),
      onDown: (now, node, reason) => this.#down(now, node, reason),
      onFirstHello: (hello) => this.#plane.firstHello(hello),
      onHello: (now, neighbour, hello) => this.#plane.hello(now, neighbour.node, hello),
      onFrame: (now, conn, frame) => this.#frame(now, conn, frame),
    });
    this.#forwarder = new Forwarder({
      surroundings,
      links: this.#neighbours,
      routes: this.#routes,
      local: (now, message, from) => this.#custody.onLocal(now, message, from),
      took: (now, from, bundle) => this.#receipts?.took(now, from, bundle),
      carried: (now, run, of, next) => this.#receipts?.carried(now, run, of, next),
    });
    this.#receipts =
      ports.receipts &&
      new ReceiptExchange({ port: ports.receipts, send: (node, frame) => this.#neighbours.send(node, 'bulk', encode(frame)), emit: surroundings.emit });
    this.#custody = new Custody({ surroundings, routes: this.#routes, forwarder: this.#forwarder });
  }

  handle(now: Millis, input: Input): Output[] {
    if (this.#stopped) return [];
    if (!this.#started) this.#start(now);
    this.#take(now, input);
    // Most inputs are hellos that change nothing: no deadline is another one then, and looking at all of them costs more than the hello.
    if (!this.#stopped && !(input.type === 'data' && this.#links.isCalm && now < this.#wakeAt && !this.#dataMoved)) this.#evaluate(now);
    const outputs = this.#outputs;
    if (outputs.length > 0) this.#outputs = [];
    return outputs;
  }

  #count(name: string): void {
    this.#counters[name] = (this.#counters[name] ?? 0) + 1;
  }

  #start(now: Millis): void {
    this.#started = true;
    this.#plane.start(now);
    this.#s.emit({ type: 'beacon' });
  }

  #take(now: Millis, input: Input): void {
    if (input.type !== 'data' && input.type !== 'wake') this.#dataMoved = true;
    switch (input.type) {
      case 'data':
        return this.#links.received(now, input.conn, input.bytes);
      case 'wake':
        return;
      case 'connected':
        return this.#links.connected(now, input);
      case 'closed':
        return this.#links.closed(now, input.conn, input.reason);
      case 'candidate':
        return this.#choice.candidate(now, input.candidate);
      case 'candidateLost':
        return this.#choice.candidateLost(input.key);
      case 'dialFailed':
        return this.#choice.dialFailed(now, input.key);
      case 'submit':
        return this.#custody.submit(now, input.submission);
      case 'floor':
        return this.#custody.floor(now, input.stream, input.class, input.floor);
      case 'delivered':
        return this.#custody.delivered(now, input.runs);
      case 'undelivered':
        return this.#custody.undelivered(now, input.runs, input.reason);
      case 'gateway':
        this.#routes.offer(now, input.offer);
        return this.#plane.gateway(now, input.offer);
      case 'position':
        return this.#plane.position(now, input.position);
      case 'devices':
        return this.#plane.devices(now, input.count);
      case 'claims':
        return this.#plane.claims(now, input.claims);
      case 'community':
        return this.#plane.community(now, input.document);
      case 'certificate':
        return this.#plane.certificate(now, input.certificate);
      case 'bandwidth':
        if (!this.#neighbours.bandwidth(input.link, input.kbps)) this.#count('bandwidth-refused');
        return;
      case 'revoked':
        this.#plane.revoke(now, input.nodes);
        for (const node of input.nodes) this.#links.end(now, node, 'revoked');
        return;
      case 'stop':
        this.#links.endAll(now, 'goodbye');
        this.#stopped = true;
        return;
    }
  }

  /** Does what is due: nothing, after most hellos. */
  #evaluate(now: Millis): void {
    this.#wakeAt = this.#next();
    if (now < this.#wakeAt && !this.#dataMoved) return;
    if (now >= this.#links.pairs.wakeAt) this.#links.pairs.wake(now);
    if (now >= this.#neighbours.wakeAt) this.#neighbours.wake(now);
    if (now >= this.#routes.wakeAt) this.#routes.wake(now);
    if (now >= this.#plane.wakeAt) this.#plane.wake(now);
    if (now >= this.#choice.wakeAt) this.#choice.wake(now);
    if (this.#dataMoved || now >= this.#dataAt) {
      this.#dataMoved = false;
      this.#dataAt = this.#nextOfData();
      if (now >= this.#dataAt) {
        this.#forwarder.wake(now);
        this.#custody.wake(now);
        this.#receipts?.wake(now);
        this.#dataAt = this.#nextOfData();
      }
    }
    if (now >= this.#topologyAt) {
      this.#topologyAt = never;
      this.#topologySaidAt = now;
      this.#s.emit({ type: 'event', event: { kind: 'topology-changed' } });
    }
    this.#wakeAt = this.#next();
  }

  #nextOfData(): Millis {
    return Millis(Math.min(this.#forwarder.wakeAt, this.#custody.wakeAt, this.#receipts?.wakeAt ?? never));
  }

  #next(): Millis {
    const neighbours = Math.min(this.#links.pairs.wakeAt, this.#neighbours.wakeAt, this.#choice.wakeAt);
    const control = Math.min(this.#routes.wakeAt, this.#plane.wakeAt, this.#topologyAt);
    return Millis(Math.min(neighbours, control, this.#dataAt));
  }

  gateway(): NodeId | undefined {
    return this.#routes.gateway();
  }

  holder(device: DeviceHash): DeviceHolder | undefined {
    return this.#plane.holder(device);
  }

  publicKey(node: NodeId): Uint8Array | undefined {
    return this.#plane.database.certified(node)?.publicKey;
  }

  nextHop(destination: NodeId): NodeId | undefined {
    return this.#routes.nextHop(destination);
  }

  path(): readonly NodeId[] {
    const gateway = this.#routes.gateway();
    return gateway === undefined ? [] : this.#routes.pathTo(gateway);
  }

  get wakeAt(): Millis {
    if (this.#stopped) return never;
    return this.#started ? this.#wakeAt : this.#startedAt;
  }

  // ---- What the parts tell each other

  #up(now: Millis, neighbour: Neighbour): void {
    this.#dataMoved = true;
    const { node, segment } = neighbour;
    this.#s.emit({ type: 'event', event: { kind: 'neighbour-up', node, segment } });
    this.#forwarder.addLink(now, node);
    this.#plane.linkUp(now, node);
    this.#receipts?.linkUp(node);
    for (const conn of [neighbour.urgent, neighbour.bulk]) for (const frame of conn.takeEarly()) this.#frame(now, conn, frame);
  }

  #down(now: Millis, node: NodeId, reason: string): void {
    this.#dataMoved = true;
    this.#s.emit({ type: 'event', event: { kind: 'neighbour-down', node, reason } });
    this.#routes.own(now, this.#neighbours.measured());
    this.#routes.wake(now);
    this.#forwarder.removeLink(now, node);
    this.#plane.linkDown(now, node, reason === 'standby');
    if (!this.#stopped && reason !== 'standby') this.#s.emit({ type: 'beacon' });
  }

  #cost(now: Millis, neighbour: Neighbour): void {
    const bridge = this.#routes.costMs(neighbour.node) === undefined;
    this.#routes.own(now, this.#neighbours.measured());
    this.#plane.linkCost(now, bridge);
    this.#topologyChanged(now);
  }

  #routesChanged(now: Millis, change: RouteChange): void {
    this.#dataMoved = true;
    this.#forwarder.onRoutesChanged(now);
    this.#custody.onRoutesChanged(now);
    if (change.gateway) {
      const gateway = this.#routes.gateway();
      const nextHop = gateway === undefined ? undefined : this.#routes.nextHop(gateway);
      this.#s.emit({ type: 'event', event: { kind: 'route-changed', gateway, nextHop } });
    }
    const parts = this.#healing.changed(now, change);
    if (parts.length > 0) this.#s.emit({ type: 'event', event: { kind: 'healed', parts } });
    if (change.lost.length > 0) this.#choice.changed(now);
    this.#topologyChanged(now);
  }

  #topologyChanged(now: Millis): void {
    if (this.#topologyAt === never) this.#topologyAt = Millis(Math.max(now + topologyCoalesceMs, this.#topologySaidAt + topologyMs));
  }

  #frame(now: Millis, conn: Connection, frame: Uint8Array): void {
    const from = conn.node;
    if (frame[1] === kind.records) {
      const records = scanRecords(frame, (frame[2]! << 8) | frame[3]!, this.#s.config.recordBytesMax);
      return isWireError(records) ? this.#links.broken(now, conn, records) : this.#plane.records(now, from, records);
    }
    const message = decode(frame, this.#s.config);
    if (isWireError(message)) return this.#links.broken(now, conn, message);
    if ('skipped' in message) return;
    switch (message.kind) {
      case kind.digest:
        return this.#plane.digest(now, from, message);
      case kind.summary:
        return this.#plane.summary(now, from, message);
      case kind.request:
        return this.#plane.request(now, from, message);
      case kind.heartbeat:
        return;
      case kind.bundle:
      case kind.ack:
      case kind.drop:
      case kind.credit:
        this.#dataMoved = true;
        if (conn.link) this.#forwarder.onFrame(now, from, conn.channel, message, frame);
        else if (!conn.keepEarly(frame)) this.#links.broken(now, conn, { error: 'order', kind: message.kind });
        return;
      case kind.vouchRequest:
      case kind.voucher:
        if (conn.link) this.#receipts?.onFrame(now, from, message);
        else if (!conn.keepEarly(frame)) this.#links.broken(now, conn, { error: 'order', kind: message.kind });
        return;
    }
  }

  #heartbeat(now: Millis, node: NodeId): Heartbeat {
    const { seconds, trusted } = this.#options.ports.wall?.() ?? { seconds: 0, trusted: false };
    const queuedBytes = this.#forwarder.queues(node).reduce((sum, q) => sum + q.bytes, 0);
    return {
      kind: kind.heartbeat,
      uptimeSeconds: Math.floor((now - this.#startedAt) / 1000),
      wallSeconds: Math.max(0, Math.floor(seconds)),
      wallTrusted: trusted,
      carried: this.#forwarder.counters.carried ?? 0,
      queuedBytes,
      version,
    };
  }

  // ---- Views

  room(stream: Stream, cls: TrafficClass): number {
    return this.#custody.room(stream, cls);
  }

  neighbours(): readonly NeighbourView[] {
    return [...this.#neighbours.all()].map((n) => ({
      node: n.node,
      name: n.name,
      segment: n.segment,
      upSince: n.upSince,
      lastHeard: n.liveness.heardAt,
      rttMs: n.cost.rttMs ?? 0,
      costMs: agreedCost(n) / 100,
      bandwidthBps: n.cost.kbps === undefined ? undefined : n.cost.kbps * 1000,
      bytesIn: n.urgent.bytesIn + n.bulk.bytesIn,
      bytesOut: n.urgent.bytesOut + n.bulk.bytesOut,
      queues: this.#forwarder.queues(n.node),
    }));
  }

  topology(): Topology {
    return topologyOf({
      options: this.#options,
      database: this.#plane.database,
      routes: this.#routes,
      own: this.#plane.self,
      neighbours: this.#neighbours.measured(),
    });
  }

  counters(): Readonly<Record<string, number>> {
    return {
      ...this.#counters,
      ...this.#forwarder.counters,
      ...this.#custody.counters,
      ...this.#receipts?.counters,
      'route-runs': this.#routes.runs,
      'database-records': this.#plane.database.size,
    };
  }
}
