import type { ConnId, Incarnation, NodeId } from '../ids.ts';
import type { Channel } from '../io.ts';
import type { Millis } from '../units.ts';
import { FrameSplitter } from '../wire/index.ts';
import type { Hello } from '../wire/messages.ts';
import { helloMicros } from './cost.ts';
import type { Neighbour } from './neighbour.ts';

export interface ConnectionOptions {
  readonly id: ConnId;
  readonly channel: Channel;
  readonly node: NodeId;
  readonly name: string;
  readonly dialled: boolean;
  readonly candidate: string | undefined;
  readonly segment: string;
  readonly openedAt: Millis;
  readonly frameBytesMax: number;
}

const none = 0 as Incarnation;
/** A peer sends no more than its first credit, and 256 KiB of class 0, before this end reports; at the bound it breaks the rules. docs/protocol.md §7.4 */
const earlyBytesMax = 1024 * 1024;
const earlyFramesMax = 4096;

/** One of the two connections of a link, from its transport handshake on. docs/protocol.md §3.2 */
export class Connection {
  readonly id: ConnId;
  readonly channel: Channel;
  readonly node: NodeId;
  readonly name: string;
  readonly dialled: boolean;
  readonly candidate: string | undefined;
  readonly segment: string;
  readonly openedAt: Millis;
  readonly splitter: FrameSplitter;
  /** The peer's, from its first hello here; 0 before. */
  incarnation: Incarnation = none;
  /** The link that it carries, while that is up. */
  link: Neighbour | undefined = undefined;
  /** No longer in any table: what still comes is ignored. */
  closed = false;
  bytesIn = 0;
  bytesOut = 0;
  helloSequence = 0;
  #early: Uint8Array[] = [];
  #earlyBytes = 0;
  #echoMicros = 0;
  #echoAt = 0;

  constructor(options: ConnectionOptions) {
    this.id = options.id;
    this.channel = options.channel;
    this.node = options.node;
    this.name = options.name;
    this.dialled = options.dialled;
    this.candidate = options.candidate;
    this.segment = options.segment;
    this.openedAt = options.openedAt;
    this.splitter = new FrameSplitter(options.frameBytesMax);
  }

  get greeted(): boolean {
    return this.incarnation !== none;
  }

  /** Keeps a data frame of a peer for which the link is up already: they are receipted by count, so none may be lost. False at the bound. */
  keepEarly(frame: Uint8Array): boolean {
    this.#earlyBytes += frame.byteLength;
    return this.#earlyBytes <= earlyBytesMax && this.#early.push(frame) <= earlyFramesMax;
  }

  takeEarly(): Uint8Array[] {
    const early = this.#early;
    this.#early = [];
    return early;
  }

  /** What the next hello here echoes. */
  heardHello(now: Millis, hello: Hello): void {
    this.#echoMicros = hello.sentMicros;
    this.#echoAt = now;
  }

  get echoMicros(): number {
    return this.#echoMicros;
  }

  echoAgeMicros(now: Millis): number {
    return this.greeted ? Math.max(1, helloMicros(now) - helloMicros(this.#echoAt as Millis)) : 0;
  }
}

/** The two connections of one dial. */
export interface Half {
  readonly dialled: boolean;
  readonly incarnation: Incarnation;
  urgent: Connection | undefined;
  bulk: Connection | undefined;
  /** When both had finished their hello; 0 before. */
  completeAt: number;
}
