import { defaultConfig, type ProtocolConfig } from './config.ts';
import { ConnId, Incarnation, NodeId } from './ids.ts';
import type { Channel, Input, MeshEvent, Output } from './io.ts';
import { MeshNode } from './node.ts';
import type { CertifiedNode, Crypto, Random, WallReading } from './ports.ts';
import type { ReceiptPort } from './receipts/ports.ts';
import { Millis } from './units.ts';
import { decode, encode } from './wire/index.ts';
import { type Heartbeat, kind } from './wire/messages.ts';
import { utf8Decode, utf8Encode } from './wire/utf8.ts';

/** For this package's scenario tests: several nodes, connections with delay, one virtual clock. The real simulator is a package of its own. */

export function random(seed: number): Random {
  let state = (seed * 2654435761) >>> 0 || 1;
  return {
    next: () => {
      state = (state + 0x6d2b79f5) >>> 0;
      let t = Math.imul(state ^ (state >>> 15), state | 1);
      t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
      return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
    },
  };
}

const words = new Uint32Array(2);
function hash(data: Uint8Array, key: number): Uint32Array {
  let a = 0x811c9dc5 ^ key;
  let b = 0x9e3779b9 ^ key;
  for (let i = 0; i < data.length; i++) {
    a = Math.imul(a ^ data[i]!, 0x01000193);
    b = Math.imul(b ^ data[i]!, 0x85ebca6b) ^ (b >>> 13);
  }
  words[0] = Math.imul(a ^ (a >>> 15), 0x2c1b3c6d);
  words[1] = Math.imul(b ^ (b >>> 16), 0x297a2d39);
  return words;
}
const hexOf = (w: Uint32Array): string => w[0]!.toString(16).padStart(8, '0') + w[1]!.toString(16).padStart(8, '0');

export const idOf = (index: number): NodeId => NodeId(hexOf(hash(utf8Encode(`node ${index}`), 7)));
const keyOf = (id: NodeId): Uint8Array => utf8Encode(id + id);
const certificateOf = (id: NodeId, name: string): Uint8Array => utf8Encode(`${id} ${name}`);

/** A keyed hash for signatures: enough to notice bytes that were changed. */
export function fakeCrypto(id: NodeId): Crypto {
  const sign = (key: Uint8Array, data: Uint8Array): Uint8Array => {
    const w = hash(data, key[0]! * 256 + key[5]! * 16 + key[9]!);
    const out = new Uint8Array(64);
    new DataView(out.buffer).setUint32(0, w[0]!);
    new DataView(out.buffer).setUint32(4, w[1]!);
    return out;
  };
  return {
    sign: (data) => sign(keyOf(id), data),
    verify: (key, data, signature) => {
      const right = sign(key, data);
      for (let i = 0; i < 8; i++) if (right[i] !== signature[i]) return false;
      return true;
    },
    hash64: (data) => hexOf(hash(data, 1)),
    certified: (certificate): CertifiedNode | undefined => {
      const [node, name = ''] = (utf8Decode(certificate) ?? '').split(' ');
      return node?.length === 16 ? { node: NodeId(node), publicKey: keyOf(NodeId(node)), name, mayBeGateway: true } : undefined;
    },
    agreementKey: keyOf(id).slice(0, 32),
    pairKeys: () => ({
      seal: (_nonce, _associated, plain) => {
        const out = new Uint8Array(plain.length + 16);
        out.set(plain);
        return out;
      },
      open: (_nonce, _associated, sealed) => sealed.slice(0, -16),
      mac: () => new Uint8Array(16),
    }),
    communityDocumentNumber: (document) => (document.length === 2 ? document[0]! * 256 + document[1]! : undefined),
  };
}

interface Pipe {
  readonly ends: readonly [ConnId, ConnId];
  readonly nodes: readonly [number, number];
  open: boolean;
}

interface Place {
  readonly index: number;
  readonly id: NodeId;
  node: MeshNode;
  incarnation: number;
  up: boolean;
  wakeAt: number;
  readonly pipes: Map<ConnId, Pipe>;
}

export interface WorldOptions {
  readonly seed?: number;
  readonly config?: Partial<ProtocolConfig>;
  /** One-way delay in milliseconds; undefined when the two do not see each other. */
  readonly delay: (a: number, b: number) => number | undefined;
  readonly nodes: number;
  /** Whether the segment tells the cost in advance. */
  readonly hints?: boolean;
  /** What the machine of a node says of the time of day. */
  readonly wall?: (node: number) => WallReading;
  readonly receipts?: (node: number) => ReceiptPort;
  /** Nodes start within this time. */
  readonly startWithinMs?: number;
}

export class World {
  now = 0;
  readonly places: Place[] = [];
  readonly log: { at: number; node: number; event: MeshEvent }[] = [];
  readonly outputs: { at: number; node: number; output: Output }[] = [];
  readonly sent = { frames: 0, bytes: 0, byKind: new Map<number, number>() };
  readonly heartbeats: { at: number; node: number; heartbeat: Heartbeat }[] = [];
  /** Pairs whose bytes vanish, "a-b" with a < b. */
  readonly dark = new Set<string>();
  /** Spoils the signature of every record on the way. */
  corrupt = false;
  /** Records of this node are counted on their way. */
  watched: NodeId | undefined;
  watchedRecords = 0;
  readonly #stalled = new Map<number, number>();
  readonly #o: WorldOptions;
  readonly #random: Random;
  readonly #queue: { at: number; order: number; run: () => void }[] = [];
  #order = 0;
  #conn = 0;

  constructor(options: WorldOptions) {
    this.#o = options;
    this.#random = random(options.seed ?? 1);
    for (let i = 0; i < options.nodes; i++) {
      const place: Place = { index: i, id: idOf(i), node: undefined as never, incarnation: 0, up: false, wakeAt: Number.POSITIVE_INFINITY, pipes: new Map() };
      this.places.push(place);
      this.at(this.#random.next() * (options.startWithinMs ?? 100), () => this.start(i));
    }
  }

  at(ms: number, run: () => void): void {
    const q = this.#queue;
    const item = { at: ms, order: this.#order++, run };
    let i = q.push(item) - 1;
    while (i > 0) {
      const above = (i - 1) >> 1;
      if (!earlier(item, q[above]!)) break;
      q[i] = q[above]!;
      i = above;
    }
    q[i] = item;
  }

  #next(): (() => void) | undefined {
    const q = this.#queue;
    const top = q[0];
    const last = q.pop();
    if (!top || !last) return undefined;
    this.now = top.at;
    if (q.length > 0) {
      let i = 0;
      for (;;) {
        let child = 2 * i + 1;
        if (child >= q.length) break;
        if (child + 1 < q.length && earlier(q[child + 1]!, q[child]!)) child++;
        if (!earlier(q[child]!, last)) break;
        q[i] = q[child]!;
        i = child;
      }
      q[i] = last;
    }
    return top.run;
  }

  run(ms: number): this {
    const until = this.now + ms;
    while (this.#queue.length > 0 && this.#queue[0]!.at <= until) this.#next()!();
    this.now = until;
    return this;
  }

  /** Runs until it holds; fails after `ms`. Returns the time that it took. */
  until(holds: () => boolean, ms: number): number {
    const from = this.now;
    while (!holds()) {
      if (this.now - from >= ms) throw new Error(`not within ${ms} ms`);
      this.run(10);
    }
    return this.now - from;
  }

  start(i: number, incarnation = this.places[i]!.incarnation + 1): void {
    const place = this.places[i]!;
    place.incarnation = incarnation;
    place.up = true;
    const name = `n${i}`;
    place.node = new MeshNode({
      node: place.id,
      incarnation: Incarnation(incarnation),
      certificate: certificateOf(place.id, name),
      name,
      config: { ...defaultConfig, ...this.#o.config },
      ports: {
        crypto: fakeCrypto(place.id),
        random: random((this.#o.seed ?? 1) * 1009 + i * 31 + incarnation),
        ...(this.#o.wall ? { wall: () => this.#o.wall!(i) } : {}),
        ...(this.#o.receipts ? { receipts: this.#o.receipts(i) } : {}),
      },
      now: Millis(this.now),
    });
    place.wakeAt = Number.POSITIVE_INFINITY;
    this.input(i, { type: 'wake' });
    for (let k = 0; k < this.places.length; k++) this.beacon(k, i);
  }

  /** Node `from` is heard by node `to`, and the other way round, if both are up. */
  beacon(from: number, to: number): void {
    const delay = from === to ? undefined : this.#o.delay(from, to);
    if (delay === undefined || this.dark.has(pairKey(from, to))) return;
    for (const [a, b] of [
      [from, to],
      [to, from],
    ] as const) {
      if (!this.places[a]!.up || !this.places[b]!.up) continue;
      this.at(this.now + delay, () => {
        const candidate = { key: `${a}`, segment: 'air', ...(this.#o.hints ? { costHintMs: delay } : {}) };
        if (this.places[b]!.up) this.input(b, { type: 'candidate', candidate });
      });
    }
  }

  /** Power off: nothing more is said. `silently`: not even the sockets close at the other ends. */
  kill(i: number, silently = false): void {
    const place = this.places[i]!;
    place.up = false;
    for (const pipe of [...place.pipes.values()]) {
      if (silently) continue;
      this.#closePipe(pipe, i, 'reset');
    }
    place.pipes.clear();
  }

  cut(a: number, b: number): void {
    this.dark.add(pairKey(a, b));
  }

  mend(a: number, b: number): void {
    this.dark.delete(pairKey(a, b));
    this.beacon(a, b);
  }

  /** The node's process stands still for so long; its wakes and what comes in wait. */
  stall(i: number, ms: number): void {
    this.#stalled.set(i, this.now + ms);
  }

  /** Somebody with this node's id dials it. */
  impostor(i: number, incarnation: number): void {
    const conn = ConnId(++this.#conn);
    const { id } = this.places[i]!;
    this.input(i, { type: 'connected', conn, channel: 'urgent', node: id, certificate: certificateOf(id, 'copy'), dialled: false, segment: 'air' });
    const hello = encode({
      kind: kind.hello,
      incarnation: Incarnation(incarnation),
      features: 0,
      sequence: 0,
      sentMicros: 0,
      echoMicros: 0,
      echoAgeMicros: 0,
      intervalMs: 1000,
      cost: 0,
      yourIncarnation: Incarnation(0),
      database: '0000000000000000',
      community: 0,
    });
    this.input(i, { type: 'data', conn, bytes: hello });
  }

  input(i: number, input: Input): void {
    const place = this.places[i]!;
    if (!place.up) return;
    const stalledUntil = this.#stalled.get(i) ?? 0;
    if (stalledUntil > this.now) {
      this.at(stalledUntil, () => this.input(i, input));
      return;
    }
    for (const output of place.node.handle(Millis(this.now), input)) this.#perform(place, output);
    const wakeAt = place.node.wakeAt;
    if (wakeAt < place.wakeAt && wakeAt !== Number.POSITIVE_INFINITY) {
      place.wakeAt = wakeAt;
      const { node } = place;
      this.at(Math.max(wakeAt, this.now), () => {
        if (place.node !== node || !place.up) return;
        if (place.wakeAt !== wakeAt) return;
        place.wakeAt = Number.POSITIVE_INFINITY;
        this.input(i, { type: 'wake' });
      });
    }
  }

  #perform(place: Place, output: Output): void {
    switch (output.type) {
      case 'send': {
        const pipe = place.pipes.get(output.conn);
        if (!pipe) return;
        this.sent.frames++;
        this.sent.bytes += output.bytes.length;
        this.sent.byKind.set(output.bytes[1]!, (this.sent.byKind.get(output.bytes[1]!) ?? 0) + output.bytes.length);
        const side = pipe.nodes[0] === place.index ? 0 : 1;
        const other = pipe.nodes[1 - side]!;
        if (this.dark.has(pairKey(place.index, other))) return;
        const conn = pipe.ends[1 - side]!;
        if (output.bytes[1] === kind.heartbeat) {
          const heartbeat = decode(output.bytes);
          if ('wallSeconds' in heartbeat) this.heartbeats.push({ at: this.now, node: place.index, heartbeat });
        }
        if (this.watched && output.bytes[1] === kind.records) {
          const message = decode(output.bytes);
          if ('records' in message) this.watchedRecords += message.records.filter((r) => r.origin === this.watched).length;
        }
        if (this.corrupt && output.bytes[1] === kind.records) output.bytes[output.bytes.length - 60] = 1;
        this.at(this.now + this.#o.delay(place.index, other)!, () => {
          if (this.places[other]!.pipes.get(conn) === pipe) this.input(other, { type: 'data', conn, bytes: output.bytes });
        });
        return;
      }
      case 'close': {
        const pipe = place.pipes.get(output.conn);
        if (pipe) this.#closePipe(pipe, place.index, output.reason);
        return;
      }
      case 'dial':
        this.#dial(place.index, Number(output.key));
        return;
      case 'event':
        this.log.push({ at: this.now, node: place.index, event: output.event });
        return;
      default:
        this.outputs.push({ at: this.now, node: place.index, output });
    }
  }

  #closePipe(pipe: Pipe, by: number, reason: string): void {
    const side = pipe.nodes[0] === by ? 0 : 1;
    this.places[by]!.pipes.delete(pipe.ends[side]!);
    if (!pipe.open) return;
    pipe.open = false;
    const other = pipe.nodes[1 - side]!;
    if (this.dark.has(pairKey(by, other))) return;
    this.at(this.now + this.#o.delay(by, other)!, () => {
      if (this.places[other]!.pipes.delete(pipe.ends[1 - side]!)) this.input(other, { type: 'closed', conn: pipe.ends[1 - side]!, reason });
    });
  }

  #dial(from: number, to: number): void {
    const delay = this.#o.delay(from, to)!;
    const failed = (): void => this.input(from, { type: 'dialFailed', key: `${to}`, reason: 'no answer' });
    if (this.dark.has(pairKey(from, to)) || !this.places[to]!.up) {
      this.at(this.now + 500, failed);
      return;
    }
    this.at(this.now + 3 * delay, () => {
      if (!this.places[to]!.up || !this.places[from]!.up) return failed();
      for (const channel of ['urgent', 'bulk'] as const) this.connect(from, to, channel, `${to}`);
    });
  }

  connect(from: number, to: number, channel: Channel, candidate: string): void {
    const pipe: Pipe = { ends: [ConnId(++this.#conn), ConnId(++this.#conn)], nodes: [from, to], open: true };
    this.places[from]!.pipes.set(pipe.ends[0], pipe);
    this.places[to]!.pipes.set(pipe.ends[1], pipe);
    const nameOf = (i: number): Uint8Array => certificateOf(this.places[i]!.id, `n${i}`);
    this.at(this.now + this.#o.delay(from, to)!, () => {
      if (this.places[to]!.pipes.get(pipe.ends[1]) !== pipe) return;
      this.input(to, { type: 'connected', conn: pipe.ends[1], channel, node: idOf(from), certificate: nameOf(from), dialled: false, segment: 'air' });
    });
    this.input(from, { type: 'connected', conn: pipe.ends[0], channel, node: idOf(to), certificate: nameOf(to), dialled: true, candidate, segment: 'air' });
  }

  // ---- What tests look at

  node(i: number): MeshNode {
    return this.places[i]!.node;
  }

  links(i: number): number[] {
    return this.node(i)
      .neighbours()
      .map((n) => this.places.findIndex((p) => p.id === n.node))
      .sort((a, b) => a - b);
  }

  reaches(from: number, to: number): boolean {
    return this.node(from)
      .topology()
      .nodes.some((n) => n.node === idOf(to) && n.reachable);
  }

  /** Every running node reaches every other. */
  whole(): boolean {
    const up = this.places.filter((p) => p.up);
    return this.places.every((p) => p.node) && up.every((p) => p.node.topology().nodes.filter((n) => n.reachable).length >= up.length);
  }

  /** Sizes of the parts that the links that are up make. */
  parts(): number[] {
    const seen = new Set<number>();
    const sizes: number[] = [];
    const index = new Map(this.places.map((p) => [p.id, p.index] as const));
    for (const place of this.places) {
      if (!place.up || seen.has(place.index)) continue;
      const stack = [place.index];
      seen.add(place.index);
      let size = 0;
      while (stack.length > 0) {
        const i = stack.pop()!;
        size++;
        for (const n of this.node(i).neighbours()) {
          const k = index.get(n.node)!;
          if (!seen.has(k)) {
            seen.add(k);
            stack.push(k);
          }
        }
      }
      sizes.push(size);
    }
    return sizes.sort((a, b) => b - a);
  }
}

const pairKey = (a: number, b: number): string => (a < b ? `${a}-${b}` : `${b}-${a}`);
const earlier = (a: { at: number; order: number }, b: { at: number; order: number }): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
