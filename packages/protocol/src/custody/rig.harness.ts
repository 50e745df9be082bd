import { defaultConfig, type ProtocolConfig } from '../config.ts';
import { Forwarder } from '../forwarding/forwarder.ts';
import { Incarnation, NodeId, type Stream, type TrafficClass, traffic } from '../ids.ts';
import type { Channel, DeliveredEntry, EntryRun, Output, Submission } from '../io.ts';
import type { LinkView, RouteView } from '../parts.ts';
import type { Compression, Crypto, PairKeys } from '../ports.ts';
import { Millis } from '../units.ts';
import { decode, isWireError } from '../wire/index.ts';
import { type Ack, type Bundle, type Credit, type Drop, kind, type Message } from '../wire/messages.ts';
import { Custody } from './custody.ts';

/** A few nodes of forwarding and custody alone, with links, routes and keys made up, in virtual time. For tests. */

type Carried = Bundle | Ack | Drop | Credit;
export interface Frame {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly channel: Channel;
  readonly message: Carried;
}

export const id = (n: number): NodeId => NodeId(n.toString(16).padStart(16, '0'));

export function randomOf(seed: number): { next(): number } {
  let state = seed >>> 0;
  return {
    next: () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let x = Math.imul(state ^ (state >>> 15), state | 1);
      x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
      return ((x ^ (x >>> 14)) >>> 0) / 0x1_0000_0000;
    },
  };
}

/** Not cryptography: a keyed checksum that notices every change a test makes. */
function checksum(key: string, ...parts: readonly Uint8Array[]): Uint8Array {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  const eat = (byte: number): void => {
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul(b ^ a, 0x85ebca6b) + byte;
  };
  for (let i = 0; i < key.length; i++) eat(key.charCodeAt(i));
  for (const part of parts) {
    eat(part.byteLength & 255);
    for (const byte of part) eat(byte);
  }
  const out = new Uint8Array(16);
  const view = new DataView(out.buffer);
  [a, b, a ^ b, Math.imul(a, b)].forEach((n, i) => {
    view.setUint32(i * 4, n >>> 0);
  });
  return out;
}

export function pairKeysOf(key: string): PairKeys {
  return {
    seal: (nonce, associated, plain) => {
      const out = new Uint8Array(plain.byteLength + 16);
      out.set(plain);
      out.set(checksum(key, nonce, associated, plain), plain.byteLength);
      return out;
    },
    open: (nonce, associated, sealed) => {
      if (sealed.byteLength < 16) return undefined;
      const plain = sealed.slice(0, -16);
      const tag = checksum(key, nonce, associated, plain);
      return tag.every((byte, i) => byte === sealed[plain.byteLength + i]) ? plain : undefined;
    },
    mac: (data) => checksum(`mac${key}`, data),
  };
}

const fakeCrypto: Crypto = {
  sign: () => new Uint8Array(64),
  verify: () => true,
  hash64: () => '0'.repeat(16),
  certified: () => undefined,
  agreementKey: new Uint8Array(32),
  pairKeys: (self, peer) => pairKeysOf([`${self.node}/${self.incarnation}`, `${peer.node}/${peer.incarnation}`].sort().join('|')),
  communityDocumentNumber: () => undefined,
};

export interface RigOptions {
  readonly edges: readonly (readonly [number, number])[];
  readonly gateways?: readonly number[];
  readonly seed?: number;
  readonly config?: Partial<ProtocolConfig>;
  readonly latencyMs?: number;
  /** Of every connection; undefined: no limit. */
  readonly bytesPerMs?: number;
  /** From a cut or a join to new routes everywhere. */
  readonly convergeMs?: number;
  /** How long the application takes to answer a delivery; undefined: it never does by itself. */
  readonly answerMs?: number | undefined;
  readonly compression?: Compression;
}

export class RigNode {
  readonly id: NodeId;
  incarnation = Incarnation(1);
  forwarder!: Forwarder;
  custody!: Custody;
  readonly outputs: Output[] = [];
  /** Sequences as delivered, with what else the test wants to know. */
  readonly delivered: DeliveredEntry[] = [];
  up = true;
  constructor(node: NodeId) {
    this.id = node;
  }

  released(): EntryRun[] {
    return this.outputs.flatMap((o) => (o.type === 'released' ? o.runs : []));
  }
  expired(): EntryRun[] {
    return this.outputs.flatMap((o) => (o.type === 'expired' ? o.runs : []));
  }
  carried(): Extract<Output, { type: 'carried' }>[] {
    return this.outputs.filter((o) => o.type === 'carried');
  }
  of<T extends Output['type']>(type: T): Extract<Output, { type: T }>[] {
    return this.outputs.filter((o): o is Extract<Output, { type: T }> => o.type === type);
  }
  count(name: string): number {
    return (this.custody.counters[name] ?? 0) + (this.forwarder.counters[name] ?? 0);
  }
}

export const total = (runs: readonly EntryRun[]): number => runs.reduce((sum, run) => sum + run.count, 0);

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export class Rig {
  now = Millis(1000);
  readonly config: ProtocolConfig;
  readonly random;
  readonly nodes = new Map<NodeId, RigNode>();
  readonly frames: Frame[] = [];
  /** True: this frame arrives, and the neighbour forgets it without a word: links themselves lose nothing. */
  lose: (frame: Frame) => boolean = () => false;
  /** Answers a delivery; by default after `answerMs`. */
  answer: (node: RigNode, entries: readonly DeliveredEntry[]) => void;
  readonly #o: RigOptions;
  readonly #links = new Set<string>();
  readonly #gateways: Set<NodeId>;
  readonly #events: Event[] = [];
  readonly #freeAt = new Map<string, number>();
  readonly #next = new Map<NodeId, Map<NodeId, NodeId>>();
  readonly #gatewayOf = new Map<NodeId, NodeId | undefined>();
  #order = 0;
  readonly #forgotten = new WeakSet<object>();

  constructor(options: RigOptions) {
    this.#o = options;
    this.config = { ...defaultConfig, ...options.config };
    this.random = randomOf(options.seed ?? 1);
    this.#gateways = new Set((options.gateways ?? []).map(id));
    for (const n of new Set(options.edges.flat())) this.nodes.set(id(n), new RigNode(id(n)));
    for (const [a, b] of options.edges) this.#links.add(linkKey(id(a), id(b)));
    this.#converge();
    for (const node of this.nodes.values()) this.#start(node);
    this.answer = (node, entries) => {
      const answerMs = 'answerMs' in this.#o ? this.#o.answerMs : 1;
      if (answerMs !== undefined) this.after(answerMs, () => this.with(node, () => node.custody.delivered(this.now, runsOf(entries))));
    };
  }

  node(n: number): RigNode {
    return this.nodes.get(id(n))!;
  }

  /** Does something at a node, then hands out what came of it. */
  with(node: RigNode, act: () => void): void {
    if (!node.up) return;
    const from = node.outputs.length;
    act();
    for (const output of node.outputs.slice(from)) {
      if (output.type !== 'deliver') continue;
      node.delivered.push(...output.entries);
      this.answer(node, output.entries);
    }
  }

  submit(n: number, first: number, count: number, options: Partial<Submission> = {}): void {
    const node = this.node(n);
    this.with(node, () => {
      for (let sequence = first; sequence < first + count; sequence++) node.custody.submit(this.now, this.entry(node, sequence, options));
    });
  }

  entry(node: RigNode, sequence: number, options: Partial<Submission> = {}): Submission {
    const body = new Uint8Array(40);
    new DataView(body.buffer).setUint32(0, sequence);
    return {
      stream: 'backend' as Stream,
      class: 1 as TrafficClass,
      traffic: traffic.device,
      incarnation: node.incarnation,
      sequence,
      ageMs: 0,
      lifetimeMs: 0,
      body,
      ...options,
    };
  }

  after(ms: number, run: () => void): void {
    this.#events.push({ at: this.now + ms, order: this.#order++, run });
    let i = this.#events.length - 1;
    for (; i > 0 && isSooner(this.#events[i]!, this.#events[i - 1]!); i--) [this.#events[i], this.#events[i - 1]] = [this.#events[i - 1]!, this.#events[i]!];
  }

  run(ms: number): void {
    const until = this.now + ms;
    for (let steps = 0; ; steps++) {
      if (steps > 5_000_000) throw new Error('the rig does not come to rest');
      let waker: RigNode | undefined;
      let wakeAt = Number.POSITIVE_INFINITY;
      for (const node of this.nodes.values()) {
        const at = node.up ? Math.min(node.forwarder.wakeAt, node.custody.wakeAt) : Number.POSITIVE_INFINITY;
        if (at < wakeAt) [waker, wakeAt] = [node, at];
      }
      const event = this.#events[0];
      const at = Math.min(event?.at ?? Number.POSITIVE_INFINITY, wakeAt);
      if (at > until) break;
      /** A timer that is due already fires a little later, as real ones do. */
      this.now = Millis(Math.max(this.now, at));
      if (event && event.at <= wakeAt) {
        this.#events.shift();
        event.run();
      } else if (waker) {
        const node = waker;
        this.with(node, () => {
          node.forwarder.wake(this.now);
          node.custody.wake(this.now);
        });
        if (Math.min(node.forwarder.wakeAt, node.custody.wakeAt) <= this.now) this.now = Millis(this.now + 0.01);
      }
    }
    this.now = Millis(until);
  }

  cut(a: number, b: number): void {
    this.#links.delete(linkKey(id(a), id(b)));
    for (const [x, y] of [
      [a, b],
      [b, a],
    ] as const)
      this.with(this.node(x), () => this.node(x).forwarder.removeLink(this.now, id(y)));
    this.#convergeLater();
  }

  join(a: number, b: number): void {
    this.#links.add(linkKey(id(a), id(b)));
    for (const [x, y] of [
      [a, b],
      [b, a],
    ] as const)
      this.with(this.node(x), () => this.node(x).forwarder.addLink(this.now, id(y)));
    this.#convergeLater();
  }

  /** Dies with all it had in memory and comes back with the next incarnation and the same links. */
  restart(n: number): void {
    const node = this.node(n);
    node.incarnation = Incarnation(node.incarnation + 1);
    this.#start(node);
    for (const other of this.nodes.values()) {
      if (!this.#links.has(linkKey(node.id, other.id))) continue;
      this.with(other, () => other.forwarder.addLink(this.now, node.id));
    }
    this.#convergeLater();
  }

  offer(n: number, isGateway: boolean): void {
    if (isGateway) this.#gateways.add(id(n));
    else this.#gateways.delete(id(n));
    this.#convergeLater();
  }

  kill(n: number): void {
    this.node(n).up = false;
    for (const other of this.nodes.keys()) if (this.#links.has(linkKey(id(n), other))) this.cut(n, Number.parseInt(other, 16));
  }

  /** Puts a frame into a node as if a neighbour had sent it. */
  inject(n: number, from: NodeId, channel: Channel, bytes: Uint8Array): void {
    const node = this.node(n);
    this.with(node, () => node.forwarder.onFrame(this.now, from, channel, carriedIn(bytes), bytes));
  }

  #start(node: RigNode): void {
    const surroundings = {
      self: node.id,
      incarnation: node.incarnation,
      config: this.config,
      ports: { crypto: fakeCrypto, random: this.random, ...(this.#o.compression && { compression: this.#o.compression }) },
      emit: (output: Output) => {
        node.outputs.push(output);
      },
    };
    const links: LinkView = {
      send: (to, channel, frame) => this.#send(node.id, to, channel, frame),
      isUp: (to) => this.#links.has(linkKey(node.id, to)),
      bytesPerSecond: () => undefined,
      touch: () => {},
    };
    const routes = this.#routes(node);
    const forwarder = new Forwarder({
      surroundings,
      links,
      routes,
      local: (now, message, from) => this.#forgotten.has(message) || node.custody.onLocal(now, message, from),
    });
    node.forwarder = forwarder;
    node.custody = new Custody({ surroundings, routes, forwarder });
    for (const other of this.nodes.keys()) if (this.#links.has(linkKey(node.id, other))) forwarder.addLink(this.now, other);
  }

  #send(from: NodeId, to: NodeId, channel: Channel, bytes: Uint8Array): boolean {
    if (!this.#links.has(linkKey(from, to))) return false;
    const frame = { from, to, channel, message: carriedIn(bytes) };
    this.frames.push(frame);
    const isLost = this.lose(frame);
    const key = `${from}${to}${channel}`;
    const startAt = Math.max(this.now, this.#freeAt.get(key) ?? 0);
    const freeAt = startAt + (this.#o.bytesPerMs ? bytes.byteLength / this.#o.bytesPerMs : 0);
    this.#freeAt.set(key, freeAt);
    const copy = bytes.slice();
    this.after(freeAt - this.now + (this.#o.latencyMs ?? 1), () => {
      const node = this.nodes.get(to)!;
      if (!this.#links.has(linkKey(from, to))) return;
      const message = carriedIn(copy);
      const taken = isLost && message.kind !== kind.credit ? { ...message, destination: to } : message;
      if (isLost) this.#forgotten.add(taken);
      this.with(node, () => node.forwarder.onFrame(this.now, from, channel, taken, copy));
    });
    return true;
  }

  #convergeLater(): void {
    this.after(this.#o.convergeMs ?? 20, () => {
      this.#converge();
      for (const node of this.nodes.values()) {
        this.with(node, () => {
          node.forwarder.onRoutesChanged(this.now);
          node.custody.onRoutesChanged(this.now);
        });
      }
    });
  }

  #converge(): void {
    for (const from of this.nodes.keys()) {
      const next = new Map<NodeId, NodeId>();
      const reached: NodeId[] = [from];
      for (const at of reached) {
        for (const to of this.nodes.keys()) {
          if (reached.includes(to) || !this.#links.has(linkKey(at, to))) continue;
          next.set(to, at === from ? to : next.get(at)!);
          reached.push(to);
        }
      }
      this.#next.set(from, next);
      const best = reached.find((n) => this.#gateways.has(n));
      const present = this.#gatewayOf.get(from);
      const stays = present !== undefined && this.#gateways.has(present) && reached.includes(present);
      this.#gatewayOf.set(from, stays ? present : best);
    }
  }

  #routes(node: RigNode): RouteView {
    const path = (to: NodeId): NodeId[] => {
      const out = [node.id];
      for (let at = node.id; at !== to; ) {
        const hop = this.#next.get(at)?.get(to);
        if (!hop || out.includes(hop)) return [];
        out.push(hop);
        at = hop;
      }
      return out;
    };
    const costMs = (to: NodeId): number | undefined => (to === node.id ? 0 : path(to).length > 0 ? path(to).length - 1 : undefined);
    return {
      nextHop: (to) => this.#next.get(node.id)?.get(to),
      costMs,
      gateway: () => this.#gatewayOf.get(node.id),
      gateways: () =>
        [...this.#gateways].flatMap((g) => {
          const cost = costMs(g);
          return cost === undefined ? [] : [{ node: g, offer: { backendMs: 1, load: 0 }, costMs: cost }];
        }),
      agreement: (n) => {
        const other = this.nodes.get(n);
        return other && { incarnation: other.incarnation, agreementKey: new Uint8Array(32) };
      },
      pathTo: path,
    };
  }
}

export function runsOf(entries: readonly DeliveredEntry[]): EntryRun[] {
  const runs: EntryRun[] = [];
  for (const { id: entry } of entries) {
    const { sequence, ...rest } = entry;
    const last = runs.at(-1);
    if (last && last.incarnation === rest.incarnation && last.stream === rest.stream && last.class === rest.class && last.first + last.count === sequence) {
      runs[runs.length - 1] = { ...last, count: last.count + 1 };
    } else runs.push({ ...rest, first: sequence, count: 1 });
  }
  return runs;
}

const linkKey = (a: NodeId, b: NodeId): string => (a < b ? a + b : b + a);
const isSooner = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

function carriedIn(bytes: Uint8Array): Carried {
  const message = decode(bytes);
  if (isWireError(message) || 'skipped' in message) throw new Error(`the rig got ${JSON.stringify(message)}`);
  return asCarried(message);
}

function asCarried(message: Message): Carried {
  if (message.kind === kind.bundle || message.kind === kind.ack || message.kind === kind.drop || message.kind === kind.credit) return message;
  throw new Error(`the rig got kind ${message.kind}`);
}
