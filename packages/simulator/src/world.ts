import {
  defaultConfig,
  Incarnation,
  type Input,
  kind,
  MeshNode,
  type MeshNodeApi,
  Millis,
  type NodeId,
  never,
  type Output,
  type ProtocolConfig,
  type TrafficClass,
  traffic,
} from '@energymesh/protocol';
import { Air, type End } from './air.ts';
import { type Certified, SimCrypto, type SimIdentity, simIdentity } from './crypto.ts';
import { Hash } from './hash.ts';
import { type Due, Events } from './heap.ts';
import { Ledger } from './ledger.ts';
import type { SimMap } from './maps.ts';
import { Seeded } from './random.ts';
import { SimSpool, simClasses } from './spool.ts';

export interface WorldOptions {
  readonly map: SimMap;
  readonly seed: number;
  readonly config?: Partial<ProtocolConfig>;
}

interface SimNode {
  readonly index: number;
  readonly identity: SimIdentity;
  readonly isGateway: boolean;
  readonly spools: ReadonlyMap<TrafficClass, SimSpool>;
  incarnation: number;
  /** Undefined while it is down. */
  mesh: MeshNodeApi | undefined;
  wakeAt: number;
  /** What its driver remembers: the node behind a candidate's key. */
  readonly met: Map<string, NodeId>;
}

const wake: Input = Object.freeze({ type: 'wake' });
const backendMs = 5;
const beaconEveryMs = 30_000;
const dialFailsAfterMs = 3000;

/** A deterministic world: protocol nodes under a virtual clock, joined by an air that loses, delays and swallows. */
export class World {
  readonly air: Air;
  readonly ledger = new Ledger();
  readonly nodes: readonly SimNode[];
  readonly random: Seeded;
  /** Bytes handed to links by kind of frame. */
  readonly bytesByKind = new Map<number, number>();
  controlBytes = 0;
  bundleBytes = 0;
  events = 0;
  now = 0;
  /** Called at each first delivery, with the origin's index. */
  onDelivered: (origin: number, submittedAt: number) => void = () => {};
  readonly #config: ProtocolConfig;
  readonly #events = new Events<SimNode, End>();
  readonly #due: Due<SimNode, End> = { run: undefined, node: undefined, end: undefined, bytes: undefined };
  readonly #trace = new Hash();
  readonly #certified: Certified = [];
  readonly #byId = new Map<NodeId, SimNode>();

  constructor(options: WorldOptions) {
    const { map, seed } = options;
    this.random = new Seeded(seed);
    this.air = new Air(map.nodes, map.edges, new Seeded(seed, 1));
    this.#config = { ...defaultConfig, ...options.config };
    const gateways = new Set(map.gateways);
    this.nodes = Array.from({ length: map.nodes }, (_, index) => {
      const identity = simIdentity(index, gateways.has(index));
      const { node, publicKey, name, certificate } = identity;
      this.#certified[index] = { certificate, node: { node, publicKey, name, mayBeGateway: identity.gateway } };
      const sim: SimNode = {
        index,
        identity,
        isGateway: gateways.has(index),
        spools: new Map(simClasses.map((c) => [c, new SimSpool()])),
        incarnation: 0,
        mesh: undefined,
        wakeAt: never,
        met: new Map(),
      };
      this.#byId.set(node, sim);
      return sim;
    });
  }

  get traceHash(): string {
    return this.#trace.hex();
  }

  byId(node: NodeId): SimNode | undefined {
    return this.#byId.get(node);
  }

  at(ms: number, run: () => void): void {
    this.#events.run(Math.max(ms, this.now), run);
  }
  after(ms: number, run: () => void): void {
    this.at(this.now + ms, run);
  }

  runUntil(ms: number): void {
    const due = this.#due;
    while (this.#events.nextAt <= ms) {
      this.#events.pop(due);
      this.now = this.#events.at;
      this.events++;
      if (due.end) this.#arrived(due.end, due.bytes!);
      else if (due.node) this.#woken(due.node);
      else due.run!();
    }
    this.now = ms;
  }

  start(index: number): void {
    const sim = this.nodes[index]!;
    if (sim.mesh) return;
    sim.incarnation++;
    sim.wakeAt = never;
    const { node, certificate, name } = sim.identity;
    const ports = { crypto: new SimCrypto(sim.identity, sim.incarnation, this.#certified), random: new Seeded(this.random.below(2 ** 31), index + 2) };
    const incarnation = Incarnation(sim.incarnation);
    sim.mesh = new MeshNode({ node, incarnation, certificate, name, config: this.#config, ports, now: Millis(this.now) });
    if (sim.isGateway) this.input(sim, { type: 'gateway', offer: { backendMs, load: 0 } });
    for (const [cls, spool] of sim.spools) {
      spool.restart();
      this.input(sim, { type: 'floor', stream: 'backend', class: cls, floor: spool.floor(incarnation) });
      this.#feed(sim, cls);
    }
    this.#beacon(sim);
    this.#beaconRegularly(sim, sim.incarnation);
    this.input(sim, { type: 'wake' });
  }

  /** `silently`: the power went, nobody is told. Else the kernel closes what was open, as after kill -9. */
  crash(index: number, silently: boolean): void {
    const sim = this.nodes[index]!;
    if (!sim.mesh) return;
    sim.mesh = undefined;
    for (const end of this.air.endsOf(index)) {
      this.air.ends.delete(end.conn);
      end.open = false;
      if (!silently) this.#closeFar(end, 'reset');
    }
  }

  /** Nothing passes on the edge; what was sent is kept and passes when it is up again. */
  setEdge(edge: number, up: boolean): void {
    if (this.air.isUp(edge) === up) return;
    this.air.setUp(edge, up);
    if (!up) {
      this.after(3 * beaconEveryMs + 5000, () => this.#forget(edge));
      return;
    }
    for (const end of [...this.air.ends.values()]) {
      if (end.edge !== edge) continue;
      for (const bytes of end.held.splice(0)) this.#deliver(end, bytes);
      if (end.other?.closeHeld) this.after(this.air.delayMs(edge), () => this.#closed(end, 'reset'));
    }
  }

  /** A device's message: durable at its node, then on its way. Returns its number; undefined when the node is down. */
  publish(index: number, cls: TrafficClass, probe = false): number | undefined {
    const sim = this.nodes[index]!;
    if (!sim.mesh) return undefined;
    const message = this.ledger.submit(index, this.now, probe);
    sim.spools.get(cls)!.accept(Incarnation(sim.incarnation), message, this.now);
    this.#feed(sim, cls);
    return message;
  }

  input(sim: SimNode, input: Input): void {
    if (!sim.mesh) return;
    const outputs = sim.mesh.handle(Millis(this.now), input);
    for (const output of outputs) this.#perform(sim, output);
    this.#schedule(sim);
  }

  #schedule(sim: SimNode): void {
    const wanted = sim.mesh?.wakeAt ?? never;
    if (wanted >= sim.wakeAt || wanted === never) return;
    sim.wakeAt = Math.max(wanted, this.now);
    this.#events.wake(sim.wakeAt, sim);
  }

  /** One that was put off by an earlier one comes to nothing. */
  #woken(sim: SimNode): void {
    if (sim.wakeAt !== this.now || !sim.mesh) return;
    sim.wakeAt = never;
    this.input(sim, wake);
  }

  #perform(sim: SimNode, output: Output): void {
    switch (output.type) {
      case 'send':
        return this.#send(sim, output.conn, output.bytes);
      case 'close': {
        const end = this.air.ends.get(output.conn);
        if (end) this.#close(end);
        return;
      }
      case 'dial':
        return this.#dial(sim, output.key);
      case 'beacon':
        return this.#beacon(sim);
      case 'deliver':
        return this.#backend(sim, output.entries);
      case 'released':
      case 'expired':
        return this.#settle(sim, output);
      case 'expelled':
        if (output.run.stream === 'backend') sim.spools.get(output.run.class)?.putBack(output.run.incarnation, output.run.first, output.run.count);
        return;
      case 'room':
        return output.stream === 'backend' ? this.#feed(sim, output.class) : undefined;
      default:
        return;
    }
  }

  #send(sim: SimNode, conn: End['conn'], bytes: Uint8Array): void {
    const end = this.air.ends.get(conn);
    if (!end?.open || end.owner !== sim.index) return;
    if (bytes[1] === kind.bundle) this.bundleBytes += bytes.length;
    else this.controlBytes += bytes.length;
    this.bytesByKind.set(bytes[1]!, (this.bytesByKind.get(bytes[1]!) ?? 0) + bytes.length);
    if (this.air.isUp(end.edge)) this.#deliver(end, bytes);
    else end.held.push(bytes);
  }

  #deliver(end: End, bytes: Uint8Array): void {
    const at = Math.max(end.arrivesAt, this.now + this.air.delayMs(end.edge));
    end.arrivesAt = at;
    this.#events.arrive(at, end, bytes);
  }

  #arrived(end: End, bytes: Uint8Array): void {
    const far = end.other;
    if (!far?.open) return;
    const receiver = this.nodes[far.owner]!;
    if (!receiver.mesh) return;
    this.#trace
      .number(this.now * 1000)
      .number(far.conn)
      .number(bytes.length)
      .bytes(bytes, Math.max(0, bytes.length - 24));
    this.input(receiver, { type: 'data', conn: far.conn, bytes });
  }

  #close(end: End): void {
    if (!end.open) return;
    end.open = false;
    this.air.ends.delete(end.conn);
    this.#closeFar(end, 'closed');
  }

  #closeFar(end: End, reason: string): void {
    const far = end.other;
    if (!far?.open) return;
    if (!this.air.isUp(end.edge)) {
      end.closeHeld = true;
      return;
    }
    this.at(Math.max(end.arrivesAt, this.now + this.air.delayMs(end.edge)), () => this.#closed(far, reason));
  }

  #closed(end: End, reason: string): void {
    if (!end.open) return;
    end.open = false;
    this.air.ends.delete(end.conn);
    this.input(this.nodes[end.owner]!, { type: 'closed', conn: end.conn, reason });
  }

  #dial(sim: SimNode, key: string): void {
    const target = this.nodes[Number(key.slice(1))];
    const edge = target && this.air.edgeBetween(sim.index, target.index);
    const { incarnation } = sim;
    if (!target?.mesh || edge === undefined || !this.air.isUp(edge)) {
      this.after(dialFailsAfterMs, () => sim.incarnation === incarnation && this.input(sim, { type: 'dialFailed', key, reason: 'no answer' }));
      return;
    }
    // TCP and TLS 1.3: two round trips
    this.after(4 * this.air.delayMs(edge), () => {
      if (!sim.mesh || !target.mesh || sim.incarnation !== incarnation || !this.air.isUp(edge))
        return this.input(sim, { type: 'dialFailed', key, reason: 'lost on the way' });
      for (const channel of ['urgent', 'bulk'] as const) {
        const [near, far] = this.air.connect(edge, sim.index, channel);
        sim.met.set(key, target.identity.node);
        this.input(sim, {
          type: 'connected',
          conn: near.conn,
          channel,
          node: target.identity.node,
          certificate: target.identity.certificate,
          dialled: true,
          candidate: key,
          segment: 'air',
        });
        this.input(target, {
          type: 'connected',
          conn: far.conn,
          channel,
          node: sim.identity.node,
          certificate: sim.identity.certificate,
          dialled: false,
          segment: 'air',
        });
      }
    });
  }

  #beacon(sim: SimNode): void {
    for (const edge of this.air.at[sim.index]!) {
      if (!this.air.isUp(edge)) continue;
      this.after(this.air.delayMs(edge), () => {
        const hearer = this.nodes[this.air.far(edge, sim.index)]!;
        if (!hearer.mesh || !sim.mesh) return;
        const key = `n${sim.index}`;
        const met = hearer.met.get(key);
        this.input(hearer, { type: 'candidate', candidate: { key, segment: 'air', costHintMs: this.air.edges[edge]!.delayMs, ...(met ? { node: met } : {}) } });
      });
    }
  }

  #beaconRegularly(sim: SimNode, incarnation: number): void {
    this.after(beaconEveryMs * (0.85 + 0.3 * this.random.next()), () => {
      if (!sim.mesh || sim.incarnation !== incarnation) return;
      this.#beacon(sim);
      this.#beaconRegularly(sim, incarnation);
    });
  }

  #forget(edge: number): void {
    if (this.air.isUp(edge)) return;
    const { a, b } = this.air.edges[edge]!;
    this.input(this.nodes[a]!, { type: 'candidateLost', key: `n${b}` });
    this.input(this.nodes[b]!, { type: 'candidateLost', key: `n${a}` });
  }

  #backend(sim: SimNode, entries: Extract<Output, { type: 'deliver' }>['entries']): void {
    // what was published reaches the backend even if the gateway dies before the PUBACK
    this.after(backendMs / 2, () => {
      for (const { id, body } of entries) {
        const message = new DataView(body.buffer, body.byteOffset).getUint32(0);
        const origin = this.ledger.messages[message]!;
        if (this.ledger.deliver(message, `${id.origin}.${id.incarnation}.${id.class}.${id.sequence}`, this.now))
          this.onDelivered(origin.origin, origin.submittedAt);
      }
    });
    const { incarnation } = sim;
    const runs = entries.map(({ id }) => ({
      origin: id.origin,
      incarnation: id.incarnation,
      stream: id.stream,
      class: id.class,
      first: id.sequence,
      count: 1,
    }));
    this.after(backendMs, () => {
      if (sim.incarnation === incarnation) this.input(sim, { type: 'delivered', runs });
    });
  }

  #settle(sim: SimNode, output: Extract<Output, { type: 'released' | 'expired' }>): void {
    const touched = new Set<TrafficClass>();
    for (const run of output.runs) {
      const spool = run.stream === 'backend' ? sim.spools.get(run.class) : undefined;
      if (!spool) continue;
      touched.add(run.class);
      for (const entry of spool.settle(run.incarnation, run.first, run.count)) {
        const message = this.ledger.messages[entry.message]!;
        if (output.type === 'released') message.releasedAt = this.now;
        else message.expired = true;
      }
    }
    for (const cls of touched) {
      this.input(sim, { type: 'floor', stream: 'backend', class: cls, floor: sim.spools.get(cls)!.floor(Incarnation(sim.incarnation)) });
      this.#feed(sim, cls);
    }
  }

  #feed(sim: SimNode, cls: TrafficClass): void {
    if (!sim.mesh) return;
    for (const entry of sim.spools.get(cls)!.take(sim.mesh.room('backend', cls))) {
      const body = new Uint8Array(120);
      new DataView(body.buffer).setUint32(0, entry.message);
      const submission = {
        stream: 'backend',
        class: cls,
        traffic: traffic.device,
        incarnation: entry.incarnation,
        sequence: entry.sequence,
        ageMs: this.now - entry.acceptedAt,
        lifetimeMs: 0,
        body,
      } as const;
      this.input(sim, { type: 'submit', submission });
    }
  }
}
